import type { Cursor } from "./gemma.js";
import { find, isAt, type Source, spend } from "./source.js";
import type { Strength } from "./types.js";

/**
 * Where a call ends that can't be read, told from what is not quoted in it: behind its closing tag or, where the next call begins
 * first, behind its own bracket. One that never ends takes the rest of the text with it.
 */
export function brokenGemmaEnd(cursor: Cursor, strength: Strength): number {
  const { source, text, at, trouble } = cursor;
  if (trouble === "cut-off") return text.length;
  const { end, seen } = search(cursor, strength === "bare");
  return spend(source, seen - at) ? end : text.length;
}

function search({ source, text, at, depth }: Cursor, isBare: boolean): { readonly end: number; readonly seen: number } {
  let open = depth;
  let shut = -1;
  mark.lastIndex = at;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const sign = found[0];
    const next = mark.lastIndex;
    if (sign.endsWith("call|>") || sign.startsWith("<end") || sign === "</call>") return { end: next, seen: next };
    if (sign.endsWith("call>")) {
      if (shut >= 0) return { end: shut, seen: next };
    } else if (sign.length === 1 && "{[(".includes(sign)) open += 1;
    else if (sign.length === 1 && "}])".includes(sign)) {
      open -= 1;
      if (open === 0 && shut < 0) shut = next;
      // What no token announces ends with its bracket.
      if (shut >= 0 && isBare && !isAt(closingTag, text, shut)) return { end: shut, seen: next };
    } else {
      mark.lastIndex = quotedEnd(source, next, sign);
      if (mark.lastIndex < next) break;
    }
  }
  return { end: shut < 0 ? text.length : shut, seen: text.length };
}

/** The place behind the closing quote of a string that begins at `from`; -1: it never ends. */
export function quotedEnd(source: Source, from: number, quote: string): number {
  let end = find(source, quote, from);
  while (quote.length === 1 && end >= 0 && !isAt(afterPlainQuote, source.text, end + 1))
    end = find(source, quote, end + 1);
  return end < 0 ? -1 : end + quote.length;
}

export const closingTag = /\s*<(?:tool_call\||end_function_call|\/call)>/y;
const afterPlainQuote = /\s*[,})\]]/y;
/** Tags and brackets, and what opens a string: a plain quote does so only where a value can begin. */
const mark =
  /<\|tool_call>|<start_function_call>|<tool_call\|>|<end_function_call>|<\/call>|<\|"\|>|<escape>|[{}[\]()]|(?<=[:=,[{(]\s*)["']/g;
