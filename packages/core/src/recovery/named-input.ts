import { asText, foundCall, mended, plain, troubled } from "./finding.js";
import { readJson } from "./json.js";
import { isRecord } from "./signature.js";
import { endOf, isAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** A finding with one call whose name is known and whose arguments are a JSON object at `at`, perhaps in a fence. */
export function readNamedJson(source: Source, start: number, name: string, at: number, format: string): Finding {
  const { text } = source;
  const fence = endOf(fenceStart, text, at);
  const from = skipSpace(text, Math.max(at, fence));
  if (text[from] !== "{") {
    const isEmpty = from >= text.length || isAt(ending, text, from);
    return isEmpty
      ? foundCall(format, "marked", start, from, name, {}, asText)
      : troubled(format, "marked", start, from, "unreadable");
  }
  const reading = readJson(source, from);
  if (reading.trouble !== undefined) return troubled(format, "marked", start, reading.end, reading.trouble);
  const { value, missing } = reading;
  if (missing > 0 || !isRecord(value))
    return troubled(format, "marked", start, reading.end, missing > 0 ? "cut-off" : "unreadable");
  const end = Math.max(reading.end, fence < 0 ? -1 : endOf(fenceEnd, text, reading.end));
  return foundCall(format, "marked", start, end, name, value, reading.isRepaired ? mended : plain);
}

const fenceStart = /\s*```(?:json)?\s*/y;
const fenceEnd = /\s*```/y;
const ending = /<[|｜]|\[TOOL_CALLS\]|<\/s>|✿/y;
