import type { Cursor } from "./lenient.js";
import { ellipsis } from "./lenient-signs.js";
import { readString } from "./lenient-string.js";
import { endOf, isAt, matchAt, skipSpace } from "./source.js";

/** Reads a key and the colon behind it, and moves the cursor there; `undefined`: there is none. */
export function readKey(cursor: Cursor): string | undefined {
  const { text } = cursor;
  const sign = text[cursor.at] ?? "";
  let key: string | undefined;
  if (`"'\`“`.includes(sign)) key = readString(cursor, "key");
  else {
    key = matchAt(bareKey, text, cursor.at)?.[0];
    if (key !== undefined) cursor.at += key.length;
    // Its first quote was left out.
    if (text[cursor.at] === '"') cursor.at += 1;
  }
  if (key === undefined) {
    if (isAt(ellipsis, text, cursor.at)) cursor.isDoubtful = true;
    return undefined;
  }
  const end = endOf(colonSign, text, cursor.at);
  if (end < 0) {
    cursor.trouble = skipSpace(text, cursor.at) >= text.length ? "cut-off" : "unreadable";
    return undefined;
  }
  cursor.at = end;
  return key;
}

const bareKey = /[\p{L}_$][\w$\p{L}-]*/uy;
const colonSign = /\s*(?::|=>|=)/y;
