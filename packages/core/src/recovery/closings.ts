import type { Source } from "./source.js";

/**
 * Where the bracket at `at` closes (the place after the closer) in well-formed JSON; -1 when it does not.
 * Every bracket seen on the way is remembered: nested openers are not scanned again.
 */
export function closingOf(source: Source, at: number): number {
  const { text, closings } = source;
  const known = closings.get(at);
  if (known !== undefined) return known;
  const open: number[] = [];
  const closed = scan(text, at, open, closings);
  for (const place of open) closings.set(place, -1);
  return closed;
}

function scan(text: string, start: number, open: number[], closings: Map<number, number>): number {
  for (let at = start; at >= 0 && at < text.length;) {
    const sign = text.charCodeAt(at);
    if (sign === quote) {
      at = stringEnd(text, at);
      if (at < 0) return -1;
      continue;
    }
    if (sign === openBrace || sign === openBracket) {
      const known = closings.get(at);
      if (known === -1) return -1;
      if (known === undefined) open.push(at);
      at = known ?? at + 1;
      continue;
    }
    at += 1;
    if (sign !== closeBrace && sign !== closeBracket) continue;
    const opener = open[open.length - 1];
    // Both closers stand two places after their openers in ASCII.
    if (opener === undefined || text.charCodeAt(opener) !== sign - 2) return -1;
    open.pop();
    closings.set(opener, at);
    if (open.length === 0) return at;
  }
  return -1;
}

/** The place after the string that opens at `at`; -1: it never ends. */
function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return -1;
}

const quote = 34;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;
