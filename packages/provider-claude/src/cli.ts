import { AifactoryError, askProgram, cliAgent, type Provider, type ProviderStatus } from "@aifactory/core";
import { childEnvironment } from "@aifactory/core/process";
import { type ClaudeCliOptions, commandOf, keyOf, neededFlags } from "./cli-command.js";
import { readLines } from "./cli-events.js";
import { exitFailure, installLine } from "./cli-failure.js";
import { keyCure } from "./endpoint.js";
import { defaultModel, modelFacts } from "./models.js";

export type { ClaudeCliOptions } from "./cli-command.js";

/** The provider for Claude Code, the program, which works with its own tools in the worktree. */
export function cli(options: ClaudeCliOptions = {}): Provider {
  return cliAgent({
    name: "claude-cli",
    command: (request, scratch) => commandOf(options, request, scratch),
    read: (request) => readLines(options, request),
    exit: (result) => exitFailure(result, options),
    check: async ({ signal }) => checkProgram(options, signal),
    describe: async ({ model }) => modelFacts(model || defaultModel),
  });
}

/** Rejects with the error and its cure. */
async function checkProgram(options: ClaudeCliOptions, signal?: AbortSignal): Promise<ProviderStatus> {
  const { billing = "subscription" } = options;
  const [version, help] = [await ask(options, "--version", signal), await ask(options, "--help", signal)];
  const gone = neededFlags.filter((flag) => !help.includes(flag));
  if (gone.length > 0) {
    const cure = `Tried with 2.1.330. ${installLine}@2.1.330`;
    throw new AifactoryError("provider-broken", `Claude Code ${version} no longer has ${gone.join(", ")}. ${cure}`);
  }
  if (billing === "key" && keyOf(options) === "") throw new AifactoryError("auth", `There is no key. ${keyCure}`);
  const notes = billing === "key" ? [] : ["Whether Claude Code is logged in shows with the first turn."];
  return { version: version.replace(/ .*/s, ""), billing, notes };
}

async function ask({ program = "claude" }: ClaudeCliOptions, flag: string, signal?: AbortSignal): Promise<string> {
  const env = childEnvironment({ CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" });
  return askProgram({ program, flag, installLine, env, timeoutMs: 20_000, ...(signal && { signal }) });
}
