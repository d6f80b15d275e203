import type { Cursor } from "./lenient.js";

/** What is known of a string that may have quotes in it which nobody escaped. */
export interface InnerQuotes {
  readonly from: number;
  isSeen: boolean;
  /** Whether those seen so far are pairs. */
  isPaired: boolean;
  /** Brackets that are open in the string itself, counted up to a place: code closes what it opens. */
  depth: number;
  counted: number;
  /** The depth of a place that may have been the end of the string; endless when there is none, or its bracket has closed behind it. */
  open: number;
}

export function makeInnerQuotes(from: number): InnerQuotes {
  return { from, isSeen: false, isPaired: true, depth: 0, counted: from, open: Infinity };
}

/** How many brackets of the string are open at a place in it. */
export function depthAt({ text }: Cursor, at: number, inner: InnerQuotes): number {
  for (; inner.counted < at; inner.counted += 1) {
    const sign = text[inner.counted];
    if (inner.counted > inner.from && isQuoted(text, inner.counted)) continue;
    if (sign === "{" || sign === "[" || sign === "(") inner.depth += 1;
    else if (sign === "}" || sign === "]" || sign === ")") {
      inner.depth -= 1;
      if (inner.open > 0 && inner.depth < inner.open) inner.open = Infinity;
    }
  }
  return inner.depth;
}

/** The string goes on behind a place at which it may have ended. */
export function leaveOpen(inner: InnerQuotes, depth: number): void {
  inner.open = Math.min(inner.open, depth);
}

/** Whether such a place is still open at the end of the string: then there are two readings. */
export function isLeftOpen(cursor: Cursor, at: number, inner: InnerQuotes): boolean {
  if (inner.open === Infinity) return false;
  depthAt(cursor, at, inner);
  return inner.open !== Infinity;
}

/** `f("{")`: a bracket that is itself a text. */
function isQuoted(text: string, at: number): boolean {
  const before = text[at - 1];
  return before === text[at + 1] && (before === '"' || before === "'") && /[\s([,:=]/.test(text[at - 2] ?? "");
}
