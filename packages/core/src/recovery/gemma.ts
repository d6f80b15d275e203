import { isTool } from "./toolbox.js";
import { foundCall, mended, mendedText, plain, troubled } from "./finding.js";
import { brokenGemmaEnd, closingTag } from "./gemma-end.js";
import { isDoubtful, keyInside, readQuoted, readUnopened } from "./gemma-strings.js";
import { isForbiddenKey } from "./forbidden.js";
import type { StringRole } from "./lenient-string.js";
import { endOf, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";

/** Where the reading of a call stands. */
export interface Cursor {
  readonly source: Source;
  readonly text: string;
  at: number;
  depth: number;
  isRepaired: boolean;
  /** The call is written with parentheses, or with equals signs. */
  isCode: boolean;
  /** What stands around its strings. */
  readonly token: string;
  hasPlainQuotes: boolean;
  /** Nobody escaped the quotes in one of its strings. */
  hasInnerQuotes: boolean;
  /** A first key was found: no prose looks like that. */
  hasKey: boolean;
  trouble: NearMissReason;
}

/** `call:f{k:<|"|>v<|"|>,n:3}` behind `<|tool_call>` (Gemma 4) or `<start_function_call>` with `<escape>` (FunctionGemma). */
export function readGemma(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(opener, text, start);
  if (!head) return undefined;
  // Without its token the call must stand alone.
  const strength = head[1] === undefined && head[2] === undefined ? "bare" : "marked";
  const format = head[1] === "start_function_call" ? "functiongemma" : "gemma4";
  const name = head[3] ?? "";
  const isKnown = strength === "marked" || isTool(source.tools, name);
  if (!isKnown && !head[0].endsWith(`call:${name}{`)) return undefined;
  const cursor: Cursor = {
    source,
    text,
    at: start + head[0].length - 1,
    depth: 0,
    isRepaired: false,
    isCode: text[start + head[0].length - 1] === "(",
    token: format === "gemma4" ? '<|"|>' : "<escape>",
    hasPlainQuotes: false,
    hasInnerQuotes: false,
    hasKey: false,
    trouble: "unreadable",
  };
  const input = readObject(cursor, cursor.isCode ? ")" : "}");
  const raw = input === undefined ? matchAt(rawBody, text, start + head[0].length) : null;
  if (raw) {
    const end = start + head[0].length + raw[0].length;
    return foundCall(format, strength, start, end, name, raw[1] ?? "", mendedText);
  }
  if (!isKnown && !cursor.hasKey) return undefined;
  if (input === undefined || !spend(source, cursor.at - start))
    return troubled(format, strength, start, brokenGemmaEnd(cursor, strength), cursor.trouble);
  const closer = endOf(closingTag, text, cursor.at);
  // What goes on behind plain quotes and a bracket may be more of the string.
  if (closer < 0 && !isAt(standsAlone, text, cursor.at) && isDoubtful(cursor))
    return troubled(format, strength, start, text.length, "unreadable");
  const end = Math.max(cursor.at, closer);
  return foundCall(format, strength, start, end, name, input, cursor.isRepaired || closer < 0 ? mended : plain);
}

function readObject(cursor: Cursor, closer: string): Record<string, unknown> | undefined {
  const { text } = cursor;
  if (cursor.depth > 40) return undefined;
  cursor.depth += 1;
  cursor.at += 1;
  const values: Record<string, unknown> = {};
  for (;;) {
    cursor.at = skipSpace(text, cursor.at);
    if (text[cursor.at] === closer) break;
    if (isAt(closingTag, text, cursor.at) && Object.keys(values).length > 0) return forgetful(cursor, values);
    const key = matchAt(keyText, text, cursor.at);
    if (!key) return give(cursor, cursor.at >= text.length ? "cut-off" : "unreadable");
    const name = (key[1] ?? "").trim();
    cursor.hasKey = true;
    if (key[0].endsWith("=")) cursor.isCode = true;
    if (isForbiddenKey(name)) return give(cursor, "forbidden-key");
    cursor.at = skipSpace(text, cursor.at + key[0].length);
    const value = readValue(cursor, "value");
    if (value === undefined) return undefined;
    values[name] = value;
    if (!next(cursor, closer)) return undefined;
  }
  cursor.at += 1;
  cursor.depth -= 1;
  return values;
}

/** The end of the call stands where the brace of its arguments should: what was written is whole. */
function forgetful(cursor: Cursor, values: Record<string, unknown>): Record<string, unknown> | undefined {
  if (cursor.depth > 1) return give(cursor, "unreadable");
  cursor.isRepaired = true;
  return values;
}

function readArray(cursor: Cursor): unknown[] | undefined {
  const { text } = cursor;
  if (cursor.depth > 40) return undefined;
  cursor.depth += 1;
  cursor.at += 1;
  const items: unknown[] = [];
  for (;;) {
    cursor.at = skipSpace(text, cursor.at);
    if (text[cursor.at] === "]") break;
    const value = readValue(cursor, "item");
    if (value === undefined) return undefined;
    items.push(value);
    if (!next(cursor, "]")) return undefined;
  }
  cursor.at += 1;
  cursor.depth -= 1;
  return items;
}

function readValue(cursor: Cursor, role: StringRole): unknown {
  const { text } = cursor;
  const sign = text[cursor.at];
  if (sign === "{") return readObject(cursor, "}");
  if (sign === "[") return readArray(cursor);
  const quote = matchAt(quoteToken, text, cursor.at)?.[0];
  if (quote !== undefined) return readQuoted(cursor, quote, role);
  const unopened = readUnopened(cursor);
  if (unopened !== undefined) return keyInside.test(unopened) ? give(cursor, "unreadable") : unopened;
  const bare = matchAt(bareValue, text, cursor.at);
  if (!bare || bare[0].trim() === "") return give(cursor, sign === undefined ? "cut-off" : "unreadable");
  cursor.at += bare[0].length;
  const word = bare[0].trim();
  if (words.has(word)) return words.get(word);
  // A number whose text can't be made of it again may be a version or a hash: the schema says which.
  return String(Number(word)) === word && Number.isFinite(Number(word)) ? Number(word) : word;
}

function next(cursor: Cursor, closer: string): boolean {
  cursor.at = skipSpace(cursor.text, cursor.at);
  const sign = cursor.text[cursor.at];
  if (sign === ",") cursor.at += 1;
  if (sign === "," || sign === closer || isAt(closingTag, cursor.text, cursor.at)) return true;
  cursor.trouble = sign === undefined ? "cut-off" : "unreadable";
  return false;
}

function give(cursor: Cursor, trouble: NearMissReason): undefined {
  cursor.trouble = trouble;
  return undefined;
}

/** Models lose a part of the token, so that only what is behind it says whose it is. */
const opener =
  /(?:<(\|tool_call|start_function_call)>\s*:?\s*call:\s*|<(call)>\s*(?=[\w.:-]{1,100}\{\s*\w{1,100}:<\|"\|>)|call:\s*)([\w.:-]{1,100})\s*[{(]/y;
const standsAlone = /\s*(?:<(?:\|\w+|\w+\||start_function_call|end_\w+)>|$)|[ \t]*\r?\n/y;
const keyText = /(?:["']|<\|"\|>)?([\p{L}\p{N}_$.-]{1,100})(?:["']|<\|"\|>)?\s*[:=]/uy;
/** A command or the like with no key in front. */
const rawBody = /(?![\w"'-]+\s*[:=])([^{}<>:]{1,2000})[})]\s*<(?:tool_call\||end_function_call)>/y;
const quoteToken = /<\|"\|>|<escape>|"""|'''|["']/y;
const bareValue = /[^,{}[\]()<>"]+/y;
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
