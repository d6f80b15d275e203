import { type Source, stringEnd } from "./source.js";

/**
 * Where the bracket at `at` closes (the place after the closer) in well-formed JSON; -1 when it does not.
 * `foreign` tells of a sign on the way that JSON has only in strings. Brackets that never close are remembered: each of them would be followed to the end of the text.
 */
export function closingOf(source: Source, at: number): number {
  const open: number[] = [];
  const closed = scan(source, at, open);
  if (closed < 0) for (const place of open) (source.unclosed ??= new Set()).add(place);
  return closed;
}

function scan(source: Source, start: number, open: number[]): number {
  const { text } = source;
  for (let at = start; at >= 0 && at < text.length;) {
    const sign = text.charCodeAt(at);
    if (sign === quote) {
      at = stringEnd(text, at);
      if (at < 0) return -1;
      continue;
    }
    if (sign === openBrace || sign === openBracket) {
      if (source.unclosed?.has(at)) return -1;
      open.push(at);
      at += 1;
      continue;
    }
    at += 1;
    if (sign !== closeBrace && sign !== closeBracket) {
      if (sign > 127 || foreign[sign] === 1) source.foreign = at - 1;
      continue;
    }
    const opener = open[open.length - 1];
    // Both closers stand two places after their openers in ASCII.
    if (opener === undefined || text.charCodeAt(opener) !== sign - 2) return -1;
    open.pop();
    if (open.length === 0) return at;
  }
  return -1;
}

/** What JSON has outside of its strings: structure, white space, and the letters of numbers, true, false and null. */
const foreign = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\s{}[\]:,"\d+\-.eEtrufalsn]/.test(String.fromCharCode(code)) ? 0 : 1,
);
const quote = 34;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;
