import { type ErrorCode, type ErrorData, errorData, type RpcError } from "@aifactory/core";
import type { CommandResult } from "@aifactory/core/process";
import { type GeminiCliOptions, keyOf } from "./cli-command.js";
import { keyCure } from "./endpoint.js";
import { codeOf, nextMidnight } from "./failure.js";
import { closeNames } from "./models.js";
import { type VendorWords, wordsIn } from "./vendor-words.js";

/** How to get the program. */
export const installLine = "Install it with: npm install -g @google/gemini-cli";

/**
 * An error of Gemini CLI, as an error of ours. Its code is the HTTP status, or 500 for everything else; its message is
 * the API's whole answer, or words of its own. What is said here was recorded from 0.61.0.
 *
 * @param usual What the protocol says of it.
 */
export function failureOf(error: RpcError, options: GeminiCliOptions, model: string, usual: ErrorData): ErrorData {
  const { code: status, message: text } = error;
  if (status < 0 && status !== -32_000) return { ...usual, message: withoutKey(usual.message, options) };
  const words = { ...suggestedDelay(text), ...wordsIn(status, text) };
  const code = ownCode(error) ?? codeOf(words);
  const { retryAfterMs } = words;
  const resetsAt = code === "quota" ? resetIn(text, new Date()) : undefined;
  const message = `Gemini CLI: ${words.message.trim()} ${cureOf(code, options, model)}`;
  return errorData(code, withoutKey(message, options).trim(), {
    ...(status > 0 && { status }),
    ...(code === "rate-limit" && retryAfterMs !== undefined && { retryAfterMs }),
    ...(resetsAt !== undefined && { resetsAt }),
  });
}

/** What a non-zero exit means; undefined when nothing more is known. */
export function exitFailure({ exitCode, stderr }: CommandResult, options: GeminiCliOptions): ErrorData | undefined {
  const words = withoutKey(stderr.trim().slice(-500), options);
  // https://geminicli.com/docs/reference/exit-codes
  if (exitCode === 41) return errorData("auth", `Gemini CLI: ${words} ${cureOf("auth", options, "")}`);
  if (!/unknown argument|invalid values/i.test(stderr)) return undefined;
  return errorData("provider-broken", `Gemini CLI does not take our options (${words}). ${installLine}`);
}

/** What only the program says; the API's own words are read like the API's. */
function ownCode({ code, message }: RpcError): ErrorCode | undefined {
  if (code === -32_000) return "auth";
  if (/daily quota|exhausted your (capacity|quota)|quota will reset/i.test(message)) return "quota";
  if (/fetch failed|ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN/.test(message)) return "network";
  if (/^terminated$|other side closed|socket hang up/.test(message)) return "cut-stream";
  // The status of this one is lost on the way.
  return /models?\b.* not found/i.test(message) ? "unknown-model" : undefined;
}

/** "Suggested retry after 4s.", from the API's own delay. */
function suggestedDelay(text: string): Pick<VendorWords, "retryAfterMs"> {
  const seconds = Number(/retry after ([\d.]+)s/.exec(text)?.[1]);
  return seconds > 0 ? { retryAfterMs: Math.round(seconds * 1_000) } : {};
}

/** "Your quota will reset after 12h30m5s." is said to subscriptions; a key's daily quota resets at midnight. */
function resetIn(text: string, now: Date): string | undefined {
  const [, hours, minutes, seconds] = /reset after (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?/.exec(text) ?? [];
  const ms = (Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1_000;
  if (ms > 0) return new Date(now.getTime() + ms).toISOString();
  return /daily quota|PerDay/.test(text) ? nextMidnight(now).toISOString() : undefined;
}

function cureOf(code: ErrorCode, { billing, program = "gemini" }: GeminiCliOptions, model: string): string {
  if (code === "auth") {
    if (billing === "key") return keyCure;
    return `Start ${program} once and log in with /auth. To bill an API key instead: cli({ billing: "key" }).`;
  }
  if (code !== "unknown-model") return "";
  const near = closeNames(model);
  return `There is no model "${model}" for this login.${near.length > 0 ? ` Near to it: ${near.join(", ")}.` : ""}`;
}

/** Servers repeat the key in their words, and then so does the program. */
function withoutKey(message: string, options: GeminiCliOptions): string {
  const key = keyOf(options);
  return key === "" ? message : message.replaceAll(key, "[key]");
}
