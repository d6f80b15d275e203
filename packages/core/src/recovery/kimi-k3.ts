import { foundCall, mended, plain, troubled } from "./finding.js";
import { parsed } from "./json.js";
import { isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";
import { addValue, valueEnd } from "./xml-values.js";

/** `<|open|>call tool="f"<|sep|>` with an `argument` for each value, which says of what type it is: Kimi K3. */
export function readKimiK3(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(call, text, start);
  if (!head) return undefined;
  const values: Record<string, unknown> = {};
  const trouble = (end: number, reason: NearMissReason): Finding => troubled("kimi-k3", "marked", start, end, reason);
  let at = skipSpace(text, start + head[0].length);
  for (let next = matchAt(argument, text, at); next; next = matchAt(argument, text, at)) {
    const key = next[1] ?? "";
    const from = at + next[0].length;
    const end = valueEnd(source, from, argumentEnd, followers);
    if (end < 0 || !spend(source, end - at)) return trouble(from, "cut-off");
    const raw = text.slice(from, end);
    const value = next[2] === undefined || next[2] === "string" ? raw : typed(raw);
    if (value === undefined) return trouble(end, "unreadable");
    addValue(values, key, value);
    at = skipSpace(text, end + argumentEnd.length);
  }
  if (text.startsWith(callEnd, at))
    return foundCall("kimi-k3", "marked", start, at + callEnd.length, head[1] ?? "", values, plain);
  if (at < text.length) return trouble(at, isAt(argumentStart, text, at) ? "cut-off" : "unreadable");
  return foundCall("kimi-k3", "marked", start, at, head[1] ?? "", values, { ...mended, isOpen: true });
}

/** A value that is no text; a number that would lose digits stays as it is written. */
function typed(raw: string): unknown {
  const value = parsed(raw.trim());
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) ? raw : value;
}

const call = /<\|open\|>call tool="([^"<>\n]{1,100})"(?: index="\w*")?\s*<\|sep\|>/y;
const argument = /<\|open\|>argument key="([^"<>\n]{1,100})"(?: type="(\w*)")?\s*<\|sep\|>/y;
const argumentStart = /<\|open\|>argument/y;
const argumentEnd = "<|close|>argument<|sep|>";
const callEnd = "<|close|>call<|sep|>";
const followers = /<\|open\|>(?:argument|call) |<\|close\|>(?:call|tools)<\|sep\|>/y;
