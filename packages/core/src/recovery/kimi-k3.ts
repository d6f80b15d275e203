import { foundCall, mended, plain, troubled } from "./finding.js";
import { parsed } from "./json.js";
import { find, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";
import { addValue, textOf, valueEnd } from "./xml-values.js";

/** `<|open|>call tool="f"<|sep|>` with an `argument` for each value, which says of what type it is: Kimi K3. */
export function readKimiK3(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(call, text, start);
  if (!head) return undefined;
  const name = textOf(head[1] ?? "");
  const values: Record<string, unknown> = {};
  const trouble = (end: number, reason: NearMissReason): Finding => troubled("kimi-k3", "marked", start, end, reason);
  const from = skipSpace(text, start + head[0].length);
  let at = from;
  for (let next = matchAt(argument, text, at); next; next = matchAt(argument, text, at)) {
    const begin = at + next[0].length;
    const end = valueEnd(source, begin, argumentEnd, followers);
    if (end < 0 || !spend(source, end - at)) return trouble(text.length, "cut-off");
    const raw = text.slice(begin, end);
    const value = next[2] === undefined || next[2] === "string" ? raw : typed(raw);
    // A value that was closed in it, and another that was opened: where it ends is a guess.
    const isDoubtful = raw.includes(argumentEnd) && raw.includes(argumentMark);
    if (value === undefined || isDoubtful) return trouble(brokenEnd(source, end), "unreadable");
    addValue(values, textOf(next[1] ?? ""), value);
    at = skipSpace(text, end + argumentEnd.length);
  }
  if (text.startsWith(callEnd, at))
    return foundCall("kimi-k3", "marked", start, at + callEnd.length, name, values, plain);
  if (at >= text.length) return foundCall("kimi-k3", "marked", start, at, name, values, { ...mended, isOpen: true });
  if (isAt(argumentStart, text, at)) return trouble(brokenEnd(source, at), "cut-off");
  return trouble(at === from ? mentionEnd(source, at) : brokenEnd(source, at), "unreadable");
}

/** Where an opener ends that no argument follows: at the closer in front of the next call or, if it is only mentioned, at once. */
function mentionEnd(source: Source, at: number): number {
  const end = find(source, callEnd, at);
  const next = find(source, "<|open|>call ", at);
  return end < 0 || (next >= 0 && next < end) ? at : end + callEnd.length;
}

/** Where a call ends that can't be read from `from` on: at its closer outside of its values, else with the text. */
function brokenEnd(source: Source, from: number): number {
  const { text } = source;
  for (let at = from; ;) {
    const end = find(source, callEnd, at);
    if (end < 0) return text.length;
    const next = find(source, argumentMark, at);
    if (next < 0 || end < next) return end + callEnd.length;
    at = valueEnd(source, next, argumentEnd, followers);
    if (at < 0) return text.length;
  }
}

/** A value that is no text; a number that would lose digits stays as it is written. */
function typed(raw: string): unknown {
  const value = parsed(raw.trim());
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) ? raw : value;
}

const call = /<\|open\|>call tool="([^"<>\n]{1,100})"(?: index="\w*")?\s*<\|sep\|>/y;
const argument = /<\|open\|>argument key="([^"<>\n]{1,100})"(?: type="(\w*)")?\s*<\|sep\|>/y;
const argumentMark = "<|open|>argument ";
const argumentStart = /<\|open\|>argument/y;
const argumentEnd = "<|close|>argument<|sep|>";
const callEnd = "<|close|>call<|sep|>";
const followers = /<\|open\|>(?:argument|call) |<\|close\|>(?:call|tools)<\|sep\|>/y;
