/** The text under reading, with what is already known of it, so that no search is made twice. */
export interface Source {
  readonly text: string;
  /** Names of the offered tools. */
  readonly names: ReadonlySet<string>;
  /** Names that may stand as a key in a call: parameters of the offered tools and the words of the envelopes. */
  readonly keys: ReadonlySet<string>;
  /** The parameters that a tool declares; none at all may mean any. `undefined`: no such tool. */
  parameters(name: string): ReadonlySet<string> | undefined;
  /** Like `indexOf`, but remembers the answer: a needle that is nowhere after 10 is not looked for again after 20. */
  find(needle: string, from: number): number;
  /** Pays for the reading of so many characters; `false` when too much has been read again and again. */
  spend(characters: number): boolean;
  /** Where brackets that were looked at close; -1: nowhere. */
  readonly closings: Map<number, number>;
}

/** How often the same text may be read by different readers before they stop: what keeps hostile input linear. */
const readings = 6;

/** @param words The names of the tools and the words that may be keys. */
export function makeSource(text: string, words: Pick<Source, "names" | "keys" | "parameters">): Source {
  const known = new Map<string, { from: number; at: number }>();
  let purse = text.length * readings + 4096;
  return {
    text,
    names: words.names,
    get keys() {
      return words.keys;
    },
    closings: new Map(),
    parameters: (name) => words.parameters(name),
    find(needle, from) {
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
