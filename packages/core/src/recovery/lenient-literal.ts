import type { Cursor } from "./lenient.js";
import { anyKey, ellipsis, skipBlank } from "./lenient-signs.js";
import type { StringRole } from "./lenient-string.js";
import { endOf, isAt, matchAt, noTools, skipSpace } from "./source.js";

/** Reads a number, a truth value, null, or the text of a key that nobody put in quotes; `undefined`: it is none of them. */
export function readLiteral(cursor: Cursor, role: StringRole): unknown {
  const { text } = cursor;
  if (isAt(ellipsis, text, cursor.at)) cursor.isDoubtful = true;
  const found = matchAt(literal, text, cursor.at);
  const value = found ? valueOf(found[0]) : undefined;
  if (!found || value === undefined) {
    const plain = role === "value" && cursor.opens > 0 ? readPlainText(cursor) : undefined;
    if (plain === undefined) cursor.trouble = cursor.at >= text.length ? "cut-off" : "unreadable";
    return plain;
  }
  cursor.at += found[0].length;
  if (cursor.at < text.length || cursor.opens === 0) return value;
  // A number or word at the very end may be half of one.
  cursor.trouble = "cut-off";
  return undefined;
}

function valueOf(word: string): unknown {
  if (words.has(word)) return words.get(word);
  const number = Number(word.replaceAll("_", ""));
  return Number.isFinite(number) && /^[-+.\d]/.test(word) ? number : undefined;
}

/** A text without quotes, up to the comma with a key, the bracket or the line end behind it. A `//` behind a sign is no comment. */
function readPlainText(cursor: Cursor): string | undefined {
  const { text, source, isPython, at } = cursor;
  const end = isPython || source.tools === noTools ? -1 : endOf(plainText, text, at);
  if (end < 0) return undefined;
  const line = text.slice(at, end);
  const comment = line.search(/\s\/[/*]/);
  const written = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
  const behind = skipSpace(text, at + written.length);
  const next = skipBlank(text, behind);
  const isOver = text[next] === "}" || isAt(anyKey, text, text[next] === "," ? skipBlank(text, next + 1) : next);
  // Another key may be in it, with its comma left out.
  if (/\s[\w-]+\s*[:=]|[:=]\s/.test(written)) cursor.isDoubtful = true;
  if (!isOver || cursor.isDoubtful || written === "undefined") return undefined;
  cursor.at = behind;
  return written;
}

const literal = /[-+]?[\w.]+(?:(?<=[eE])[-+]\d+)?/y;
const plainText = /[\p{L}_./~@$][^,{}[\]"'`\\\n<]{0,400}/uy;
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
  ["null", null],
  ["None", null],
  ["nil", null],
]);
