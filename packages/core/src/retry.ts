import type { ErrorData } from "./errors.js";
import { fields, millisecondsOrNone, whole } from "./input.js";
import type { Provider } from "./types.js";

/** How a failed turn is tried again. */
export interface Retry {
  /** Tries in all. Default 5. */
  readonly attempts: number;
  /** The first wait in milliseconds; it doubles each time, up to `longestMs`. Default 1,000. */
  readonly firstMs: number;
  /** The longest wait. A server that asks for a longer one makes the turn fail at once. Default 60,000. */
  readonly longestMs: number;
}

/** Retries as they come in. */
export const givenRetry = fields({
  attempts: whole.optional(),
  firstMs: millisecondsOrNone.optional(),
  longestMs: millisecondsOrNone.optional(),
} satisfies Record<keyof Retry, unknown>);

/** Retries where nobody sets others. */
export const defaultRetry: Retry = { attempts: 5, firstMs: 1_000, longestMs: 60_000 };

/** An agent that had begun may have done half of its work: only it can say that a replay is safe. */
export function maySendAgain(provider: Provider, error: ErrorData, started: boolean): boolean {
  if (!error.retryable || error.replaySafe === false) return false;
  return provider.kind === "model" || !started || error.replaySafe === true;
}

/** Milliseconds to wait before the next try. */
export function delayBefore(attempt: number, error: ErrorData, retry: Retry): number {
  if (error.retryAfterMs !== undefined) return error.retryAfterMs;
  const ceiling = Math.min(retry.longestMs, retry.firstMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + Math.random() / 2));
}

/** The error of a turn whose server asks for more patience than there is. */
export function tooLate(error: ErrorData, retry: Retry): ErrorData {
  const seconds = Math.round((error.retryAfterMs ?? 0) / 1_000);
  return {
    ...error,
    code: "retry-too-late",
    retryable: false,
    message: `${error.message} The server asks to wait ${seconds} s, which is longer than the ${retry.longestMs / 1_000} s a turn may wait. Run it again then.`,
  };
}
