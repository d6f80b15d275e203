import { isKey } from "./toolbox.js";
import { type Cursor, skipBlank } from "./lenient.js";
import { find, isAt, matchAt, skipSpace } from "./source.js";

/** Reads the string that opens at the cursor, with raw line ends and inner quotes; `undefined`: it never ends. */
export function readString(cursor: Cursor, role: "key" | "value"): string | undefined {
  const { text } = cursor;
  const opener = text[cursor.at] ?? '"';
  if (text.startsWith(opener.repeat(3), cursor.at) && opener !== "“") return readTriple(cursor, opener.repeat(3));
  const quote = opener === "“" ? "”" : opener;
  const from = cursor.at + 1;
  let hasInner = false;
  let hasEscape = false;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "\\") {
      hasEscape = true;
      at += 1;
      continue;
    }
    if (sign !== quote) continue;
    if (cursor.isPython || endsString(cursor, at + 1, role, hasInner)) {
      cursor.at = at + 1;
      const raw = text.slice(from, at);
      return hasEscape ? unescaped(raw, cursor.isPython) : raw;
    }
    hasInner = true;
  }
  cursor.at = text.length;
  cursor.trouble = "cut-off";
  return undefined;
}

/** Triple quotes: with line ends in it the text is taken as it stands, on one line its escapes are read. */
function readTriple(cursor: Cursor, fence: string): string | undefined {
  const from = cursor.at + 3;
  const end = find(cursor.source, fence, from);
  if (end < 0) {
    cursor.at = cursor.text.length;
    cursor.trouble = "cut-off";
    return undefined;
  }
  cursor.at = end + 3;
  const raw = cursor.text.slice(from, end);
  return raw.includes("\n") || !raw.includes("\\") ? raw : unescaped(raw, cursor.isPython);
}

/** Whether what stands behind a quote shows that the string is over. */
function endsString(cursor: Cursor, after: number, role: "key" | "value", hasInner: boolean): boolean {
  const { text } = cursor;
  const at = skipSpace(text, after);
  const sign = text[at];
  if (role === "key") return sign === ":" || sign === "=";
  if (sign === undefined) return true;
  if (sign === ",") return continues(cursor, skipBlank(text, at + 1), hasInner);
  if (sign === "}" || sign === "]") return closes(cursor, at, hasInner);
  if (sign === "/") return !hasInner && (text[at + 1] === "/" || text[at + 1] === "*");
  // A comma may be missing between two lines.
  if (`"'`.includes(sign)) return text.slice(after, at).includes("\n") && isKnownKey(cursor, at);
  return sign === "<" && isAt(closingTag, text, at);
}

/** What stands behind the comma: a key, an item, or the end of a list with a comma too many. */
function continues(cursor: Cursor, at: number, hasInner: boolean): boolean {
  const sign = cursor.text[at];
  if (sign === undefined) return true;
  if (isKnownKey(cursor, at)) return true;
  if (hasInner) return false;
  return isAt(anyKey, cursor.text, at) || isAt(itemStart, cursor.text, at);
}

/** A run of closers: as many as are open, and then nothing that would go on with the string. */
function closes(cursor: Cursor, start: number, hasInner: boolean): boolean {
  const { text } = cursor;
  let at = start;
  let count = 0;
  for (; text[at] === "}" || text[at] === "]"; at = skipSpace(text, at + 1)) count += 1;
  const sign = text[at];
  if (sign === undefined) return true;
  if (count >= cursor.opens)
    return hasInner ? !/["'\w]/.test(sign) || text[at - 1] === "\n" : sign !== '"' || text[at - 1] === "\n";
  if (sign === ",") return !hasInner || isAt(itemOrKey, text, skipSpace(text, at + 1));
  return isAt(closingTag, text, at) || (!hasInner && `"/`.includes(sign));
}

function isKnownKey(cursor: Cursor, at: number): boolean {
  const key = matchAt(anyKey, cursor.text, at);
  return key !== null && isKey(cursor.source.tools, key[1] ?? key[2] ?? "");
}

/** A text with its escapes read. One that JSON does not know is text: `\d` in a pattern, `\$` in a script. */
function unescaped(raw: string, isPython: boolean): string {
  return raw.replaceAll(escape, (written, sign: string, code: string | undefined, hex: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (hex !== undefined) return isPython ? String.fromCharCode(Number.parseInt(hex, 16)) : written;
    return sign === "\n" ? (isPython ? "" : "\n") : (escapes.get(sign) ?? written);
  });
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["/", "/"],
]);
const escape = /\\(u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[^])/g;
const anyKey = /["'“]([^"'“”\n\\]{1,80})["'”]\s*:|([A-Za-z_][\w-]{0,80})\s*:/y;
const itemStart = /["'“[{\d}\]-]|true|false|null|True|False|None/y;
const itemOrKey = /["'{[]/y;
/** What closes the call around the string; `</p>` closes something in it. */
const closingTag =
  /<\/[\w:-]*(?:tool|call|function|invoke|response|JSON|answer|param|arg|input)[\w:-]*>|<[|｜]|```|\[\/?[A-Z_]{4,}\]/iy;
