import { jsonrepair } from "jsonrepair";
import { closingOf } from "./closings.js";
import { isCallHead } from "./call-head.js";
import { hasUndeclaredKey } from "./called-tool.js";
import { type LenientReading, readLenient } from "./lenient.js";
import { isAt, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";

/** A value that was read, or why it could not be. */
export interface JsonReading {
  readonly value: unknown;
  readonly end: number;
  readonly isRepaired: boolean;
  /** How many closing brackets were left out before the end of the text. */
  readonly missing: number;
  readonly trouble: NearMissReason | undefined;
}

/** Reads the JSON value that opens at `at`. What parses is taken as it stands; what does not is read as models break it. */
export function readJson(source: Source, at: number): JsonReading {
  const { text } = source;
  const isStrict = isAt(strictStart, text, at);
  if (!isStrict && !isAt(looseStart, text, at)) return unreadable(at + 1);
  const end = closingOf(source, at);
  if (!spend(source, Math.max(end, at) - at)) return unreadable(end > 0 ? end : text.length);
  // A parser that throws costs more than all the rest: what can't be JSON is not given to it.
  if (end > 0 && isStrict && source.foreign < at) {
    const value = parse(text.slice(at, end));
    if (value !== undefined) return { value, end, isRepaired: false, missing: 0, trouble: undefined };
  }
  const lenient = readLenient(source, at);
  if (!spend(source, lenient.end - at)) return unreadable(text.length);
  if (lenient.trouble === undefined)
    return lenient.isUneven && hasUndeclaredKey(lenient.value, source) ? unreadable(text.length) : lenient;
  if (end < 0 || lenient.trouble !== "unreadable" || lenient.isDoubtful || !spend(source, 2 * (end - at)))
    return spanning(lenient, source, at, end);
  const json = text.slice(at, end);
  const value = /["'`\w]\s*:/.test(json) ? repaired(json) : undefined;
  return value === undefined || hasUndeclaredKey(value, source)
    ? spanning(lenient, source, at, end)
    : { value, end, isRepaired: true, missing: 0, trouble: undefined };
}

/**
 * What can't be read, with its span: up to its closing bracket where that is known, else, if it is a call, up to the end of the text.
 * Else the text in one of its strings would be read as if it stood on its own.
 */
function spanning(reading: LenientReading, source: Source, at: number, closed: number): JsonReading {
  const { trouble, end, isWhole, isGuessed } = reading;
  if (isWhole && !isGuessed) return reading;
  const isKnown = closed >= end && !isGuessed;
  const isLost = trouble === "cut-off" || (!isKnown && isCallHead(source, at, end));
  return unreadable(isLost ? source.text.length : isKnown ? closed : end, trouble);
}

function unreadable(end: number, trouble: NearMissReason = "unreadable"): JsonReading {
  return { value: undefined, end, isRepaired: false, missing: 0, trouble };
}

/** The value of well-formed JSON; `undefined` when it is not. */
export function parsed(json: string): unknown {
  return startsJson.test(json) ? parse(json) : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/** What jsonrepair makes of it, if every string in the result stands in the text as it is: nothing may be made up or lost. */
function repaired(json: string): unknown {
  let value: unknown;
  try {
    value = parsed(jsonrepair(json));
  } catch {
    return undefined;
  }
  const isWhole = typeof value === "object" && value !== null && isVerbatim(value, json, 0);
  // It takes `a//b` for `a` and a comment.
  return isWhole && slashes(json) === slashes(JSON.stringify(value)) ? value : undefined;
}

function isVerbatim(value: unknown, json: string, depth: number): boolean {
  if (depth > 20) return false;
  // Asked for short texts only: each string is one search through the span.
  if (typeof value === "string")
    return json.length < 10_000 && (value === "" ? emptyText.test(json) : json.includes(value));
  if (value === null) return /null|None|undefined/.test(json);
  if (typeof value !== "object") return true;
  return Object.entries(value).every(
    ([key, part]) => (Array.isArray(value) || hasKey(json, key)) && isVerbatim(part, json, depth + 1),
  );
}

/** Whether a key stands in the text with its colon, or with its value behind it. */
function hasKey(json: string, key: string): boolean {
  if (key === "") return false;
  for (let at = json.indexOf(key); at >= 0; at = json.indexOf(key, at + 1))
    if (isAt(behindKey, json, at + key.length)) return true;
  return false;
}

function slashes(json: string): number {
  return json.match(/[\w.~-]\/\//g)?.length ?? 0;
}

const emptyText = /(["'`])\1\s*[,}\]]|“”/;
const behindKey = /["'`”’]?\s*[:=]|["']\s+["']/y;
/** An object or a list whose first part can be one, in well-formed JSON and however broken. */
const strictStart = /\{\s*["}]|\[\s*(?:\{\s*["}]|[[\]"\d\-tfn])/y;
const startsJson = new RegExp(`^\\s*(?:${strictStart.source}|["\\d-]|(?:true|false|null)\\s*$)`);
const looseStart = /\{\s*["'`“”{}\p{L}_$/]|\[\s*["'`“{}[\]\d/.tfnTFN-]/uy;
