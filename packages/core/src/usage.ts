import type { Cost, ModelFacts, Usage, UsageEvent } from "./types.js";

const tokenCounts = ["inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens"] as const;

/** Usage as it was reported, without what is no count: below 0, not finite, no number. */
export function soundUsage(reported: Usage): Usage {
  const sound: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  for (const key of tokenCounts) {
    const count = reported[key];
    if (isCount(count)) sound[key] = count;
  }
  if (isCount(reported.cost?.usd)) sound.cost = reported.cost;
  return sound;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Infinity;
}

/** Adds usage up. A number that neither side knows stays unknown. */
export function addUsage(one: Usage, other: Usage): Usage {
  const sum: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  for (const key of tokenCounts) {
    if (one[key] !== undefined || other[key] !== undefined) sum[key] = (one[key] ?? 0) + (other[key] ?? 0);
  }
  const cost = addCost(one.cost, other.cost);
  if (cost) sum.cost = cost;
  return sum;
}

/** A sum is only as sure as its least sure part. */
function addCost(one: Cost | undefined, other: Cost | undefined): Cost | undefined {
  if (!one || !other) return one ?? other;
  const basis = one.basis === other.basis ? one.basis : "estimated";
  return { usd: one.usd + other.usd, basis };
}

/** Whether a session began anew: a running total never falls. */
function isAnew(total: Usage, before: Usage): boolean {
  const fell = tokenCounts.some((key) => (total[key] ?? Infinity) < (before[key] ?? 0));
  return fell || (total.cost?.usd ?? Infinity) < (before.cost?.usd ?? 0);
}

/** Takes `before` off a running total, to get what came since. */
function subtractUsage(total: Usage, before: Usage): Usage {
  const rest: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  for (const key of tokenCounts) if (total[key] !== undefined) rest[key] = total[key] - (before[key] ?? 0);
  if (total.cost) rest.cost = { ...total.cost, usd: total.cost.usd - (before.cost?.usd ?? 0) };
  return rest;
}

/** Counts the usage of one try of a turn, whichever way the provider reports it. */
export interface UsageMeter {
  count(event: UsageEvent): void;
  /** This turn's usage so far, earlier tries included; undefined while nothing was reported. */
  turn(): Usage | undefined;
  /** The session's running total, to be given to the next meter. */
  session(): Usage | undefined;
}

/**
 * @param session The running total of the provider's session before this try.
 * @param earlier What earlier tries of the turn used: that was billed too.
 */
export function usageMeter(session: Usage | undefined, earlier?: Usage): UsageMeter {
  let tried: Usage | undefined;
  let total = session;
  const countSession = (usage: Usage): void => {
    const before = isAnew(usage, total ?? {}) ? {} : (total ?? {});
    tried = addUsage(tried ?? {}, subtractUsage(usage, before));
    // What one report leaves out stands as it was.
    total = { ...before, ...usage };
  };
  return {
    count({ counts, usage }) {
      if (counts === "delta") tried = addUsage(tried ?? {}, usage);
      else if (counts === "turn") tried = usage;
      else countSession(usage);
    },
    turn: () => (earlier && tried ? addUsage(earlier, tried) : (tried ?? earlier)),
    session: () => total,
  };
}

/** The price of a turn from a list price, when the provider named none; undefined when a needed number is unknown. */
export function estimateCost(usage: Usage, price: ModelFacts["price"]): Cost | undefined {
  if (!price || usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const read = usage.cacheReadTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const plain = Math.max(0, usage.inputTokens - read - written);
  const usd =
    plain * price.input +
    read * (price.cacheRead ?? price.input) +
    written * (price.cacheWrite ?? price.input) +
    usage.outputTokens * price.output;
  return { usd: usd / 1_000_000, basis: "estimated" };
}
