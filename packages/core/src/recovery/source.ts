import type { OfferedTool } from "./types.js";

/** A special token, its word without the signs in which spellings differ. */
export interface Token {
  readonly at: number;
  readonly word: string;
  readonly length: number;
}

/** The text under reading, with what is already known of it, so that no search is made twice. */
export interface Source {
  readonly text: string;
  readonly tools: readonly OfferedTool[];
  /** Where a text was looked for and found last; -1: nowhere. */
  readonly known: Map<string, { from: number; at: number }> | undefined;
  /** Brackets of which is known that they never close. */
  unclosed: Set<number> | undefined;
  /** The last place at which something stood that well-formed JSON can't have there. */
  foreign: number;
  /** The special token read last: several readers ask for the one at their place. */
  token: Token | undefined;
  /** How many characters may still be read. */
  purse: number;
}

/** How often the same text may be read by different readers before they stop: what keeps hostile input linear. */
const readings = 6;
/** In a text as short as this, searching is cheaper than remembering. */
const shortText = 2000;

/** A text inside of an argument is read with these: nothing in it is a word of a call. */
export const noTools: readonly OfferedTool[] = [];

export function makeSource(text: string, tools: readonly OfferedTool[]): Source {
  const known = text.length < shortText ? undefined : new Map<string, { from: number; at: number }>();
  const purse = text.length * readings + 4096;
  return { text, tools, known, unclosed: undefined, foreign: -1, token: undefined, purse };
}

/** Like `indexOf`, but remembers the answer: a needle that is nowhere after 10 is not looked for again after 20. */
export function find({ text, known }: Source, needle: string, from: number): number {
  if (!known) return text.indexOf(needle, from);
  const last = known.get(needle);
  if (last && from >= last.from && (last.at < 0 || from <= last.at)) return last.at;
  const at = text.indexOf(needle, from);
  known.set(needle, { from, at });
  return at;
}

/** Pays for the reading of so many characters; `false` when too much has been read again and again. */
export function spend(source: Source, characters: number): boolean {
  source.purse -= characters;
  return source.purse >= 0;
}

/** The place behind the string whose quote stands at `at`, one or three; an escaped quote ends none. -1: it never ends. */
export function stringEnd(text: string, at: number, quote = text.charAt(at)): number {
  for (let end = text.indexOf(quote, at + quote.length); end >= 0; end = text.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + quote.length;
  }
  return -1;
}

const backslash = 92;

/** The first place at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  let place = at;
  while (place < text.length && isSpace(text.charCodeAt(place))) place += 1;
  return place;
}

/** Space, tab, line ends and the no-break space. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9 || code === 160;
}

/** The sticky match of `pattern` at `at`; the pattern must carry the `y` flag. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Whether `pattern` matches at `at`; the pattern must carry the `y` flag. */
export function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** What stands behind the last match of `pattern`; it must carry the `g` flag. */
export function behindLast(pattern: RegExp, text: string): string {
  let from = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) from = pattern.lastIndex;
  return text.slice(from);
}

/** The place behind what `pattern` matches at `at`, -1 when it does not; the pattern must carry the `y` flag. */
export function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
