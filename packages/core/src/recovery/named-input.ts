import { readJson } from "./json.js";
import { isRecord } from "./schema.js";
import { matchAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** A finding with one call whose name is known and whose arguments are a JSON object at `at`, perhaps in a fence. */
export function readNamedJson(source: Source, start: number, name: string, at: number, format: string): Finding {
  const { text } = source;
  const fence = matchAt(fenceStart, text, at);
  const from = skipSpace(text, at + (fence?.[0].length ?? 0));
  const base = { format, strength: "marked", start } as const;
  if (text[from] !== "{") {
    const isEmpty = from >= text.length || matchAt(ending, text, from) !== null;
    return isEmpty
      ? { ...base, end: from, calls: [{ name, input: {}, isText: true, start, end: from }] }
      : { ...base, end: from, calls: [], trouble: "unreadable" };
  }
  const reading = readJson(source, from);
  if ("trouble" in reading) return { ...base, end: reading.end, calls: [], trouble: reading.trouble };
  const { value, isRepaired, missing } = reading;
  if (missing > 0 || !isRecord(value))
    return { ...base, end: reading.end, calls: [], trouble: missing > 0 ? "cut-off" : "unreadable" };
  const closer = matchAt(fenceEnd, text, reading.end);
  const end = reading.end + (fence && closer ? closer[0].length : 0);
  return { ...base, end, calls: [{ name, input: value, isRepaired, start, end }] };
}

const fenceStart = /\s*```(?:json)?\s*/y;
const fenceEnd = /\s*```/y;
const ending = /<[|｜]|\[TOOL_CALLS\]|<\/s>|✿/y;
