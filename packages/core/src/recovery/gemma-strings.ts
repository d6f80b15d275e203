import type { Cursor } from "./gemma.js";
import { makeCursor } from "./lenient.js";
import { readString, type StringRole } from "./lenient-string.js";
import { find, isAt, spend } from "./source.js";

/** A string up to its own token; one that was forgotten ends before the end of the call. */
export function readQuoted(cursor: Cursor, quote: string, role: StringRole): string | undefined {
  const { source, text } = cursor;
  const from = cursor.at + quote.length;
  if (quote.length === 1) cursor.hasPlainQuotes = true;
  const end = quote.length > 1 ? find(source, quote, from) : plainEnd(cursor, quote, role);
  const stop = forgottenEnd(cursor, from);
  // The token that was found opens a string of the next call: this one had no end.
  const next = find(source, "<|tool_call>", from);
  const isOwn = end >= 0 && !(stop >= 0 && stop < next && next < end);
  if (isOwn) {
    cursor.at = end + quote.length;
    if (cursor.hasInnerQuotes) cursor.isRepaired = true;
    const said = text.slice(from, end);
    return quote === '"' ? said.replaceAll('\\"', '"') : said;
  }
  const said = stop < 0 || !spend(source, stop - from) ? undefined : text.slice(from, stop);
  // A call that begins in it may be quoted, and a plain quote in it may be its end.
  if (said === undefined || callStart.test(said) || (quote.length === 1 && said.includes(quote))) {
    cursor.trouble = said === undefined && end === -1 ? "cut-off" : "unreadable";
    cursor.at = text.length;
    return undefined;
  }
  cursor.at = stop;
  cursor.isRepaired = true;
  return said;
}

/** Where the bracket stands that ends a call whose last string was not closed. */
function forgottenEnd({ source }: Cursor, from: number): number {
  const end = find(source, "}<tool_call|>", from);
  return end < 0 ? find(source, "}<end_function_call>", from) : end;
}

/** Where the plain quote stands that closes the string at the cursor; -1: nowhere, -2: where is a guess. */
function plainEnd(cursor: Cursor, quote: string, role: StringRole): number {
  if (cursor.isCode) return codeEnd(cursor, quote, role);
  // Quotes in it that nobody escaped are read as in broken JSON.
  const lenient = makeCursor(cursor.source, cursor.at, false);
  lenient.opens = cursor.depth;
  const said = readString(lenient, role);
  if (lenient.hasInnerQuotes) cursor.hasInnerQuotes = true;
  if (said !== undefined) return lenient.at - 1;
  return lenient.trouble === "cut-off" ? -1 : -2;
}

/** The same among arguments in parentheses: behind a quote of its own kind only the end of all closes a string. */
function codeEnd(cursor: Cursor, quote: string, role: StringRole): number {
  const { source, text, at } = cursor;
  let isTorn = false;
  for (let end = find(source, quote, at + 1); end >= 0; end = find(source, quote, end + 1)) {
    if (text[end - 1] === "\\") continue;
    const isEnd = isAt(role === "item" ? afterItem : afterArgument, text, end + 1);
    if (isTorn && isAt(lastBracket, text, end + 1)) return end;
    if (isEnd) return isTorn ? -2 : end;
    isTorn = true;
    cursor.hasInnerQuotes = true;
  }
  return -1;
}

/** A string whose opening token was left out: text up to a closing one, and no key in it. `undefined`: there is none. */
export function readUnopened(cursor: Cursor): string | undefined {
  const { source, text, at, token } = cursor;
  const end = find(source, token, at);
  if (end < 0 || !isAt(afterItem, text, end + token.length)) return undefined;
  if (opensValue.test(text.slice(Math.max(at, end - 20), end)) || end === at) return undefined;
  // Between them stands the end of this call, or the beginning of another.
  for (const mark of marks) {
    const place = find(source, mark, at);
    if (place >= 0 && place < end) return undefined;
  }
  cursor.at = end + token.length;
  cursor.isRepaired = true;
  return text.slice(at, end);
}

/** Whether a string may end behind the cursor too: it has inner quotes, or another quote and a bracket follow. */
export function isDoubtful({ source, at, hasPlainQuotes, hasInnerQuotes }: Cursor): boolean {
  if (hasInnerQuotes || !hasPlainQuotes) return hasInnerQuotes;
  return stringEnds.some((end) => find(source, end, at) >= 0);
}

const stringEnds = ['"}', "'}", '")', "')", '"]', "']"];
const callStart = /<\|tool_call>|<start_function_call>/;
const key = String.raw`["']?[\p{L}\p{N}_$.-]{1,100}["']?\s*[:=]`;
const afterItem = /\s*[,})\]]/y;
const afterArgument = new RegExp(String.raw`\s*(?:,\s*(?:${key}|[})\]])|[})\]])`, "uy");
const lastBracket = /\s*[})\]]+\s*(?:<(?:tool_call\||end_function_call)>|$)/y;
const opensValue = /[:=,[{(]\s*$/;
/** A second key in a string without its opening token: which of the two has lost it? */
export const keyInside = new RegExp(String.raw`[,{[(]\s*${key}`, "u");
const marks = ["<|tool_call>", "<tool_call|>", "<start_function_call>", "<end_function_call>", "\ncall:"];
