import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorData, errorData } from "./errors.js";
import { fields, milliseconds, millisecondsOrNone } from "./input.js";
import { timerMs } from "./timers.js";
import type { Provider, TurnEvent } from "./types.js";

/** How long each part of a turn may take, in milliseconds. */
export interface Deadlines {
  /** Until the provider says anything at all. Default 5 minutes: a local model may have to be loaded first. */
  readonly connectMs: number;
  /** Until the first word, thought or call. Default 10 minutes. */
  readonly firstEventMs: number;
  /** Between two events. Default 5 minutes; agents, which run tools in silence, get 15. */
  readonly idleMs: number;
  /** For one tool that asks for no other time. Default 2 minutes. */
  readonly toolMs: number;
  /** For the whole turn, whatever is said. Default 30 minutes; agents get 60. */
  readonly totalMs: number;
  /** For one verification. Default 2 hours: a verifier has a limit of its own, and this is for one that does not keep it. */
  readonly verifyMs: number;
  /** For what was told to stop, to end in good order; then it is left behind. Default 5 seconds. */
  readonly graceMs: number;
}

/** Deadlines as they come in. `Infinity` is none. */
export const givenDeadlines = fields({
  connectMs: milliseconds.optional(),
  firstEventMs: milliseconds.optional(),
  idleMs: milliseconds.optional(),
  toolMs: milliseconds.optional(),
  totalMs: milliseconds.optional(),
  verifyMs: milliseconds.optional(),
  graceMs: millisecondsOrNone.optional(),
} satisfies Record<keyof Deadlines, unknown>);

/** Deadlines where nobody sets others. */
export const defaultDeadlines = (kind: Provider["kind"]): Deadlines => ({
  connectMs: 300_000,
  firstEventMs: 600_000,
  idleMs: kind === "agent" ? 900_000 : 300_000,
  toolMs: 120_000,
  totalMs: kind === "agent" ? 3_600_000 : 1_800_000,
  verifyMs: 7_200_000,
  graceMs: 5_000,
});

/**
 * A signal for when the run is stopped or its time is up. Node forgets an `AbortSignal.timeout` within `AbortSignal.any` when
 * it collects garbage (https://github.com/nodejs/node/issues/57736), and with it the limit.
 */
export function timeLimit(
  stop: AbortSignal,
  ms: number,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const limit = new AbortController();
  const end = (): void => limit.abort();
  const timer = setTimeout(end, timerMs(ms));
  if (stop.aborted) end();
  else stop.addEventListener("abort", end, { once: true });
  const release = (): void => {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
  };
  return { signal: limit.signal, release };
}

/**
 * Waits for work that is not ours, and was given the signal: once that is aborted, for the grace at most.
 *
 * @returns What came of it; undefined when it was left behind.
 */
export async function orLeft<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  graceMs: number,
): Promise<{ readonly result: Result } | undefined> {
  const settled = new AbortController();
  const late = async (): Promise<undefined> => {
    if (!signal.aborted) await once(signal, "abort", { signal: settled.signal });
    await sleep(timerMs(graceMs), undefined, { signal: settled.signal });
  };
  const working = work.then((result) => ({ result })).finally(() => settled.abort());
  return Promise.race([working, late().catch(async () => working)]);
}

/** The clocks of one turn. */
export interface Watch {
  saw(event: TurnEvent): void;
  end(): void;
}

/** Starts the clocks of a turn; the first to run out calls `expire`, once or more. */
export function watchDeadlines(provider: Provider, deadlines: Deadlines, expire: (error: ErrorData) => void): Watch {
  const after = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => expire(errorData("timeout", `${provider.name} ${what} within ${ms / 1_000} s.`)), timerMs(ms));
  const connect = after(deadlines.connectMs, "gave no sign of life");
  const first = after(deadlines.firstEventMs, "said no first word");
  let idle: NodeJS.Timeout | undefined;
  // Never set again: chatter must not keep a turn alive for ever.
  const total = after(deadlines.totalMs, "did not end its turn");
  return {
    saw({ type }) {
      clearTimeout(connect);
      if (type === "text" || type === "thinking" || type === "tool-call") clearTimeout(first);
      clearTimeout(idle);
      idle = after(deadlines.idleMs, "said nothing more");
    },
    end() {
      for (const timer of [connect, first, idle, total]) clearTimeout(timer);
    },
  };
}
