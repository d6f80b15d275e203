import { parametersBehind } from "./called-tool.js";
import { isForbiddenKey } from "./forbidden.js";
import type { JsonReading } from "./json.js";
import { readKey } from "./lenient-key.js";
import { readLiteral } from "./lenient-literal.js";
import { isMarkerAt, skipBlank } from "./lenient-signs.js";
import { readString, type StringRole } from "./lenient-string.js";
import { isAt, skipSpace, type Source } from "./source.js";
import type { NearMissReason } from "./types.js";

/** Where a lenient reading stands. */
export interface Cursor {
  readonly source: Source;
  readonly text: string;
  /** Python ends a string at its first quote; in JSON a quote that no structure follows belongs to the string. */
  readonly isPython: boolean;
  /** The parameters of the tool that is called, where it is known: they may follow a string with quotes of its own kind in it. */
  parameters: ReadonlySet<string> | undefined;
  at: number;
  /** Brackets that are open. */
  opens: number;
  /** Brackets that were never closed before the text, or the block, ended. */
  missing: number;
  trouble: NearMissReason;
  /** Why what is read can be no call, wherever it ends: it is read on, so that nothing in it is taken for one. */
  refusal: NearMissReason | undefined;
  /** A string had quotes in it that nobody escaped. */
  hasInnerQuotes: boolean;
  /** A quote or bracket in such a string stayed open, or no comma stands behind it: it may have been cut in the middle. */
  isUneven: boolean;
  /** There are two readings, and which of them was meant is a guess. */
  isDoubtful: boolean;
  /** Up to where the text is known not to be well-formed. */
  illFormed: number;
}

/** A lenient reading; what is doubtful is not read again in another way. */
export interface LenientReading extends JsonReading {
  readonly isDoubtful: boolean;
  /** It was read to its last bracket, even if it is refused. */
  readonly isWhole: boolean;
  /** Where it ends is a guess, because of the quotes in a string. */
  readonly isGuessed: boolean;
  readonly isUneven: boolean;
}

/** What a reading gives up with; `Cursor.trouble` says why. */
export const failed = Symbol("failed");

/** Reads one value as models write JSON when it goes wrong. Ends with the value, whatever stands behind it. */
export function readLenient(source: Source, at: number): LenientReading {
  const cursor = makeCursor(source, at, false);
  const value = readValue(cursor);
  const isFailed = value === failed;
  // A marker says that the value is whole, unless a quotation in it was taken for the end of a string.
  const isOpen = cursor.missing > 0 && !isFailed && (cursor.hasInnerQuotes || !endsAtMarker(cursor));
  return {
    value: isFailed ? undefined : value,
    end: isFailed ? Math.max(cursor.at, at + 1) : cursor.at,
    isRepaired: true,
    missing: isOpen ? cursor.missing : 0,
    trouble: isFailed ? (cursor.refusal ?? cursor.trouble) : undefined,
    isDoubtful: isFailed && (cursor.isDoubtful || cursor.hasInnerQuotes),
    isWhole: cursor.opens === 0 && cursor.missing === 0,
    isGuessed: cursor.hasInnerQuotes || cursor.isUneven,
    isUneven: cursor.isUneven,
  };
}

export function makeCursor(source: Source, at: number, isPython: boolean): Cursor {
  return {
    source,
    text: source.text,
    isPython,
    parameters: undefined,
    at,
    opens: 0,
    missing: 0,
    trouble: "unreadable",
    refusal: undefined,
    hasInnerQuotes: false,
    isUneven: false,
    isDoubtful: false,
    illFormed: 0,
  };
}

/** Reads a value and moves the cursor behind it. */
export function readValue(cursor: Cursor, role: StringRole = "value"): unknown {
  const { text } = cursor;
  cursor.at = skipBlank(text, cursor.at);
  const sign = text[cursor.at];
  if (sign === undefined) return fail(cursor, "cut-off");
  const isSet = sign === "{" && cursor.isPython && isAt(setStart, text, cursor.at);
  if (sign === "[" || isSet || (sign === "(" && cursor.isPython)) return readArray(cursor);
  if (sign === "{") return readObject(cursor);
  if (`"'\`“`.includes(sign)) return readString(cursor, role) ?? failed;
  const literal = readLiteral(cursor, role);
  return literal === undefined ? failed : literal;
}

function readObject(cursor: Cursor): unknown {
  const { text } = cursor;
  if (cursor.opens > 60) return fail(cursor, "unreadable");
  const record: Record<string, unknown> = {};
  const { parameters } = cursor;
  cursor.at += 1;
  cursor.opens += 1;
  const isDoubled = text[cursor.at] === "{";
  if (isDoubled) cursor.at += 1;
  for (;;) {
    const sign = nextSign(cursor);
    if (sign === "}") {
      cursor.at += isDoubled && text[cursor.at + 1] === "}" ? 2 : 1;
      break;
    }
    if (sign === undefined || isMarkerAt(cursor.text, cursor.at)) {
      cursor.missing += 1;
      break;
    }
    const key = readKey(cursor);
    if (key === undefined) return failed;
    const isForbidden = isForbiddenKey(key);
    if (isForbidden) cursor.refusal = "forbidden-key";
    else if (Object.hasOwn(record, key)) doubt(cursor);
    const value = readValue(cursor);
    if (value === failed) return failed;
    if (!isForbidden) record[key] = value;
    if (!cursor.parameters && typeof value === "string")
      cursor.parameters = parametersBehind(cursor.source, key, value);
  }
  cursor.parameters = parameters;
  return leave(cursor, record);
}

function readArray(cursor: Cursor): unknown {
  const closer = closers.get(cursor.text[cursor.at] ?? "");
  if (cursor.opens > 60) return fail(cursor, "unreadable");
  const items: unknown[] = [];
  cursor.at += 1;
  cursor.opens += 1;
  for (;;) {
    const sign = nextSign(cursor);
    if (sign === closer) {
      cursor.at += 1;
      break;
    }
    if (sign === undefined || isMarkerAt(cursor.text, cursor.at)) {
      cursor.missing += 1;
      break;
    }
    const item = readValue(cursor, "item");
    if (item === failed) return failed;
    items.push(item);
  }
  return leave(cursor, items);
}

/** What is refused is refused as a whole. */
function leave(cursor: Cursor, value: unknown): unknown {
  cursor.opens -= 1;
  return cursor.opens === 0 && cursor.refusal !== undefined ? failed : value;
}

/** Skips blanks and commas, and tells what stands there. */
function nextSign(cursor: Cursor): string | undefined {
  cursor.at = skipBlank(cursor.text, cursor.at);
  while (cursor.text[cursor.at] === ",") cursor.at = skipBlank(cursor.text, cursor.at + 1);
  return cursor.text[cursor.at];
}

function endsAtMarker(cursor: Cursor): boolean {
  return isMarkerAt(cursor.text, skipSpace(cursor.text, cursor.at));
}

/** There are two readings: what is read is no call. */
export function doubt(cursor: Cursor): void {
  cursor.isDoubtful = true;
  cursor.isUneven = true;
  cursor.refusal ??= "unreadable";
}

function fail(cursor: Cursor, trouble: NearMissReason): typeof failed {
  cursor.trouble = trouble;
  return failed;
}

/** `{"a", "b"}`: a set of Python. */
const setStart = /\{\s*(?:'[^'\\\n]{0,200}'|"[^"\\\n]{0,200}"|[\d.]+)\s*[,}]/y;
const closers: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);
