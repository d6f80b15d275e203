import type { RecoveredCall } from "./types.js";

/** The text without the calls and without the tags and tokens that held them. */
export function remainingText(text: string, calls: readonly RecoveredCall[]): string {
  if (calls.length === 0) return text;
  let said = "";
  let at = 0;
  for (const {
    span: [start, end],
  } of calls) {
    if (start >= at) said += withoutEdges(text.slice(at, start), at > 0, true);
    at = Math.max(at, end);
  }
  return said + withoutEdges(text.slice(at), true, false);
}

/** Closers at the start of a piece belong to the call before it, openers at its end to the one behind it. */
function withoutEdges(piece: string, isAfter: boolean, isBefore: boolean): string {
  let rest = piece;
  if (rest === "") return rest;
  if (isAfter && "<[".includes(rest.trimStart().charAt(0))) rest = rest.replace(closers, "");
  if (!isBefore || !">]".includes(rest.trimEnd().slice(-1))) return rest;
  // Only the end is looked at: an unanchored search for it would read the whole piece again at each place.
  const cut = Math.max(0, rest.length - 200);
  return rest.slice(0, cut) + rest.slice(cut).replace(openers, "");
}

const tag = "[a-zA-Z:]*(?:tool_?calls?|tool-call|TOOLCALL|function_calls?|function|tools?|invoke|JSON|response)";
const token = "[|｜][^<>|｜\\n]{1,40}[|｜]";
const closers = new RegExp(
  `^(?:\\s*(?:</[|｜]?(?:DSML[|｜])?${tag}>|<${token}>|<(?:tool_call\\||end_function_call)>|</s>|\\[/[A-Z_]+\\]|\\[END_TOOL_REQUEST\\]))+`,
);
const openers = new RegExp(`(?:(?:<[|｜]?(?:DSML[|｜])?${tag}>|<${token}>|\\[TOOL_[A-Z]+\\])\\s*)+$`);
