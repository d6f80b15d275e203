import type { Cost, ModelFacts, Price, Usage } from "@aifactory/core";

/** What is used when the model string names none: the newest one that also works without a paid account. */
export const defaultModel = "gemini-3.8-flash";

interface Row {
  /** US dollars per million tokens: input, output, cache read. */
  readonly price: readonly [input: number, output: number, cacheRead: number];
  /** From when on another price holds. */
  readonly later?: { readonly from: string; readonly price: Row["price"] };
  /** The price of a whole request with more than 200,000 input tokens, where it is another. */
  readonly long?: Row["price"];
}

/**
 * List prices for text. Read on 24 November 2026 in stored copies of https://ai.google.dev/gemini-api/docs/pricing of
 * October 2026 and, for cache reads and the models marked with *, in others' notes of what stood there. Storing a cache
 * costs nothing here: only the implicit cache is used. Marked with **: assumed to double like the input.
 */
const rows: { readonly [model: string]: Row } = {
  "gemini-4-argon": { price: [2, 10, 0.1], later: { from: "2026-12-01", price: [4, 20, 0.2] } },
  "gemini-3.8-flash": { price: [0.75, 3.75, 0.075], later: { from: "2027-01-01", price: [1.5, 7.5, 0.15] } }, // **
  "gemini-3.6-flash": { price: [1.5, 7.5, 0.15] }, // *
  "gemini-3.5-flash": { price: [1.5, 9, 0.15] },
  "gemini-3.5-flash-lite": { price: [0.3, 2.5, 0.03] },
  "gemini-3.1-pro-preview": { price: [2, 12, 0.2], long: [4, 18, 0.4] },
  "gemini-2.5-pro": { price: [1.25, 10, 0.125], long: [2.5, 15, 0.25] }, // *
  "gemini-2.5-flash": { price: [0.3, 2.5, 0.03] }, // *
  "gemini-2.5-flash-lite": { price: [0.1, 0.4, 0.01] }, // *
};

const longPrompt = 200_000;

/** The models that we know a price of. */
export const knownModels: readonly string[] = Object.keys(rows);

/** The plain name of a model: the API also takes `models/gemini-…`. */
export function plainName(model: string): string {
  return model.replace(/^models\//, "");
}

/** What is known of a model; nothing, when it is not among the known ones. All of them have the same limits. */
export function modelFacts(model: string, at: Date = new Date()): ModelFacts {
  const row = rows[plainName(model)];
  if (!row) return {};
  const price = priceOf(row.later && at >= new Date(row.later.from) ? row.later.price : row.price);
  return { contextTokens: 1_048_576, maxOutputTokens: 65_536, tools: true, thinking: true, price };
}

/** The cost of a request that is dearer than the list price because it is long; undefined for all others. */
export function longPromptCost(model: string, usage: Usage): Cost | undefined {
  const long = rows[plainName(model)]?.long;
  const { inputTokens = 0, cacheReadTokens: read = 0, outputTokens = 0 } = usage;
  if (!long || inputTokens <= longPrompt) return undefined;
  const [input, output, cacheRead] = long;
  const listed = (inputTokens - read) * input + read * cacheRead + outputTokens * output;
  return { usd: listed / 1_000_000, basis: "estimated" };
}

/** Known names that are near to one that is not there, the nearest first. */
export function closeNames(model: string): readonly string[] {
  const likeness = (name: string): number => {
    const [one, other] = [pairs(model), pairs(name)];
    return (2 * [...one].filter((pair) => other.has(pair)).length) / (one.size + other.size);
  };
  return knownModels
    .filter((name) => likeness(name) > 0.5)
    .toSorted((one, other) => likeness(other) - likeness(one))
    .slice(0, 3);
}

function priceOf([input, output, cacheRead]: Row["price"]): Price {
  return { input, output, cacheRead };
}

/** Neighbouring letters. All names begin with the vendor's, which says nothing. */
function pairs(name: string): Set<string> {
  const letters = ` ${plainName(name.toLowerCase()).replace(/^gemini-?/, "")} `;
  return new Set(Array.from(letters.slice(1), (letter, at) => letters.charAt(at) + letter));
}
