import { type ErrorCode, type ErrorData, errorData, type ErrorFacts } from "@aifactory/core";
import type { CommandResult } from "@aifactory/core/process";
import type { CopilotOptions } from "./command.js";
import type { SessionError } from "./lines.js";

/** How to get the program. */
export const installLine = "Install it with: npm install -g @github/copilot";

/** A `session.error`, as an error of ours. */
export function failureOf(said: SessionError, hasActed: boolean, options: CopilotOptions, model: string): ErrorData {
  const code = codeOf(said);
  return say(code, `${said.message ?? said.errorType} ${cureOf(code, options, model)}`, options, {
    ...(typeof said.statusCode === "number" && { status: said.statusCode }),
    ...(hasActed && { replaySafe: false }),
  });
}

/** What an exit without a last line means: that is how it says that nobody is logged in. Undefined: nothing is known. */
export function exitFailure({ stderr }: CommandResult, options: CopilotOptions): ErrorData | undefined {
  const words = stderr.trim().slice(0, 500);
  if (/no authentication information|not logged in|\/login/i.test(stderr)) {
    return say("auth", `Nobody is logged in. ${cureOf("auth", options, "")}`, options);
  }
  if (/model\b.*\b(not available|not found|unknown)/i.test(stderr)) return say("unknown-model", words, options);
  if (/unexpected argument|unknown option/i.test(stderr)) {
    return say("provider-broken", `It does not take our options (${words}). ${installLine}`, options);
  }
  return undefined;
}

/** The types are those of the program's own schema, `session-events.schema.json`; most trouble is just "query". */
function codeOf({ errorType, errorCode = "", message = "", statusCode: status }: SessionError): ErrorCode {
  if (errorType === "quota" || status === 402 || /weekly|monthly/.test(errorCode)) return "quota";
  if (/credit balance|exceeded your .*quota|insufficient_quota/i.test(message)) return "quota";
  if (["authentication", "authorization", "policy"].includes(errorType ?? "")) return "auth";
  if (errorType === "rate_limit" || status === 429) return "rate-limit";
  if (errorType === "context_limit" || /prompt (is|as) too long|context (limit|length|window)/i.test(message)) {
    return "context-overflow";
  }
  if (status === 401 || status === 403) return "auth";
  if (status === 404 && /model/i.test(message)) return "unknown-model";
  if (status === 529 || status === 503) return "overloaded";
  if (typeof status === "number") return status >= 500 ? "server-error" : "invalid-request";
  return /could not connect|ECONN|ENOTFOUND|network/i.test(message) ? "network" : "agent-exited";
}

function cureOf(code: ErrorCode, { endpoint, program = "copilot" }: CopilotOptions, model: string): string {
  if (code === "unknown-model") return `The model was "${model}".`;
  if (code === "quota" && !endpoint) return "See https://github.com/settings/copilot";
  if (code !== "auth") return "";
  return endpoint ? "Pass another endpoint.apiKey." : `Type: ${program} login`;
}

/** Servers repeat the key in their words, and then so does the program. */
function say(code: ErrorCode, words: string, { endpoint }: CopilotOptions, facts: ErrorFacts = {}): ErrorData {
  const message = `Copilot: ${words.trim()}`;
  return errorData(code, endpoint?.apiKey ? message.replaceAll(endpoint.apiKey, "[key]") : message, facts);
}
