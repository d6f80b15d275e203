import { steady } from "./output.js";

/**
 * What each error code means for whoever meets it: may the same request simply be sent again (`retryable`),
 * and whose turn is it (`who`): the caller's input, the user's machine, the provider, the model, or a limit that was set.
 */
const codes = {
  // Bad input: `runTask` rejects with these, before anything exists.
  "invalid-spec": { who: "caller", retryable: false },
  "unknown-provider": { who: "caller", retryable: false },
  "ambiguous-provider": { who: "caller", retryable: false },
  "unknown-verifier": { who: "caller", retryable: false },
  "unsupported-repo": { who: "caller", retryable: false },
  "unknown-price": { who: "caller", retryable: false },
  "no-sandbox": { who: "caller", retryable: false },
  "unknown-run": { who: "caller", retryable: false },

  // A turn that failed: the provider or the way to it.
  auth: { who: "user", retryable: false },
  quota: { who: "user", retryable: false },
  "rate-limit": { who: "provider", retryable: true },
  overloaded: { who: "provider", retryable: true },
  "server-error": { who: "provider", retryable: true },
  network: { who: "provider", retryable: true },
  "cut-stream": { who: "provider", retryable: true },
  timeout: { who: "provider", retryable: true },
  "retry-too-late": { who: "provider", retryable: false },
  "invalid-request": { who: "caller", retryable: false },
  "unknown-model": { who: "caller", retryable: false },
  "unsupported-model": { who: "caller", retryable: false },
  "context-overflow": { who: "model", retryable: false },
  "program-missing": { who: "user", retryable: false },
  "provider-broken": { who: "provider", retryable: false },
  "agent-exited": { who: "provider", retryable: false },

  // How a run can end short of done.
  aborted: { who: "caller", retryable: false },
  refused: { who: "model", retryable: false },
  stalled: { who: "model", retryable: false },
  "limit-reached": { who: "limit", retryable: false },
  "no-changes": { who: "model", retryable: false },
  "plan-unreadable": { who: "model", retryable: false },
  "verification-failed": { who: "model", retryable: false },

  // Git, files and the review gate.
  git: { who: "user", retryable: false },
  "git-tampered": { who: "model", retryable: false },
  disk: { who: "user", retryable: false },
  locked: { who: "user", retryable: false },
  moved: { who: "user", retryable: false },
  conflict: { who: "user", retryable: false },
  unverified: { who: "user", retryable: false },
  "not-resumable": { who: "caller", retryable: false },
  "not-pending": { who: "caller", retryable: false },
  internal: { who: "provider", retryable: false },
} as const satisfies Record<string, { who: "caller" | "user" | "provider" | "model" | "limit"; retryable: boolean }>;

/** Every way in which something can go wrong, by name. */
export type ErrorCode = keyof typeof codes;

/** An error as plain JSON: in events, in the journal and in an outcome. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** What happened and what to do next, for a person. */
  readonly message: string;
  /** Whether sending the same request again may help. */
  readonly retryable: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** When a used-up quota comes back, ISO 8601. */
  readonly resetsAt?: string;
  /** False when something may already have been done, so that a replay could do it twice. Absent: nothing was done. */
  readonly replaySafe?: boolean;
  /** The HTTP status or the exit code that the other side gave. */
  readonly status?: number;
}

/** What may be said about an error besides its code and message. */
export interface ErrorFacts extends Partial<Omit<ErrorData, "code" | "message">> {
  readonly cause?: unknown;
}

/** The one error class. `code` says which; the message says what happened and what to do next. */
export class AifactoryError extends Error implements ErrorData {
  override readonly name = "AifactoryError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  declare readonly retryAfterMs?: number;
  declare readonly resetsAt?: string;
  declare readonly replaySafe?: boolean;
  declare readonly status?: number;

  constructor(
    code: ErrorCode,
    message: string,
    { cause, retryable = codes[code].retryable, ...facts }: ErrorFacts = {},
  ) {
    // It often quotes a server, a program or the name of a file.
    super(steady(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    Object.assign(this, facts);
  }

  /** The same as plain data: no stack, no cause. */
  toJSON(): ErrorData {
    const { code, message, retryable, retryAfterMs, resetsAt, replaySafe, status } = this;
    return {
      code,
      message,
      retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(resetsAt !== undefined && { resetsAt }),
      ...(replaySafe !== undefined && { replaySafe }),
      ...(status !== undefined && { status }),
    };
  }
}

/** Plain error data, with the defaults of its code. What adapters put into their `finish` event. */
export function errorData(code: ErrorCode, message: string, facts: Omit<ErrorFacts, "cause"> = {}): ErrorData {
  return new AifactoryError(code, message, facts).toJSON();
}

/** Anything that was thrown, as our error; what is ours already stays as it is. */
export function toError(thrown: unknown, code: ErrorCode = "internal"): AifactoryError {
  if (thrown instanceof AifactoryError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AifactoryError(code, message, { cause: thrown });
}

/** Error data as something that can be thrown, such as what `failure` functions of adapters give. */
export function fromErrorData({ code, message, ...facts }: ErrorData, cause?: unknown): AifactoryError {
  return new AifactoryError(code, message, { ...facts, cause });
}

/** The system's code of an error, such as `ENOENT`; undefined when it has none. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}
