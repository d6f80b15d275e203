/** What the vendor says of a failure. */
export interface VendorWords {
  /** The HTTP status, or in mid-stream the error's own code. */
  readonly status: number;
  readonly message: string;
  /** https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto, as JSON. */
  readonly details: readonly unknown[];
  /** How long it asks us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What is in an error of the SDK that carries an answer of the server; undefined for all others. */
export function vendorWords(thrown: unknown): VendorWords | undefined {
  if (!(thrown instanceof Error) || thrown.name !== "ApiError") return undefined;
  return wordsIn(Number(fieldOf(thrown, "status")), thrown.message);
}

/** What is in the body of an answer with this status; a body that is no JSON says it in plain words. */
export function wordsIn(status: number, text: string): VendorWords {
  const error = innermost(text) ?? { message: text };
  const message = fieldIn(error, "message");
  const details = fieldOf(error, "details");
  const list: readonly unknown[] = Array.isArray(details) ? details : [];
  const retryAfterMs = list.map((detail) => secondsIn(fieldIn(detail, "retryDelay"))).find((ms) => ms !== undefined);
  return {
    status,
    // A proxy's page is nothing to read.
    message: message === "" || /<\w/.test(message) ? `Status ${status}.` : message,
    details: list,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/**
 * The error object in a message of the SDK, which is the body as JSON, with words before it in mid-stream. A body that was
 * not declared as JSON is a string in another such object.
 */
function innermost(text: string): unknown {
  const body = parsed(text.slice(Math.max(0, text.search(/[[{]/))));
  const error = fieldOf(Array.isArray(body) ? body[0] : body, "error");
  if (error === undefined) return undefined;
  return innermost(fieldIn(error, "message")) ?? error;
}

/** A text in an object; empty when there is none. */
export function fieldIn(value: unknown, field: string): string {
  const word = fieldOf(value, field);
  return typeof word === "string" ? word : "";
}

/** A duration such as `26s` or `0.5s`, in milliseconds. */
function secondsIn(delay: string): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(delay) ?? [];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1_000);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Object(value)[field] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
