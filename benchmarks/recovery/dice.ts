/** Chance that can be repeated. */
export interface Dice {
  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
}

/** A linear congruential generator (the constants of Numerical Recipes). */
export function makeDice(seed: number): Dice {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return {
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("Nothing to pick from.");
      return item;
    },
  };
}
