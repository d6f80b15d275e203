import type { Cost, ModelFacts, Price, Usage } from "@aifactory/core";

/** What is used when the model string names none: the vendor's own advice "for most workloads". */
export const defaultModel = "claude-opus-5-5";

/** What an answer may have at most when the model is not known. */
export const defaultOutputTokens = 32_000;

type Row = readonly [input: number, output: number, cacheWrite: number, cacheRead?: number];

/**
 * List prices in US dollars per million tokens, cache writes for five minutes. Read in November 2026 in stored copies of
 * https://platform.claude.com/docs/en/about-claude/pricing and of each model's own page there. Marked with *: read in
 * others' release notes only. The cache read of fable-5-2 was nowhere to be read: it counts as plain input, too dear.
 */
const prices: { readonly [model: string]: Row } = {
  "claude-fable-5-2": [8, 40, 10],
  "claude-fable-5-1": [10, 50, 12.5, 0.25],
  "claude-fable-5": [10, 50, 12.5, 1],
  "claude-opus-5-5": [4, 20, 5, 0.2],
  "claude-opus-5": [5, 25, 6.25, 0.5],
  "claude-opus-4-8": [5, 25, 6.25, 0.5],
  "claude-opus-4-7": [5, 25, 6.25, 0.5],
  "claude-opus-4-6": [5, 25, 6.25, 0.5],
  "claude-opus-4-5": [5, 25, 6.25, 0.5],
  "claude-sonnet-5-5": [2, 10, 2.5, 0.1], // *
  "claude-sonnet-5": [2, 10, 2.5, 0.2],
  "claude-sonnet-4-6": [3, 15, 3.75, 0.3],
  "claude-sonnet-4-5": [3, 15, 3.75, 0.3],
  "claude-haiku-5-5": [0.1, 0.5, 0.125, 0.01], // *
  "claude-haiku-4-5": [1, 5, 1.25, 0.1],
};

/** Above so many input tokens, cached ones included, a whole request costs more. */
const longPrompts: { readonly [model: string]: { readonly above: number; readonly times: number } } = {
  "claude-haiku-5-5": { above: 100_000, times: 5 }, // *
};

/** The models that we know a price of. */
export const knownModels: readonly string[] = Object.keys(prices);

/** What is known of a model; nothing, when it is not among the known ones. */
export function modelFacts(model: string): ModelFacts {
  const price = priceOf(model);
  if (!price) return {};
  const isSmall = withoutDate(model).endsWith("-4-5");
  const writesLess = isSmall || withoutDate(model) === "claude-sonnet-4-6";
  return {
    contextTokens: isSmall ? 200_000 : 1_000_000,
    maxOutputTokens: writesLess ? 64_000 : 128_000,
    tools: true,
    thinking: true,
    price,
  };
}

/** The cost of a request that is dearer than the list price because it is long; undefined for all others. */
export function longPromptCost(model: string, usage: Usage): Cost | undefined {
  const long = longPrompts[withoutDate(model)];
  const price = priceOf(model);
  const { inputTokens = 0, cacheReadTokens: read = 0, cacheWriteTokens: written = 0, outputTokens = 0 } = usage;
  if (!long || !price || inputTokens <= long.above) return undefined;
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  const listed =
    (inputTokens - read - written) * input + read * cacheRead + written * cacheWrite + outputTokens * output;
  return { usd: (long.times * listed) / 1_000_000, basis: "estimated" };
}

/** Known names that are near to one that is not there, the nearest first. */
export function closeNames(model: string): readonly string[] {
  const likeness = (name: string): number => {
    const [one, other] = [pairs(model), pairs(name)];
    return (2 * [...one].filter((pair) => other.has(pair)).length) / (one.size + other.size);
  };
  return knownModels
    .filter((name) => likeness(name) > 0.6)
    .toSorted((one, other) => likeness(other) - likeness(one))
    .slice(0, 3);
}

function priceOf(model: string): Price | undefined {
  const row = prices[withoutDate(model)];
  if (!row) return undefined;
  const [input, output, cacheWrite, cacheRead] = row;
  return { input, output, cacheWrite, ...(cacheRead !== undefined && { cacheRead }) };
}

/** `claude-haiku-4-5-20251001` is `claude-haiku-4-5`. */
function withoutDate(model: string): string {
  return model.replace(/-\d{8}$/, "");
}

/** Neighbouring letters. All names begin with the vendor's, which says nothing. */
function pairs(name: string): Set<string> {
  const letters = ` ${name.toLowerCase().replace(/^claude-?/, "")} `;
  return new Set(Array.from(letters.slice(1), (letter, at) => letters.charAt(at) + letter));
}
