import type { Cursor } from "./lenient.js";
import { find, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";

/** A call as code that has begun and can't be read. */
export interface BrokenCall {
  readonly end: number;
  /** `undefined`: not to be told, it calls nothing that was offered. */
  readonly trouble: NearMissReason | undefined;
  /** Its brackets close, or it breaks at a string: it is code, whatever its name. */
  readonly isCode: boolean;
}

/**
 * Where a call as code ends whose arguments can't be read from the cursor on: behind `around` more brackets than are open in the
 * value. Nothing that stands in its strings is looked at. `undefined`: no string has begun in it, so it holds nothing but code.
 */
export function brokenCall(cursor: Cursor, from: number, around: number): BrokenCall | undefined {
  const { source, text, at } = cursor;
  const isCut = at >= text.length || cursor.trouble === "cut-off";
  const closed = isCut ? -1 : closedEnd(source, at, cursor.opens + around);
  const end = closed < 0 ? text.length : closed;
  // An apostrophe of prose opens none.
  const seen = closed < 0 ? Math.min(at + 1, end) : end;
  if (!spend(source, end - at) || !/["']/.test(text.slice(from, seen))) return undefined;
  // A quote in a string of its own kind: what looks like the end of the call may still stand in the string.
  const isTorn = behindQuote.test(text.slice(Math.max(from, at - 20), at));
  const isOpen = isTorn && closingQuotes.some((quote) => find(source, quote, end) >= 0);
  return {
    end: isOpen ? text.length : end,
    trouble: isCut ? "cut-off" : cursor.trouble,
    isCode: closed >= 0 || isCut || isTorn,
  };
}

/** The place behind the bracket that closes `open` brackets, outside of strings; -1: they stay open. */
function closedEnd(source: Source, from: number, open: number): number {
  let left = open;
  mark.lastIndex = from;
  for (let found = mark.exec(source.text); found; found = mark.exec(source.text)) {
    const [sign] = found;
    if ("([{".includes(sign)) left += 1;
    else if (")]}".includes(sign)) {
      left -= 1;
      if (left === 0) return mark.lastIndex;
    } else {
      const end = stringEnd(source, mark.lastIndex, sign);
      if (end < 0) return -1;
      mark.lastIndex = end;
    }
  }
  return -1;
}

function stringEnd(source: Source, from: number, quote: string): number {
  const { text } = source;
  for (let end = find(source, quote, from); end >= 0; end = find(source, quote, end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return end + quote.length;
  }
  return -1;
}

const mark = /"""|'''|["']|[()[\]{}]/g;
const behindQuote = /["']\s*$/;
const closingQuotes = ['")', "')", '"\n)', "'\n)"];
