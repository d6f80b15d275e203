import { endOf } from "./source.js";
import type { RecoveredCall } from "./types.js";

/** The text without the calls and without the tags and tokens that held them. */
export function remainingText(text: string, calls: readonly RecoveredCall[]): string {
  if (calls.length === 0) return text;
  let said = "";
  let at = 0;
  for (const { span } of calls) {
    const start = span[0];
    const end = span[1];
    if (start >= at) said += withoutEdges(text.slice(at, start), at > 0, true);
    at = Math.max(at, end);
  }
  return said + withoutEdges(text.slice(at), true, false);
}

/** Closers at the start of a piece belong to the call before it, openers at its end to the one behind it. */
function withoutEdges(piece: string, isAfter: boolean, isBefore: boolean): string {
  if (piece === "") return piece;
  const from = isAfter ? Math.max(0, endOf(closers, piece, 0)) : 0;
  const last = isBefore ? piece.trimEnd().slice(-1) : "";
  if (last !== ">" && last !== "]") return piece.slice(from);
  // Only the end is looked at: an unanchored search for it would read the whole piece again at each place.
  const cut = Math.max(from, piece.length - 200);
  const tail = piece.slice(cut).search(openers);
  return piece.slice(from, tail < 0 ? piece.length : cut + tail);
}

const tag =
  "[a-zA-Z:]*(?:tool_?calls?|tool-call|TOOLCALL|function_calls?|function|tools?|invoke|JSON|response)(?::\\w+)?";
const token = "[|｜][^<>|｜\\n]{1,40}[|｜]";
const closers = new RegExp(
  `(?:\\s*(?:<\\|close\\|>\\w+<\\|sep\\|>|</[|｜]?(?:DSML[|｜])?${tag}>|<${token}>|<(?:tool_call\\||end_function_call)>|</s>|\\[/[A-Z_]+\\]|\\[END_TOOL_REQUEST\\]))+`,
  "y",
);
const openers = new RegExp(
  `(?:(?:<\\|open\\|>\\w+<\\|sep\\|>|<[|｜]?(?:DSML[|｜])?${tag}>|<${token}>|\\[TOOL_[A-Z]+\\])\\s*)+$`,
);
