import { type ErrorCode, type ErrorData, errorData, type ErrorFacts, secrecyOf } from "@aifactory/core";
import type { CommandResult } from "@aifactory/core/process";
import type { CodexCliOptions } from "./cli-command.js";
import type { Trouble } from "./cli-messages.js";
import { endpointOf, keyCure } from "./endpoint.js";
import { codeOf, delayOf } from "./failure.js";
import { closeNames, knownModels } from "./models.js";

/** How to get the program. */
export const installLine = "Install it with: npm install -g @openai/codex";

/** What else is known of the turn. */
export interface TurnFacts {
  readonly model: string;
  /** When a limit that is used up resets, ISO 8601. */
  readonly resetsAt: string | undefined;
  /** Whether tools were used, so that a replay could do things twice. */
  readonly hasActed: boolean;
}

/** The end of a turn that failed, as an error of ours. */
export function failureOf(trouble: Trouble, facts: TurnFacts, options: CodexCliOptions): ErrorData {
  const { name, status } = infoOf(trouble);
  const { message, ...words } = wordsOf(trouble);
  const code = codes[name] ?? (status !== undefined || words.type ? codeOf({ ...words, status, message }) : undefined);
  const final = code ?? brokenOff[name] ?? guess(message);
  const retryAfterMs = final === "rate-limit" ? delayOf(undefined, message) : undefined;
  return say(final, `${message} ${cureOf(final, options, facts.model)}`, {
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(final === "quota" && facts.resetsAt !== undefined && { resetsAt: facts.resetsAt }),
    ...(facts.hasActed && { replaySafe: false }),
  });
}

/** Nobody is logged in. */
export function notLoggedIn(options: CodexCliOptions): ErrorData {
  return say("auth", `Nobody is logged in. ${cureOf("auth", options, "")}`);
}

/** An error instead of an answer to one of our questions. */
export function refusal(method: string, message: string, data: unknown): ErrorData {
  if (/input_too_large/.test(JSON.stringify(data ?? ""))) return say("context-overflow", message);
  return say("provider-broken", `${message} (${method}). Tried with 0.169.0. ${installLine}@0.169.0`);
}

/** What a non-zero exit means; undefined when nothing more is known. */
export function exitFailure({ stderr }: CommandResult): ErrorData | undefined {
  if (!/^error:/im.test(stderr)) return undefined;
  return say("provider-broken", `It does not start (${stderr.trim().slice(0, 500)}). ${installLine}@0.169.0`);
}

/** The name of what went wrong, in a shorter word, and the endpoint's status. */
export function infoOf({ codexErrorInfo: info }: Trouble): { readonly name: string; readonly status?: number } {
  if (typeof info !== "object" || info === null) return { name: typeof info === "string" ? info : "" };
  const [name = "", more] = Object.entries(info)[0] ?? [];
  const { httpStatusCode: status }: { httpStatusCode?: unknown } = more ?? {};
  return { name, ...(typeof status === "number" && { status }) };
}

/** Codex's words for what went wrong (`CodexErrorInfo` of the protocol). */
const codes: { readonly [name: string]: ErrorCode } = {
  badRequest: "invalid-request",
  contextWindowExceeded: "context-overflow",
  cyberPolicy: "refused",
  flexUnavailable: "overloaded",
  inferenceHookDenied: "refused",
  internalServerError: "server-error",
  misalignmentPolicyViolation: "refused",
  modelNotFound: "unknown-model",
  policyCapacityUnavailable: "overloaded",
  rateLimitExceeded: "rate-limit",
  serverOverloaded: "overloaded",
  sessionBudgetExceeded: "limit-reached",
  unauthorized: "auth",
  usageLimitExceeded: "quota",
};

/** Connections without a status. */
const brokenOff: { readonly [name: string]: ErrorCode } = {
  httpConnectionFailed: "network",
  responseStreamConnectionFailed: "network",
  responseTooManyFailedAttempts: "network",
  responseStreamDisconnected: "cut-stream",
};

/** What is left is "other", with nothing but words. */
function guess(message: string): ErrorCode {
  if (/model.* (is not supported|does not exist)/i.test(message)) return "unknown-model";
  if (/reason: content_filter/.test(message)) return "refused";
  if (/reason: max_output_tokens/.test(message)) return "limit-reached";
  return message.startsWith("stream disconnected") ? "cut-stream" : "agent-exited";
}

/** A rejected request's message is the whole body, as text. */
function wordsOf({ message = "" }: Trouble): { message: string; type?: unknown; code?: unknown } {
  try {
    const { error, detail }: { error?: object; detail?: unknown } = JSON.parse(message);
    return typeof detail === "string" ? { message: detail } : { message, ...error };
  } catch {
    return { message };
  }
}

function cureOf(code: ErrorCode, options: CodexCliOptions, model: string): string {
  if (code === "auth") {
    if (options.billing !== "key") {
      return `Type: ${options.program ?? "codex"} login. To bill an API key instead: cli({ billing: "key" }).`;
    }
    const { baseURL, isOpenAI } = endpointOf(options);
    return isOpenAI ? keyCure : `Check the key for ${secrecyOf(baseURL, "").address}.`;
  }
  if (code === "network" && options.billing === "key") {
    return `Is ${secrecyOf(endpointOf(options).baseURL, "").address} right, and running?`;
  }
  if (code !== "unknown-model") return "";
  const near = closeNames(model, knownModels);
  return `The model was "${model}".${near.length > 0 ? ` Near to it: ${near.join(", ")}.` : ""}`;
}

function say(code: ErrorCode, words: string, facts: ErrorFacts = {}): ErrorData {
  return errorData(code, `Codex: ${words.trim()}`, facts);
}
