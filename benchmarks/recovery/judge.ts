import { isDeepStrictEqual } from "node:util";
import type { Contender, ReadCall } from "./contenders.js";
import type { Case } from "./corpus.js";

/** What one contender made of the cases of one format. */
export interface Score {
  cases: number;
  exact: number;
  /** Cases in which something came back. */
  answered: number;
}

/** Reads every case; the result is by format. A throw counts as no answer. */
export function judge(contender: Contender, corpus: readonly Case[]): ReadonlyMap<string, Score> {
  const scores = new Map<string, Score>();
  for (const { format, text, expected } of corpus) {
    const score = scores.get(format) ?? { cases: 0, exact: 0, answered: 0 };
    scores.set(format, score);
    const calls = readQuietly(contender, text);
    score.cases += 1;
    if (calls.length > 0) score.answered += 1;
    if (isSame(calls, expected)) score.exact += 1;
  }
  return scores;
}

/** What a contender reads; nothing when it throws. */
export function readQuietly(contender: Contender, text: string): readonly ReadCall[] {
  try {
    return contender.read(text);
  } catch {
    return [];
  }
}

function isSame(calls: readonly ReadCall[], expected: readonly ReadCall[]): boolean {
  const bare = calls.map(({ name, arguments: input }) => ({ name, arguments: input }));
  return isDeepStrictEqual(JSON.parse(JSON.stringify(bare)), JSON.parse(JSON.stringify(expected)));
}
