import { type ErrorData, errorData } from "./errors.js";
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
}

/** Deadlines where nobody sets others. */
export const defaultDeadlines = (kind: Provider["kind"]): Deadlines => ({
  connectMs: 300_000,
  firstEventMs: 600_000,
  idleMs: kind === "agent" ? 900_000 : 300_000,
  toolMs: 120_000,
  totalMs: kind === "agent" ? 3_600_000 : 1_800_000,
});

/** The clocks of one turn. */
export interface Watch {
  saw(event: TurnEvent): void;
  end(): void;
}

/** Starts the clocks of a turn; the first to run out calls `expire`, once or more. */
export function watchDeadlines(provider: Provider, deadlines: Deadlines, expire: (error: ErrorData) => void): Watch {
  const after = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => expire(errorData("timeout", `${provider.name} ${what} within ${ms / 1_000} s.`)), ms);
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
