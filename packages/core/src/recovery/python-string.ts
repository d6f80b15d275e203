import type { Cursor } from "./lenient.js";
import { isTool } from "./toolbox.js";
import { matchAt } from "./source.js";

/**
 * Moves the cursor behind the string of Python that opens at it, which may have quotes of its own kind in it: it ends at a quote
 * that the next parameter, or the end of the call and of the list, follows. `false`: nowhere, or another reading is as good.
 */
export function passLooseString(cursor: Cursor, quote: string): boolean {
  const { text } = cursor;
  let inner = 0;
  for (cursor.at += 1; cursor.at < text.length; cursor.at += 1) {
    if (text[cursor.at] === "\\") cursor.at += 1;
    else if (text[cursor.at] === quote) {
      const after = cursor.at + 1;
      const isEnd = endsArgument(cursor, after);
      if (isEnd) cursor.at = after;
      // Quotes come in pairs; a single one may be the end that was meant.
      if (isEnd) return inner % 2 === 0;
      if (isParameter(cursor, matchAt(nextKeyword, text, after))) return false;
      inner += 1;
    }
  }
  return false;
}

function endsArgument(cursor: Cursor, at: number): boolean {
  const { text, source } = cursor;
  const call = matchAt(nextCall, text, at);
  if (call) return isTool(source.tools, call[1] ?? "");
  return isParameter(cursor, matchAt(nextArgument, text, at)) || matchAt(lastBracket, text, at) !== null;
}

function isParameter({ parameters }: Cursor, found: RegExpExecArray | null): boolean {
  return found !== null && parameters?.has(found[1] ?? "") === true;
}

const nextArgument = /\s*,\s*([\p{L}_][\p{L}\p{N}_-]{0,80})\s*=(?!=)/uy;
const nextKeyword = /\s*([\p{L}_][\p{L}\p{N}_-]{0,80})\s*=/uy;
const nextCall = /\s*\)\s*,\s*([A-Za-z_][\w.-]{0,80})\(/y;
const lastBracket = /\s*\)\s*(?:\]\s*$|\]?\s*(?:<[|｜][^|｜<>\n"']{1,40}[|｜]>|<\/\w+>))/y;
