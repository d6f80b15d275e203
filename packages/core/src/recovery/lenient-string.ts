import { depthAt, type InnerQuotes, isLeftOpen, leaveOpen, makeInnerQuotes } from "./inner-quotes.js";
import { type Cursor, doubt } from "./lenient.js";
import { unescaped } from "./lenient-escapes.js";
import { isWellFormedRest } from "./lenient-rest.js";
import { anyKey, closingTag, loneTag, skipBlank, valueStart } from "./lenient-signs.js";
import { passLooseString } from "./python-string.js";
import { signatureOf } from "./signature.js";
import { find, isAt, matchAt, skipSpace } from "./source.js";

/** What a string may be: only around a value or an item text may go on behind a quote. */
export type StringRole = "key" | "value" | "item";

/** Reads the string that opens at the cursor, with raw line ends and inner quotes; `undefined`: it never ends, or where it does is a guess. */
export function readString(cursor: Cursor, role: StringRole): string | undefined {
  const { text } = cursor;
  const opener = text[cursor.at] ?? '"';
  const fence = opener.repeat(3);
  const isTriple = opener !== "“" && text.startsWith(fence, cursor.at);
  if (isTriple && !opensDocstring(cursor, fence)) return readTriple(cursor, fence, role);
  const quote = opener === "“" ? "”" : opener;
  const from = cursor.at + 1;
  if (cursor.isPython && cursor.parameters && cursor.opens === 0)
    return passLooseString(cursor, quote) ? unescaped(text.slice(from, cursor.at - 1), true) : undefined;
  const inner = makeInnerQuotes(from);
  let hasEscape = false;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "\\") {
      hasEscape = true;
      at += 1;
      continue;
    }
    if (sign !== quote) continue;
    if (cursor.isPython || role === "key" || endsValue(cursor, role, at, inner)) {
      cursor.at = at + 1;
      if (inner.isSeen) {
        cursor.hasInnerQuotes = true;
        if (!inner.isPaired || depthAt(cursor, at, inner) > 0) cursor.isUneven = true;
      }
      const raw = text.slice(from, at);
      // A docstring that stays open may be the end of a triple-quoted text.
      if (
        inner.isSeen &&
        (isLeftOpen(cursor, at, inner) || (isTriple && text.slice(from, at + 1).split(fence).length % 2 === 0))
      ) {
        doubt(cursor);
        if (cursor.opens === 0) return undefined;
      }
      return hasEscape ? unescaped(raw, cursor.isPython) : raw;
    }
    inner.isSeen = true;
    inner.isPaired = !inner.isPaired;
  }
  cursor.at = text.length;
  cursor.trouble = "cut-off";
  return undefined;
}

/**
 * Triple quotes: with line ends in it the text is taken as it stands, on one line its escapes are read.
 * In JSON the value must be over behind them: else they stand in a text that has more of them.
 */
function readTriple(cursor: Cursor, fence: string, role: StringRole): string | undefined {
  const { text, source } = cursor;
  const from = cursor.at + 3;
  const end = find(source, fence, from);
  if (end < 0) {
    cursor.at = text.length;
    cursor.trouble = "cut-off";
    return undefined;
  }
  cursor.at = end + 3;
  const isOver = cursor.isPython || role === "key" || isAt(behindTriple, text, cursor.at);
  // Four quotes are a docstring too, that has lost one of its own.
  if (!isOver || (!cursor.isPython && end > from && text[from] === fence[0])) {
    cursor.isDoubtful = true;
    return undefined;
  }
  const raw = text.slice(from, end);
  return raw.includes("\n") || !raw.includes("\\") ? raw : unescaped(raw, cursor.isPython);
}

/** Four quotes, and text behind the next three: a string that begins with a docstring. */
function opensDocstring({ text, source, isPython, at }: Cursor, fence: string): boolean {
  if (isPython || !text.startsWith(fence, at + 1) || text[at + 4] === fence[0]) return false;
  const end = find(source, fence, at + 4);
  return end >= 0 && !isAt(behindTriple, text, end + 3);
}

/** Whether what stands behind a quote shows that the value is over. */
function endsValue(cursor: Cursor, role: "value" | "item", at: number, inner: InnerQuotes): boolean {
  const { text } = cursor;
  const next = skipSpace(text, at + 1);
  const sign = text[next];
  if (sign === undefined) return true;
  if (sign === ",") {
    const after = skipBlank(text, next + 1);
    if (inner.isSeen) return isBoundary(cursor, role, at, after, inner);
    return after >= text.length || isAt(anyKey, text, after) || isAt(role === "item" ? itemStart : closer, text, after);
  }
  if (sign === "}" || sign === "]") return inner.isSeen ? closesInner(cursor, at, next, inner) : closes(cursor, next);
  if (sign === "/") return !inner.isSeen && (text[next + 1] === "/" || text[next + 1] === "*");
  // A comma may be missing.
  if (`"'`.includes(sign)) {
    if (isAt(anyKey, text, next)) {
      const isEnd = isBoundary(cursor, "value", at, next, inner);
      if (isEnd) cursor.isUneven = true;
      return isEnd;
    }
    const isItem = role === "item" && !isAt(itemEnd, text, next);
    if (isItem || (next > at + 1 && inner.isPaired)) leaveOpen(inner, depthAt(cursor, at, inner));
    return false;
  }
  // `"a" + "b"`: two texts, or one of code.
  if (sign === "+" && inner.isPaired) leaveOpen(inner, depthAt(cursor, at, inner));
  return sign === "<" && !inner.isSeen && isAt(loneTag, text, next);
}

/** Behind an inner quote a comma may be text too, so what follows must be a parameter or well-formed to the end. */
function isBoundary(cursor: Cursor, role: "value" | "item", at: number, after: number, inner: InnerQuotes): boolean {
  const { text } = cursor;
  const key = matchAt(anyKey, text, after);
  const isItem = key === null && role === "item" && isAt(itemStart, text, after);
  if (!key && !isItem) return false;
  const depth = depthAt(cursor, at, inner);
  const isKnown = isParameter(cursor, key);
  if (isKnown && key?.[4] === undefined && depth <= 0) return true;
  if (isWellFormedRest(cursor, at + 1)) return true;
  // It may have been a key all the same, unless brackets of the text stand around it.
  const value = skipSpace(text, after + (key?.[0].length ?? 0));
  if (isKnown || isItem || isAt(valueStart, text, value)) leaveOpen(inner, depth);
  return false;
}

/** A parameter of the tool, of any while it is not known; the words of the envelopes stand in other JSON too. */
function isParameter({ source, parameters }: Cursor, key: RegExpExecArray | null): boolean {
  const name = key?.[1] ?? key?.[2] ?? key?.[3] ?? key?.[4];
  if (parameters) return name !== undefined && parameters.has(name);
  return name !== undefined && source.tools.some((tool) => signatureOf(tool.inputSchema).names.has(name));
}

/** A run of closers behind an inner quote: of the string's own brackets, or of those around it. */
function closesInner(cursor: Cursor, at: number, start: number, inner: InnerQuotes): boolean {
  if (isWellFormedRest(cursor, at + 1)) return true;
  const { text } = cursor;
  if (depthAt(cursor, at, inner) > 0) return false;
  const { count, end } = closersAt(text, start);
  const sign = text[end];
  if (sign === undefined) return true;
  if (count >= cursor.opens) return !isAt(goesOn, text, end) || (text[end - 1] === "\n" && /\w/.test(sign));
  if (sign !== ",") return isAt(closingTag, text, end);
  const next = skipSpace(text, end + 1);
  if (text[next] === "{" || isParameter(cursor, matchAt(anyKey, text, next))) return true;
  leaveOpen(inner, 0);
  return false;
}

/** A run of closers: as many as are open, and then nothing that would go on with the string. */
function closes({ text, opens }: Cursor, start: number): boolean {
  const { count, end } = closersAt(text, start);
  const sign = text[end];
  if (sign === undefined) return true;
  if (count >= opens) return sign !== '"' || text[end - 1] === "\n";
  if (sign === '"') return isAt(anyKey, text, end);
  if (sign === "{") return text[end - 1] === "\n";
  return sign === "," || sign === "/" || isAt(closingTag, text, end);
}

function closersAt(text: string, start: number): { readonly count: number; readonly end: number } {
  let end = start;
  let count = 0;
  for (; text[end] === "}" || text[end] === "]"; end = skipSpace(text, end + 1)) count += 1;
  return { count, end };
}

/** Structure, the key that comes next, what closes the call, or the end. */
const behindTriple = /\s*(?:[,}\]/<]|["'][\w-]{1,80}["']\s*:|```|$)/y;
const itemEnd = /["']\s*[,\]]/y;
const closer = /[}\]]/y;
const itemStart = /["'“[{\d}\]-]|true|false|null|True|False|None/y;
const goesOn = /["'\w:?=&+%]|[,;](?!\s*\{)/y;
