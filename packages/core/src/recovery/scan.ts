import { readFence } from "./fenced.js";
import { readersAt } from "./readers.js";
import { matchAt, type Source } from "./source.js";
import type { ThinkingMark } from "./thinking.js";
import { readToolsBlock } from "./tools-block.js";
import type { Finding, FormatReader } from "./types.js";

/** What one pass over the text finds: shapes of calls, and where thinking begins and ends. */
export interface Scan {
  readonly findings: readonly Finding[];
  readonly marks: readonly ThinkingMark[];
}

/** One pass from the left: at each place where a format can begin its reader is asked; what it takes is not looked at again. */
export function scan(source: Source): Scan {
  const { text } = source;
  const findings: Finding[] = [];
  const marks: ThinkingMark[] = [];
  opener.lastIndex = 0;
  for (let at = 0; ;) {
    opener.lastIndex = at;
    const found = opener.exec(text);
    if (!found) return { findings, marks };
    const start = found.index;
    const mark = markAt(text, start);
    if (mark && (!text.startsWith("<|end|>", start) || isOpen(text, marks))) {
      marks.push(mark);
      at = mark.end;
      continue;
    }
    const skipped = skippedBlock(source, start);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const block = readToolsBlock(source, start);
    if (block) {
      if (block.finding) findings.push(block.finding);
      at = block.end;
      continue;
    }
    const fence = found[0].startsWith("```") ? readFence(source, start) : undefined;
    if (fence && !("finding" in fence)) {
      at = "end" in fence ? fence.end : fence.inside;
      continue;
    }
    const finding = fence?.finding ?? firstReading(source, start, readersAt(source, start, found[0]));
    if (finding) findings.push(finding);
    at = Math.max(finding?.end ?? 0, start + found[0].length);
  }
}

function firstReading(source: Source, start: number, readers: readonly FormatReader[]): Finding | undefined {
  for (const read of readers) {
    const finding = read(source, start);
    if (finding) return finding;
  }
  return undefined;
}

/** `<|end|>` ends many things; thinking only where Solar's `<|think|>` has begun it. */
function isOpen(text: string, marks: readonly ThinkingMark[]): boolean {
  const last = marks[marks.length - 1];
  return last !== undefined && text.startsWith("<|think|>", last.at);
}

function markAt(text: string, at: number): ThinkingMark | undefined {
  const found = matchAt(thinkingMark, text, at);
  return found ? { at, end: at + found[0].length, opens: found[1] !== undefined } : undefined;
}

/** A tool's own output, repeated. */
function skippedBlock(source: Source, at: number): number | undefined {
  const found = matchAt(outputTag, source.text, at);
  if (!found) return undefined;
  const closer = `</${found[1] ?? ""}>`;
  const end = source.find(closer, at);
  return end < 0 ? source.text.length : end + closer.length;
}

const opener =
  /[<[{✿]|^call:|`{3,}|>>>|\bto=|(?:\*\*)?Action(?: \d+)?\s*:|^[ \t]*(?:tool_code\s*=\s*)?(?:print\(\s*)?[A-Za-z_][\w.-]*(?:\(|\/[A-Za-z_][\w-]*>)/gm;
const thinkingMark =
  /(<(?:think|thinking|thought|reasoning|seed:think)>|\[THINK\]|<\|START_THINKING\|>|<\|inner_prefix\|>|<\|channel>thought|<\|think\|>)|(?:<\/(?:think|thinking|thought|reasoning|seed:think)>|\[\/THINK\]|<\|END_THINKING\|>|<\|inner_suffix\|>|<channel\|>|<\|end\|>)/y;
const outputTag =
  /<(tool_response|tool_result|tool_results|tool_output|function_results?|function_response|observation)(?:\s[^<>]*)?>/y;
