import type { RecoveredCall } from "./types.js";

/** The text without the calls and without the tags and tokens that held them. */
export function remainingText(text: string, calls: readonly RecoveredCall[]): string {
  if (calls.length === 0) return text;
  const pieces: string[] = [];
  let at = 0;
  for (const { span } of calls) {
    if (span[0] >= at) pieces.push(text.slice(at, span[0]));
    at = Math.max(at, span[1]);
  }
  pieces.push(text.slice(at));
  return pieces.map((piece, index) => withoutEdges(piece, index > 0, index < pieces.length - 1)).join("");
}

/** Closers at the start of a piece belong to the call before it, openers at its end to the one behind it. */
function withoutEdges(piece: string, isAfter: boolean, isBefore: boolean): string {
  let rest = piece;
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
