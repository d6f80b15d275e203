/** What a reader may ask about the offered tools. */
export interface Words {
  /** Whether a tool of exactly this name was offered. */
  isTool(name: string): boolean;
  /** Whether this may stand as a key in a call: a parameter of an offered tool, or a word of the envelopes. */
  isKey(name: string): boolean;
  /** The parameters that a tool declares; none at all may mean any. `undefined`: no such tool. */
  parameters(name: string): ReadonlySet<string> | undefined;
}

/** The text under reading, with what is already known of it, so that no search is made twice. */
export interface Source {
  readonly text: string;
  readonly words: Words;
  /** Like `indexOf`, but remembers the answer: a needle that is nowhere after 10 is not looked for again after 20. */
  find(needle: string, from: number): number;
  /** Pays for the reading of so many characters; `false` when too much has been read again and again. */
  spend(characters: number): boolean;
  /** Brackets of which is known that they never close. */
  readonly unclosed: Set<number>;
  /** The last place at which something stood that well-formed JSON can't have there. */
  foreign: number;
}

/** How often the same text may be read by different readers before they stop: what keeps hostile input linear. */
const readings = 6;
/** In a text as short as this, searching is cheaper than remembering. */
const shortText = 2000;

export function makeSource(text: string, words: Words): Source {
  let known: Map<string, { from: number; at: number }> | undefined;
  let purse = text.length * readings + 4096;
  return {
    text,
    words,
    foreign: -1,
    unclosed: new Set(),
    find(needle, from) {
      if (text.length < shortText) return text.indexOf(needle, from);
      known ??= new Map();
      const last = known.get(needle);
      if (last && from >= last.from && (last.at < 0 || from <= last.at)) return last.at;
      const at = text.indexOf(needle, from);
      known.set(needle, { from, at });
      return at;
    },
    spend(characters) {
      purse -= characters;
      return purse >= 0;
    },
  };
}

/** The first place at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  let place = at;
  while (isSpace(text.charCodeAt(place))) place += 1;
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

/** The place behind what `pattern` matches at `at`, -1 when it does not; the pattern must carry the `y` flag. */
export function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
