import {
  acpAgent,
  type AcpAgent,
  type AcpExtras,
  AifactoryError,
  askProgram,
  type Provider,
  type ProviderStatus,
  type RpcValue,
} from "@aifactory/core";
import { childEnvironment } from "@aifactory/core/process";
import { commandOf, type GeminiCliOptions, keyOf, loginOf, neededFlags } from "./cli-command.js";
import { exitFailure, failureOf, installLine } from "./cli-failure.js";
import { keyCure } from "./endpoint.js";
import { modelFacts } from "./models.js";

export type { GeminiCliOptions } from "./cli-command.js";

/** The provider for Gemini CLI, the program, which works with its own tools in the worktree. */
export function cli(options: GeminiCliOptions = {}): Provider {
  return acpAgent(agentOf(options));
}

/** Gemini CLI in the words of the Agent Client Protocol. */
export function agentOf(options: GeminiCliOptions): AcpAgent {
  return {
    name: "gemini-cli",
    command: (request, scratch) => commandOf(options, request, scratch),
    ...(options.billing === "key" && { login: () => loginOf(options) }),
    failed: (error, { model }, usual) => failureOf(error, options, model, usual),
    ended: (result) => extrasOf(result, options),
    exit: (result) => exitFailure(result, options),
    check: async ({ signal }) => checkProgram(options, signal),
    describe: async ({ model }) => modelFacts(model),
  };
}

/** The answer to a prompt, as far as it is Gemini CLI's own. It counts no thoughts among its output. */
interface PromptResult {
  readonly _meta?: {
    readonly quota?: { readonly token_count?: Counts; readonly model_usage?: readonly { readonly model?: string }[] };
  };
}

interface Counts {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
}

function extrasOf(result: RpcValue, { billing }: GeminiCliOptions): AcpExtras {
  const { _meta: { quota: { token_count: counts = {}, model_usage: models = [] } = {} } = {} }: PromptResult = result;
  const { input_tokens: inputTokens = 0, output_tokens: outputTokens = 0 } = counts;
  const servedModel = models.at(-1)?.model;
  return {
    // It begins at zero: then nobody has counted.
    usage: {
      ...(inputTokens > 0 && { inputTokens }),
      ...(outputTokens > 0 && { outputTokens }),
      ...(billing !== "key" && { cost: { usd: 0, basis: "subscription" } as const }),
    },
    ...(servedModel !== undefined && { servedModel }),
  };
}

/** Rejects with the error and its cure. */
async function checkProgram(options: GeminiCliOptions, signal?: AbortSignal): Promise<ProviderStatus> {
  const { billing = "subscription" } = options;
  const [version, help] = [await ask(options, "--version", signal), await ask(options, "--help", signal)];
  const gone = neededFlags.filter((flag) => !new RegExp(`(^|\\s)${flag}\\b`, "m").test(help));
  if (gone.length > 0) {
    const cure = `Tried with 0.61.0. ${installLine}@0.61.0`;
    throw new AifactoryError("provider-broken", `Gemini CLI ${version} no longer has ${gone.join(", ")}. ${cure}`);
  }
  if (billing === "key" && keyOf(options) === "") throw new AifactoryError("auth", `There is no key. ${keyCure}`);
  const notes = billing === "key" ? [] : ["Whether Gemini CLI is logged in shows with the first turn."];
  return { version, billing, notes };
}

async function ask({ program = "gemini" }: GeminiCliOptions, flag: string, signal?: AbortSignal): Promise<string> {
  const env = childEnvironment({ GEMINI_CLI_NO_RELAUNCH: "true" });
  return askProgram({ program, flag, installLine, env, timeoutMs: 20_000, ...(signal && { signal }) });
}
