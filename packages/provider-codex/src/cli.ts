import {
  AifactoryError,
  askProgram,
  cliAgent,
  fromErrorData,
  type Provider,
  type ProviderStatus,
} from "@aifactory/core";
import { childEnvironment, run } from "@aifactory/core/process";
import { type CodexCliOptions, commandOf, keyOf } from "./cli-command.js";
import { holdDialogue } from "./cli-dialogue.js";
import { exitFailure, installLine, notLoggedIn } from "./cli-failure.js";
import { endpointOf, keyCure } from "./endpoint.js";
import { modelFacts } from "./models.js";

export type { CodexCliOptions } from "./cli-command.js";

/** The provider for Codex CLI, the program, which works with its own tools in the worktree. */
export function cli(options: CodexCliOptions = {}): Provider {
  return cliAgent({
    name: "codex-cli",
    command: (request, scratch) => commandOf(options, request, scratch),
    read: (request, say) => holdDialogue(options, request, say),
    exit: exitFailure,
    check: async ({ signal }) => checkProgram(options, signal),
    // Which model it takes by itself is for the program to say; others may sell one of the same name at another price.
    describe: async ({ model }) => (options.billing !== "key" || endpointOf(options).isOpenAI ? modelFacts(model) : {}),
  });
}

/** Rejects with the error and its cure. */
async function checkProgram(options: CodexCliOptions, signal?: AbortSignal): Promise<ProviderStatus> {
  const { program = "codex", billing = "subscription" } = options;
  const limits = { env: childEnvironment({}, ["CODEX_HOME"]), timeoutMs: 20_000, ...(signal && { signal }) };
  const ask = async (flag: string): Promise<string> => askProgram({ program, flag, installLine, ...limits });
  const version = (await ask("--version")).replace(/^\D*/, "");
  // Asked by itself, a command that has gone would be taken for a prompt, as `codex mcp-server` is today.
  if (!/^\s+app-server\s/m.test(await ask("--help"))) {
    const cure = `Tried with 0.169.0. ${installLine}@0.169.0`;
    throw new AifactoryError("provider-broken", `Codex ${version} no longer has app-server. ${cure}`);
  }
  if (billing === "key") {
    if (keyOf(options) === "") throw new AifactoryError("auth", `There is no key. ${keyCure}`);
    return { version, billing };
  }
  const login = await run({ command: program, args: ["login", "status"], ...limits });
  const words = `${login.stdout}${login.stderr}`;
  if (/not logged in/i.test(words)) throw fromErrorData(notLoggedIn(options));
  // It can be logged in with a key, too, of which it prints some letters.
  if (/api key/i.test(words)) return { version, billing: "key", notes: ["Codex is logged in with an API key."] };
  return { version, billing, notes: ["Whether the login still holds shows with the first turn."] };
}
