import { AifactoryError, type ErrorData, errorData } from "./errors.js";
import type { RunRecord } from "./record.js";
import type { Task } from "./task.js";
import type { ModelFacts, Provider } from "./types.js";

/**
 * Refuses to start what could not be stopped in time: a model without a known price under a limit of dollars.
 *
 * @throws `unknown-price`.
 */
export function requirePrice(task: Task, modelString: string, provider: Provider, facts: ModelFacts | undefined): void {
  if (task.limits.usd === undefined || facts?.price) return;
  throw new AifactoryError(
    "unknown-price",
    `limits.usd: the price of ${modelString} is not known (provider ${provider.name}), so the limit could not be kept. Limit tokens or turns instead, or name another model.`,
  );
}

/**
 * The limit that a run has reached, as an error; undefined while there is room.
 *
 * @param spentMs Milliseconds of work so far, the wait for a person not counted.
 */
export function limitReached({ task, turns, usage }: RunRecord, spentMs: number): ErrorData | undefined {
  const { limits } = task;
  const minutes = spentMs / 60_000;
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  if (turns >= limits.turns) return reached("turns", limits.turns, turns);
  if (minutes >= limits.minutes) return reached("minutes", limits.minutes, Number(minutes.toFixed(2)));
  if (limits.tokens !== undefined && tokens >= limits.tokens) return reached("tokens", limits.tokens, tokens);
  const usd = usage.cost?.usd ?? 0;
  if (limits.usd !== undefined && usd >= limits.usd) return reached("usd", limits.usd, Number(usd.toFixed(4)));
  return undefined;
}

/** Tokens that one turn may give before a limit of tokens or dollars is reached; undefined when there is none. */
export function outputRoom({ task, usage }: RunRecord, facts: ModelFacts | undefined): number | undefined {
  const { tokens, usd } = task.limits;
  const byTokens = tokens === undefined ? Infinity : tokens - (usage.inputTokens ?? 0) - (usage.outputTokens ?? 0);
  const price = facts?.price?.output ?? 0;
  const byMoney = usd === undefined || price === 0 ? Infinity : ((usd - (usage.cost?.usd ?? 0)) / price) * 1_000_000;
  const room = Math.floor(Math.min(byTokens, byMoney, facts?.maxOutputTokens ?? Infinity));
  if (Math.min(byTokens, byMoney) === Infinity) return undefined;
  // Less is refused by some vendors.
  return Math.max(room, 16);
}

function reached(name: string, limit: number, used: number): ErrorData {
  return errorData(
    "limit-reached",
    `limits.${name}: ${used} of ${limit} used. What was done until then is on the branch.`,
  );
}
