import { found, mended, plain, troubled, writtenCall } from "./finding.js";
import { readJson } from "./json.js";
import { isRecord } from "./signature.js";
import { endOf, find, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import { behindThinking } from "./thinking.js";
import type { Finding } from "./types.js";

/** `Action: f` and `Action Input: ...`. What stands behind an observation was made up by the model and is passed over. */
export function readReact(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(action, text, start);
  if (!head) return undefined;
  const name = head[1] ?? "";
  // Words in brackets say what the tool does: the name is not alone.
  const traits = head[2] === undefined ? plain : mended;
  const from = start + head[0].length;
  const at = skipSpace(text, Math.max(from, endOf(jsonFence, text, from)));
  const isJson = text[at] === "{";
  const reading = isJson ? readJson(source, at) : undefined;
  const behind = stepBehind(source, reading?.end ?? from);
  if (!behind) return undefined;
  const { stop, isFiction } = behind;
  const end = isFiction ? text.length : stop;
  // Within a line it is what an observation or a sentence says.
  if (!isLineHead(text, start) && behindThinking(text.slice(Math.max(0, start - 100), start)).trim() !== "")
    return troubled("react", "marked", start, end, "quoted");
  if (reading?.trouble !== undefined) return troubled("react", "marked", start, end, reading.trouble);
  if (hasAnswer(source, from, reading?.end ?? from)) return troubled("react", "marked", start, end, "example");
  if (!reading) {
    const raw = text.slice(from, stop).trim();
    const input = raw.replace(/^(["'])([^"'\n]*)\1$/, "$2");
    return found("react", "marked", start, end, [writtenCall(name, input, start, stop, traits)]);
  }
  const { value, missing, isRepaired } = reading;
  if (missing > 0 || !isRecord(value)) return troubled("react", "marked", start, end, "cut-off");
  const call = writtenCall(name, value, start, stop, isRepaired ? mended : traits);
  return found("react", "marked", start, end, [call]);
}

/** Where the next step of the protocol begins, on a line of its own, and whether an observation stands before the next action. */
function stepBehind(source: Source, from: number): { readonly stop: number; readonly isFiction: boolean } | undefined {
  const { text } = source;
  step.lastIndex = from;
  let next = step.exec(text);
  const stop = next?.index ?? text.length;
  while (next && next[1] === undefined && next[2] === undefined) next = step.exec(text);
  return spend(source, (next?.index ?? text.length) - from) ? { stop, isFiction: next?.[1] !== undefined } : undefined;
}

/** Whether an answer stands beside the action, before or behind it but not in its input: two readings, so none. */
function hasAnswer(source: Source, from: number, end: number): boolean {
  const { text } = source;
  for (let at = find(source, answer, 0), last = 0; at >= 0; last = at, at = find(source, answer, at + 1)) {
    if (!spend(source, at - last)) return true;
    if ((at < from || at >= end) && isAt(colon, text, at + answer.length) && isLineHead(text, at)) return true;
  }
  return false;
}

function isLineHead(text: string, place: number): boolean {
  let at = place;
  while (at > 0 && " \t*".includes(text.charAt(at - 1))) at -= 1;
  return at === 0 || text[at - 1] === "\n";
}

/** Models put their own marks around the words: `**Action:** f`, `` Action: `f` ``, `Action Input: ** {...}`. */
const action =
  /(?:\*\*)?Action(?: \d+)?\s*:(?:\*\*)?[ \t]*(?:\r?\n[ \t]*)?[`*"]{0,3}([\p{L}\p{N}_.:-]{1,100})[`*"]{0,3}(?:\(\)|[ \t]*(\([^()\n]{1,200}\)))?(?:[ \t]*\r?\n)+[ \t]*(?:\*\*)?Action[ _]?Input(?: \d+)?\s*:(?:\*\*(?=[\s{"]))?[ \t]*(?:\*\*[ \t]*(?=\{))?/uy;
/** A model that is stopped at its observation may have begun to write it. */
const step = /\n[ \t]*(?:\*\*)?(?:(Observation|Obs\w*\s*$)|Thought:|(Action)(?: \d+)?:)/g;
const jsonFence = /\s*```(?:json)?\s*(?=\{)/y;
const answer = "Final Answer";
const colon = /(?:\*\*)?\s*:/y;
