import { type ErrorCode, type ErrorData, type ErrorFacts, errorData, ownError, secrecyOf } from "@aifactory/core";
import { type Endpoint, keyCure } from "./endpoint.js";
import { closeNames } from "./models.js";
import { fieldIn, vendorWords, type VendorWords } from "./vendor-words.js";

/** Where and with what it happened. */
export interface Circumstances extends Endpoint {
  readonly model: string;
}

/**
 * What was thrown, as an error of ours. Codes: https://ai.google.dev/gemini-api/docs/troubleshooting
 *
 * @param hasAnswered Whether the stream had begun: what breaks then is the stream, not the way to the server.
 */
export function failureOf(thrown: unknown, where: Circumstances, hasAnswered: boolean): ErrorData {
  const own = ownError(thrown);
  if (own) return own.toJSON();
  const words = vendorWords(thrown);
  if (words) return refusalOf(words, where);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof SyntaxError) return say("server-error", where, `It sent a piece that is no JSON (${said}).`);
  if (hasAnswered) return say("cut-stream", where, `The connection broke in mid-answer (${said}).`);
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? rootOf(thrown.cause) : said;
  return say("network", where, `It can't be reached (${cause}). Is it running, and is the address right?`);
}

function refusalOf(words: VendorWords, where: Circumstances): ErrorData {
  const { status, message, retryAfterMs } = words;
  const code = codeOf(words);
  return say(code, where, `${message} ${cureOf(code, where)}`, {
    status,
    ...(code !== "quota" && retryAfterMs !== undefined && { retryAfterMs }),
    ...(code === "quota" && isDaily(words) && { resetsAt: nextMidnight(new Date()).toISOString() }),
  });
}

/** What a refusal of the API means. */
export function codeOf(words: VendorWords): ErrorCode {
  const { status, message, details, retryAfterMs } = words;
  const reasons = details.map((detail) => fieldIn(detail, "reason"));
  if (reasons.some((reason) => /^(API_KEY|ACCESS_TOKEN|CREDENTIALS)_/.test(reason))) return "auth";
  if (/API key (not|expired|is )|API_KEY_INVALID/i.test(message)) return "auth";
  if (status === 402 || /prepa(id|yment)|enable billing|spend(ing)? (cap|limit)/i.test(message)) return "quota";
  if (status === 401 || status === 403) return "auth";
  if (status === 413 || /token count.* exceeds|maximum number of tokens|context (window|length)/i.test(message))
    return "context-overflow";
  if (status === 404 && /model/i.test(message)) return "unknown-model";
  if (status === 429) {
    if (isDaily(words)) return "quota";
    // Without a delay these words mean that nothing is left, or that the plan has none of this.
    return /current quota/i.test(message) && retryAfterMs === undefined ? "quota" : "rate-limit";
  }
  if (status === 503 || status === 529) return "overloaded";
  return status >= 500 ? "server-error" : "invalid-request";
}

/** Quotas have names such as `GenerateRequestsPerDayPerProjectPerModel-FreeTier`. */
function isDaily({ details }: VendorWords): boolean {
  return details.some((detail) => /"quotaId":"[^"]*PerDay/.test(JSON.stringify(detail)));
}

function cureOf(code: ErrorCode, { model, isGoogle }: Circumstances): string {
  if (code === "auth") return keyCure;
  if (code === "quota") return isGoogle ? "See https://aistudio.google.com/usage" : "";
  if (code !== "unknown-model") return "";
  const near = isGoogle ? closeNames(model) : [];
  const hint = near.length > 0 ? ` Near to it: ${near.join(", ")}.` : "";
  return `There is no model "${model}" for this key.${hint}`;
}

/** "Requests per day (RPD) quotas reset at midnight Pacific time." https://ai.google.dev/gemini-api/docs/rate-limits */
export function nextMidnight(after: Date): Date {
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/Los_Angeles",
    hourCycle: "h23",
    hour: "numeric",
    minute: "numeric",
  });
  const minuteMs = 60_000;
  const isMidnight = (time: number): boolean => clock.format(time) === "00:00";
  let time = Math.floor(after.getTime() / minuteMs) * minuteMs + minuteMs;
  // By minutes, because days with a change of clocks have 23 or 25 hours.
  while (!isMidnight(time)) time += minuteMs;
  return new Date(time);
}

/** Some servers repeat the key in their words. */
function say(code: ErrorCode, { baseUrl, key }: Circumstances, words: string, facts: ErrorFacts = {}): ErrorData {
  return errorData(code, secrecyOf(baseUrl, key).hide(`${baseUrl}: ${words.trim()}`), facts);
}

function rootOf(error: Error): string {
  return error.cause instanceof Error ? rootOf(error.cause) : error.message;
}
