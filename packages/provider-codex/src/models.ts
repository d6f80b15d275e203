import type { Effort, ModelFacts, Price } from "@aifactory/core";

/** What is used when the model string names none: "our go-to model for everyday work, from coding to agents". */
export const defaultModel = "gpt-6.2-sol";

/**
 * List prices in US dollars per million tokens, standard tier, for requests of up to 272,000 input tokens; above that
 * OpenAI doubles input and takes 1.5 times for output. Read in November 2026 from
 * https://developers.openai.com/api/docs/models (each model has its page there); the ones marked with * were read in
 * others' copies of https://developers.openai.com/api/docs/pricing only.
 */
const prices: ReadonlyMap<string, Price> = new Map([
  ["gpt-6.2-sol", { input: 2, cacheRead: 0.1, cacheWrite: 2.5, output: 10 }],
  ["gpt-6.2-astra", { input: 8, output: 40 }], // *
  ["gpt-6.1-terra", { input: 1, cacheRead: 0.05, cacheWrite: 1.25, output: 5 }], // *
  ["gpt-6-sol", { input: 2, cacheRead: 0.2, cacheWrite: 2.5, output: 10 }],
  ["gpt-6-luna", { input: 0.1, cacheRead: 0.01, cacheWrite: 0.125, output: 0.5 }], // *
  ["gpt-6-astra", { input: 10, cacheRead: 1, cacheWrite: 12.5, output: 50 }],
  // The list price; $4 and $20 are a promotion.
  ["gpt-5.6-sol", { input: 5, cacheRead: 0.5, output: 30 }], // *
  ["gpt-5.6-terra", { input: 2, cacheRead: 0.2, output: 12 }],
  ["gpt-5.6-luna", { input: 0.2, cacheRead: 0.02, output: 1.2 }],
]);

/** OpenAI's models that we know a price of. */
export const knownModels: readonly string[] = [...prices.keys()];

const ranks = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

/** A reasoning effort in OpenAI's words. */
export type WireEffort = (typeof ranks)[number];

/** The efforts of each family, first match first; none at all: it does not reason and refuses to be asked. */
const families: readonly (readonly [RegExp, readonly WireEffort[]])[] = [
  [/^gpt-6[\d.]*-astra|^gpt-6\.[12]-sol/, ["low", "medium", "high", "xhigh", "max"]],
  [/^gpt-(6|5\.6)/, ["none", "low", "medium", "high", "xhigh", "max"]],
  [/^gpt-[345].*chat-latest|^gpt-[34]|^chatgpt/, []],
  [/^gpt-5\.[2-5]/, ["none", "low", "medium", "high", "xhigh"]],
  [/^gpt-5\.1/, ["none", "low", "medium", "high"]],
  [/^gpt-5/, ["minimal", "low", "medium", "high"]],
  [/./, ["low", "medium", "high"]],
];

/** Whether a model reasons. One that is not known is taken to. */
export function reasons(model: string): boolean {
  return effortsOf(model).length > 0;
}

/** The effort that a model knows and that is nearest to what was asked, from above where there is one. */
export function wireEffort(model: string, effort: Effort): WireEffort | undefined {
  const efforts = effortsOf(model);
  return efforts.find((known) => ranks.indexOf(known) >= ranks.indexOf(effort)) ?? efforts.at(-1);
}

function effortsOf(model: string): readonly WireEffort[] {
  return families.find(([pattern]) => pattern.test(model))?.[1] ?? [];
}

/** What is known of one of OpenAI's own models; nothing, when it is not among them. */
export function modelFacts(model: string): ModelFacts {
  const price = prices.get(model);
  if (!price) return {};
  return {
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    tools: true,
    thinking: true,
    price,
  };
}

/** Names that are near to one that is not there, the nearest first. */
export function closeNames(model: string, names: readonly string[]): readonly string[] {
  const likeness = (name: string): number => {
    const [one, other] = [pairs(model), pairs(name)];
    const shared = [...one].filter((pair) => other.has(pair)).length;
    return (2 * shared) / (one.size + other.size);
  };
  return names
    .filter((name) => likeness(name) > 0.4)
    .toSorted((one, other) => likeness(other) - likeness(one))
    .slice(0, 3);
}

function pairs(name: string): Set<string> {
  const letters = ` ${name.toLowerCase()} `;
  return new Set(Array.from(letters.slice(1), (letter, at) => letters.charAt(at) + letter));
}
