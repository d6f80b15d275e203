import { type ErrorCode, type ErrorData, errorData, ownError, secrecyOf } from "@aifactory/core";
import { type Endpoint, keyCure } from "./endpoint.js";
import { closeNames, knownModels } from "./models.js";

/** What a vendor says of a failure, as far as it says it. */
export interface VendorWords {
  readonly status?: number | undefined;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly headers?: Headers | undefined;
}

/** Where and with what it happened. */
export interface Circumstances extends Endpoint {
  readonly model: string;
}

/**
 * What was thrown, as an error of ours.
 *
 * @param hasAnswered Whether the stream had begun: what breaks then is the stream, not the way to the server.
 */
export function failureOf(thrown: unknown, where: Circumstances, hasAnswered: boolean): ErrorData {
  const own = ownError(thrown);
  if (own) return own.toJSON();
  if (isVendorError(thrown)) {
    const { status, error, headers, message } = thrown;
    // Without JSON in the body, the message is the body: a proxy's page is nothing to read.
    const words = isRecord(error) ? error : { message: /<\w/.test(message) ? "" : message };
    return failureFrom({ ...words, status, headers }, where);
  }
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof SyntaxError) return say("server-error", where, `It sent an event that is no JSON (${said}).`);
  if (hasAnswered) return say("cut-stream", where, `The connection broke in mid-answer (${said}).`);
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? rootOf(thrown.cause) : said;
  return say("network", where, `It can't be reached (${cause}). Is it running, and is the address right?`);
}

/** The vendor's words, as an error of ours. */
export function failureFrom(words: VendorWords, where: Circumstances): ErrorData {
  const code = codeOf(words);
  const { status, headers } = words;
  const message = typeof words.message === "string" ? words.message : "";
  const retryAfterMs = code === "rate-limit" ? delayOf(headers, message) : undefined;
  return say(code, where, `${message || `Status ${status ?? "unknown"}.`} ${cureOf(code, status, where)}`, {
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** What the vendor means. */
export function codeOf({ status: httpStatus, code, type, message }: VendorWords): ErrorCode {
  // OpenRouter, vLLM and LiteLLM put the status there, also in mid-stream.
  const status = httpStatus ?? (/^[45]\d\d$/.test(String(code)) ? Number(code) : undefined);
  const names = `${String(code)} ${String(type)}`;
  const text = String(message);
  if (/insufficient_quota|billing_hard_limit|billing_not_active/.test(names) || status === 402) return "quota";
  if (status === 401 || status === 403 || /invalid_api_key/.test(names)) return "auth";
  if (/context_length_exceeded|exceed_context_size/.test(names) || tooLong.test(text)) return "context-overflow";
  if (/model_not_found/.test(names) || /not a valid model/i.test(text)) return "unknown-model";
  if (status === 404 && /model/i.test(text)) return "unknown-model";
  if (status === 429 || /rate_limit/.test(names)) return "rate-limit";
  if (status === 503 || status === 529 || /overloaded|slow_down/.test(names)) return "overloaded";
  if (status === 408 || status === 504) return "timeout";
  if (status !== undefined) return status >= 500 ? "server-error" : "invalid-request";
  // In mid-stream there is no status.
  return /invalid|policy|image|residency/.test(names) ? "invalid-request" : "server-error";
}

const tooLong = /maximum context length|context window|exceeds the (available )?context|context length of/i;

function cureOf(code: ErrorCode, status: number | undefined, { model, baseURL, isOpenAI }: Circumstances): string {
  if (code === "auth") return isOpenAI ? keyCure : `Check the key for ${baseURL}.`;
  if (code === "quota") return isOpenAI ? "See https://platform.openai.com/settings/organization/billing" : "";
  if (status === 404 && code === "invalid-request" && !isOpenAI)
    return 'Does the address end with its /v1? For chat completions only: codex({ api: "chat" }).';
  if (code !== "unknown-model") return "";
  const near = isOpenAI ? closeNames(model, knownModels) : [];
  const hint = near.length > 0 ? ` Near to it: ${near.join(", ")}.` : "";
  return `There is no model "${model}" for this key.${hint} All names: ${baseURL}/models`;
}

/** Milliseconds, from the headers or, in mid-stream, from the words ("Please try again in 1.5s"). */
export function delayOf(headers: Headers | undefined, message: string): number | undefined {
  const ms = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (ms >= 0) return ms;
  const after = headers?.get("retry-after") ?? "";
  const seconds = Number.parseFloat(after);
  if (seconds >= 0) return seconds * 1_000;
  const date = Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  const [, amount, unit] = /try again in ([\d.]+)\s*(ms|s)/i.exec(message) ?? [];
  if (amount === undefined) return undefined;
  return Math.ceil(Number.parseFloat(amount) * (unit === "ms" ? 1 : 1_000));
}

/** Some servers repeat the key in their words. */
function say(code: ErrorCode, { baseURL, key }: Circumstances, words: string, facts = {}): ErrorData {
  return errorData(code, secrecyOf(baseURL, key).hide(`${baseURL}: ${words.trim()}`), facts);
}

function rootOf(error: Error): string {
  return error.cause instanceof Error ? rootOf(error.cause) : error.message;
}

/** An APIError of the SDK with an answer in it; one without is a connection that failed. */
function isVendorError(thrown: unknown): thrown is Error & { status?: number; error?: unknown; headers: Headers } {
  return thrown instanceof Error && "headers" in thrown && thrown.headers instanceof Headers;
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
