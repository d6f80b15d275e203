import { type ErrorCode, type ErrorData, type ErrorFacts, errorData, ownError, secrecyOf } from "@aifactory/core";
import { type Endpoint, keyCure } from "./endpoint.js";
import { closeNames } from "./models.js";

/** Where and with what it happened. */
export interface Circumstances extends Endpoint {
  readonly model: string;
}

/** What the vendor says of a failure, as far as it says it. */
interface VendorWords {
  readonly status: number | undefined;
  readonly type: string;
  readonly errorCode: string;
  readonly message: string;
}

/**
 * What was thrown, as an error of ours. Codes: https://platform.claude.com/docs/en/api/errors
 *
 * @param hasAnswered Whether the stream had begun: what breaks then is the stream, not the way to the server.
 */
export function failureOf(thrown: unknown, where: Circumstances, hasAnswered: boolean): ErrorData {
  const own = ownError(thrown);
  if (own) return own.toJSON();
  if (isAnswer(thrown)) return refusalOf(thrown, where);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof SyntaxError) return say("server-error", where, `It sent an event that is no JSON (${said}).`);
  if (hasAnswered) return say("cut-stream", where, `The connection broke in mid-answer (${said}).`);
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? rootOf(thrown.cause) : said;
  return say("network", where, `It can't be reached (${cause}). Is it running, and is the address right?`);
}

/** An error of the SDK that carries an answer of the server, be it a status or an event in mid-stream. */
interface Answer extends Error {
  readonly status?: number;
  readonly headers: Headers;
  /** The body, parsed; absent when it was no JSON. */
  readonly error?: unknown;
}

function isAnswer(thrown: unknown): thrown is Answer {
  return thrown instanceof Error && "headers" in thrown && thrown.headers instanceof Headers;
}

function refusalOf({ status, headers, error, message }: Answer, where: Circumstances): ErrorData {
  const inner = fieldOf(error, "error");
  const words: VendorWords = {
    status,
    type: wordIn(inner, "type"),
    errorCode: wordIn(fieldOf(inner, "details"), "error_code"),
    // Without JSON in the body, the message is the body: a proxy's page is nothing to read.
    message: wordIn(inner, "message") || (/<\w/.test(message) ? `Status ${status}.` : message),
  };
  const code = codeOf(words);
  const retryAfterMs = delayOf(headers);
  const resetsAt = code === "quota" ? resetIn(words.message) : undefined;
  return say(code, where, `${words.message} ${cureOf(code, where)}`, {
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(resetsAt !== undefined && { resetsAt }),
  });
}

function codeOf({ status, type, errorCode, message }: VendorWords): ErrorCode {
  // A spent limit comes with status 400, 402, 403 or 429.
  if (type === "billing_error" || status === 402 || /spend_limit|billing/.test(errorCode)) return "quota";
  if (/credit balance|spend(ing)? limit|usage limits?\b/i.test(message)) return "quota";
  if (status === 401 || status === 403 || /^(authentication|permission)_error$/.test(type)) return "auth";
  if (status === 413 || type === "request_too_large") return "context-overflow";
  if (/prompt is too long|exceeds? (the )?(maximum )?context|context (window|length|limit)/i.test(message))
    return "context-overflow";
  if ((status === 404 || type === "not_found_error") && /model/i.test(message)) return "unknown-model";
  if (status === 429 || type === "rate_limit_error") return "rate-limit";
  if (status === 529 || type === "overloaded_error") return "overloaded";
  if (status === 408 || type === "timeout_error") return "timeout";
  if (status === undefined) return type === "invalid_request_error" ? "invalid-request" : "server-error";
  return status >= 500 ? "server-error" : "invalid-request";
}

function cureOf(code: ErrorCode, { model, isAnthropic }: Circumstances): string {
  if (code === "auth") return keyCure;
  if (code === "quota") return isAnthropic ? "See https://platform.claude.com/settings/billing" : "";
  if (code !== "unknown-model") return "";
  const near = isAnthropic ? closeNames(model) : [];
  const hint = near.length > 0 ? ` Near to it: ${near.join(", ")}.` : "";
  return `There is no model "${model}" for this key.${hint}`;
}

/** Milliseconds; the header holds seconds or a date. */
function delayOf(headers: Headers): number | undefined {
  const after = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(after)) return Number(after) * 1_000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** "You will regain access on 2026-12-01 at 00:00 UTC." */
function resetIn(message: string): string | undefined {
  const [, day, time] = /access on (\d{4}-\d\d-\d\d) at (\d\d:\d\d) UTC/.exec(message) ?? [];
  return day === undefined ? undefined : `${day}T${time}:00.000Z`;
}

/** Some servers repeat the key in their words. */
function say(code: ErrorCode, { baseURL, key }: Circumstances, words: string, facts: ErrorFacts = {}): ErrorData {
  return errorData(code, secrecyOf(baseURL, key).hide(`${baseURL}: ${words.trim()}`), facts);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Object(value)[field] : undefined;
}

function wordIn(value: unknown, field: string): string {
  const word = fieldOf(value, field);
  return typeof word === "string" ? word : "";
}

function rootOf(error: Error): string {
  return error.cause instanceof Error ? rootOf(error.cause) : error.message;
}
