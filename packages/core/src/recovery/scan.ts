import { readFence } from "./fenced.js";
import { reaching } from "./finding.js";
import { readersAt } from "./readers.js";
import { nextSign, type Sign, tagNameAt } from "./signs.js";
import { find, isAt, matchAt, type Source } from "./source.js";
import { addMark, endTokens, type ThinkingMark, thinkingTags } from "./thinking.js";
import { readToolsBlock } from "./tools-block.js";
import type { Finding, FormatReader, OpenFence, Passage } from "./types.js";

/** What one pass over the text finds: shapes of calls, and where thinking begins and ends. */
export interface Scan {
  readonly findings: readonly Finding[];
  readonly marks: readonly ThinkingMark[];
}

/** One pass from the left: at each place where a format can begin its reader is asked; what it takes is not looked at again. */
export function scan(source: Source): Scan {
  const findings: Finding[] = [];
  const marks: ThinkingMark[] = [];
  let fence: OpenFence | undefined;
  let next = 0;
  for (let sign = nextSign(source.text, next); sign; sign = nextSign(source.text, next)) {
    const tag = tagNameAt(source.text, sign.at);
    // What closes a fence opens none.
    const closes = fence?.closer === sign.at && isAt(lineEnd, source.text, sign.end);
    const passage = closes ? { end: sign.end } : passageAt(source, sign, tag, marks);
    const finding = passage ? passage.finding : firstReading(source, sign.at, readersAt(source, sign, tag));
    // What introduces a fence introduces what stands first in it.
    if (finding)
      findings.push(fence && isFirstIn(fence, source, finding) ? reaching(finding, fence.start, finding.end) : finding);
    if (passage?.fence) ({ fence } = passage);
    next = Math.max(passage ? passage.end : finding ? finding.end : 0, sign.end);
  }
  return { findings, marks };
}

/** What is passed over as a whole, with or without a call in it: marks of thinking, a tool's own output, declarations, fences. */
function passageAt(source: Source, { at }: Sign, tag: string, marks: ThinkingMark[]): Passage | undefined {
  const { text } = source;
  const first = text.charAt(at);
  if (first === "`") return readFence(source, at);
  const second = text[at + 1];
  if (first === "[") return second === "T" || second === "/" ? markAt(source, at, marks) : undefined;
  if (first !== "<") return undefined;
  return second === "|" ? markAt(source, at, marks) : passed.get(tag)?.(source, at, marks);
}

function firstReading(source: Source, start: number, readers: readonly FormatReader[]): Finding | undefined {
  for (const read of readers) {
    const finding = read(source, start);
    if (finding) return finding;
  }
  return undefined;
}

/** Whether nothing but tags stands before a finding in its fence. */
function isFirstIn({ inside, closer }: OpenFence, { text }: Source, { start }: Finding): boolean {
  return start < closer && start - inside < 200 && onlyTags.test(text.slice(inside, start));
}

/** A mark of thinking. `<|end|>` ends many things; thinking only where Solar's `<|think|>` has begun it. */
function markAt({ text }: Source, at: number, marks: ThinkingMark[]): Passage | undefined {
  const found = matchAt(thinkingMark, text, at);
  const last = marks.at(-1);
  if (!found || (found[0] === "<|end|>" && !(last && text.endsWith("<|think|>", last.end)))) return undefined;
  const mark = { at, end: at + found[0].length, opens: found[1] !== undefined };
  // Within the tags of a call, what ends thinking ends none that had begun in front of it.
  const isStray = !mark.opens && !last?.opens && isAt(callEnd, text, mark.end);
  if (!isStray) addMark(marks, mark);
  return { end: mark.end };
}

/** A tool's own output, repeated. */
function outputAt(source: Source, at: number): Passage | undefined {
  const found = matchAt(outputTag, source.text, at);
  if (!found) return undefined;
  const closer = `</${found[1] ?? ""}>`;
  const end = find(source, closer, at);
  return { end: end < 0 ? source.text.length : end + closer.length };
}

const onlyTags = /^(?:\s*<[^<>\n]{1,60}>)*\s*$/;
const callEnd = /\s*<\/tool_call>/y;
const lineEnd = /[ \t]*(?:\r?\n|$)/y;
const tags = `(?:${thinkingTags.source}|(?:seed|mm):think)>`;
const beginTokens =
  /\[THINK\]|<\|START_THINKING\|>|<\|inner_prefix\|>|<\|channel>thought|<\|think\|>|<\|open\|>think<\|sep\|>/;
const thinkingMark = new RegExp(`(<${tags}|${beginTokens.source})|(?:</${tags}|${endTokens.source}|<\\|end\\|>)`, "y");
const outputTag =
  /<(tool_response|tool_result|tool_results|tool_output|function_results?|function_response|observation)(?:\s[^<>]*)?>/y;
/** What is read at a tag of this name; `<channel|>` is a mark too. */
const passed: ReadonlyMap<string, typeof markAt> = new Map<string, typeof markAt>([
  ["think", markAt],
  ["/think", markAt],
  ["thinking", markAt],
  ["/thinking", markAt],
  ["thought", markAt],
  ["/thought", markAt],
  ["reasoning", markAt],
  ["/reasoning", markAt],
  ["seed:think", markAt],
  ["mm:think", markAt],
  ["/seed:think", markAt],
  ["/mm:think", markAt],
  ["channel", markAt],
  ["tool_response", outputAt],
  ["tool_result", outputAt],
  ["tool_results", outputAt],
  ["tool_output", outputAt],
  ["function_result", outputAt],
  ["function_results", outputAt],
  ["function_response", outputAt],
  ["observation", outputAt],
  ["tools", readToolsBlock],
]);
