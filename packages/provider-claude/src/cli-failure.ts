import { type CommandResult } from "@aifactory/core/process";
import { type ErrorCode, type ErrorData, errorData, type ErrorFacts } from "@aifactory/core";
import { type ClaudeCliOptions, keyOf } from "./cli-command.js";
import { keyCure } from "./endpoint.js";
import { closeNames } from "./models.js";

/** The last line of a run, as far as failures need it. `is_error` decides: an API error has subtype "success". */
export interface ResultLine {
  readonly subtype?: string;
  readonly result?: string;
  readonly errors?: readonly unknown[];
  readonly stop_reason?: string | null;
  readonly terminal_reason?: string;
  readonly api_error_status?: number | null;
  readonly api_error_type?: string;
  readonly api_error?: string;
}

/** What else is known of the run. */
export interface RunFacts {
  /** The word in the `error` field of the program's own last message. */
  readonly word: string;
  /** How long the server last asked it to wait. */
  readonly retryAfterMs?: number;
  /** Whether tools were used, so that a replay could do things twice. */
  readonly hasActed: boolean;
}

/** How to get the program. */
export const installLine = "Install it with: npm install -g @anthropic-ai/claude-code";

/** A result line with `is_error`, as an error of ours. */
export function failureOf(line: ResultLine, facts: RunFacts, options: ClaudeCliOptions, model: string): ErrorData {
  const code = codeOf(line, facts.word);
  const said = [line.result ?? "", ...(line.errors ?? []).map(String)].filter((text) => text !== "").join(" ");
  const { api_error_status: status } = line;
  const retryAfterMs = code === "rate-limit" ? facts.retryAfterMs : undefined;
  return say(code, `${said || line.subtype} ${cureOf(code, options, model)}`, options, {
    ...(typeof status === "number" && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(facts.hasActed && { replaySafe: false }),
  });
}

/** What a non-zero exit without a result line means; undefined when nothing more is known. */
export function exitFailure({ stderr }: CommandResult, options: ClaudeCliOptions): ErrorData | undefined {
  if (!/unknown option|argument .* is invalid/i.test(stderr)) return undefined;
  const words = stderr.trim().slice(0, 500);
  return say(
    "provider-broken",
    `It does not take our options (${words}). Another version may: ${installLine}`,
    options,
  );
}

function codeOf(line: ResultLine, word: string): ErrorCode {
  const { subtype = "", result = "", api_error_status: status, api_error_type: type, api_error: trouble } = line;
  if (subtype === "error_max_turns" || subtype === "error_max_budget_usd") return "limit-reached";
  if (line.stop_reason === "refusal") return "refused";
  if (trouble === "max_output_tokens") return "limit-reached";
  if (line.terminal_reason === "prompt_too_long" || /^prompt is too long/i.test(result)) return "context-overflow";
  // A subscription's limit ends a turn without a status: "You've hit your limit · resets 3pm".
  if (word === "billing_error" || /credit balance|usage limit|(hit|reached) your .*limit/i.test(result)) return "quota";
  if (word === "authentication_failed" || /^not logged in|run \/login/i.test(result)) return "auth";
  if (word === "model_not_found") return "unknown-model";
  if (word === "rate_limit" || status === 429) return "rate-limit";
  if (status === 529 || type === "overloaded_error") return "overloaded";
  if (trouble === "connection_failed" || /ECONN|ENOTFOUND|ETIMEDOUT|unable to connect/i.test(result)) return "network";
  if (typeof status === "number") return status >= 500 ? "server-error" : "invalid-request";
  if (word === "server_error") return "server-error";
  return word === "invalid_request" ? "invalid-request" : "agent-exited";
}

function cureOf(code: ErrorCode, { billing, program = "claude" }: ClaudeCliOptions, model: string): string {
  if (code === "auth") {
    if (billing === "key") return keyCure;
    return `Type: ${program} auth login. To bill an API key instead: cli({ billing: "key" }).`;
  }
  if (code !== "unknown-model") return "";
  const near = closeNames(model);
  return `There is no model "${model}" for this login.${near.length > 0 ? ` Near to it: ${near.join(", ")}.` : ""}`;
}

/** Servers repeat the key in their words, and then so does the program. */
function say(code: ErrorCode, words: string, options: ClaudeCliOptions, facts: ErrorFacts = {}): ErrorData {
  const key = keyOf(options);
  const message = `Claude Code: ${words.trim()}`;
  return errorData(code, key === "" ? message : message.replaceAll(key, "[key]"), facts);
}
