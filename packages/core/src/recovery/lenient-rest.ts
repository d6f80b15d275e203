import type { Cursor } from "./lenient.js";
import { anyKey, closingTag, skipBlank } from "./lenient-signs.js";
import { endOf, isAt, spend, stringEnd } from "./source.js";

/**
 * Whether all that follows a string which ends in front of `at` is well-formed, up to the brackets that are open around it:
 * then what looks like a key there is one, and no text.
 */
export function isWellFormedRest(cursor: Cursor, at: number): boolean {
  // What goes wrong behind an earlier place goes wrong behind this one.
  if (at < cursor.illFormed || !spend(cursor.source, 0)) return false;
  const { end, isWhole } = readRest(cursor, at);
  if (!isWhole) cursor.illFormed = end;
  return spend(cursor.source, end - at) && isWhole;
}

/** Keys and values up to the last bracket that is open, or up to the first place that is not well-formed. */
function readRest({ text, opens }: Cursor, start: number): { readonly end: number; readonly isWhole: boolean } {
  let open = opens;
  let at = skipBlank(text, start);
  for (;;) {
    for (; text[at] === "}" || text[at] === "]"; at = skipBlank(text, at + 1)) {
      open -= 1;
      if (open === 0) return { end: at + 1, isWhole: isOver(text, skipBlank(text, at + 1)) };
    }
    // A comma may be missing in front of a key in quotes.
    const isParted = text[at] === ",";
    if (isParted) at = skipBlank(text, at + 1);
    const value = isParted || text[at] === '"' || text[at] === "'" ? behindKey(text, at) : at;
    if (value === at && !isParted) return { end: at, isWhole: false };
    for (at = value; text[at] === "{" || text[at] === "["; at = behindKey(text, skipBlank(text, at + 1))) open += 1;
    if (text[at] === "}" || text[at] === "]") continue;
    const end = text[at] === '"' || text[at] === "'" ? stringEnd(text, at) : endOf(plainValue, text, at);
    if (end < 0) return { end: at, isWhole: false };
    at = skipBlank(text, end);
  }
}

function behindKey(text: string, at: number): number {
  const end = endOf(anyKey, text, at);
  return end < 0 ? at : skipBlank(text, end);
}

/** Whether nothing goes on behind the last bracket: a fence may close a code block in a string too. */
function isOver(text: string, at: number): boolean {
  return at >= text.length || isAt(text[at] === "`" ? lastFence : closingTag, text, at);
}

const plainValue = /-?\d[\d.]*(?:[eE][-+]?\d+)?|(?:true|false|null|True|False|None)\b/y;
const lastFence = /`{3,}\s*$/y;
