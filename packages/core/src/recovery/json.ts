import { jsonrepair } from "jsonrepair";
import { closingOf } from "./closings.js";
import { readLenient } from "./lenient.js";
import { isAt, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";

/** A value that was read, or why it could not be. */
export type JsonReading =
  | { readonly value: unknown; readonly end: number; readonly isRepaired: boolean; readonly missing: number }
  | { readonly trouble: NearMissReason; readonly end: number };

/**
 * Reads the JSON value that opens at `at`. What parses is taken as it stands; what does not is read as models break it.
 * `missing` counts the closing brackets that were left out before the end of the text.
 */
export function readJson(source: Source, at: number): JsonReading {
  const { text } = source;
  if (!isAt(jsonStart, text, at)) return { trouble: "unreadable", end: at + 1 };
  const end = closingOf(source, at);
  if (!spend(source, Math.max(end, at) - at)) return { trouble: "unreadable", end: at + 1 };
  // A parser that throws costs more than all the rest: what can't be JSON is not given to it.
  if (end > 0 && source.foreign < at) {
    const value = parsed(text.slice(at, end));
    if (value !== undefined) return { value, end, isRepaired: false, missing: 0 };
  }
  const lenient = readLenient(source, at);
  if (!spend(source, lenient.end - at)) return { trouble: "unreadable", end: at + 1 };
  if (!("trouble" in lenient)) return { ...lenient, isRepaired: true };
  if (end < 0 || lenient.trouble !== "unreadable" || !spend(source, 2 * (end - at))) return lenient;
  const json = text.slice(at, end);
  const value = /["'`\w]\s*:/.test(json) ? repaired(json) : undefined;
  return value === undefined ? lenient : { value, end, isRepaired: true, missing: 0 };
}

/** The value of well-formed JSON; `undefined` when it is not. */
export function parsed(json: string): unknown {
  if (!startsJson(json)) return undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function startsJson(json: string): boolean {
  return /^\s*(?:\{\s*["}]|\[\s*(?:\{\s*["}]|[[\]"\d\-tfn])|["\d-]|(?:true|false|null)\s*$)/.test(json);
}

/** What jsonrepair makes of it, if every string in the result stands in the text as it is: nothing may be made up or lost. */
function repaired(json: string): unknown {
  let value: unknown;
  try {
    value = parsed(jsonrepair(json));
  } catch {
    return undefined;
  }
  return typeof value === "object" && value !== null && isVerbatim(value, json, 0) ? value : undefined;
}

function isVerbatim(value: unknown, json: string, depth: number): boolean {
  if (depth > 20) return false;
  // Asked for short texts only: each string is one search through the span.
  if (typeof value === "string") return json.length < 10_000 && json.includes(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, part]) => json.includes(key) && isVerbatim(part, json, depth + 1));
}

/** An object or a list whose first part can be one, however broken. */
const jsonStart = /\{\s*["'`“”{}\p{L}_$/]|\[\s*["'`“{}[\]\d/.tfnTFN-]/uy;
