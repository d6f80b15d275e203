import { AifactoryError, askProgram, cliAgent, type Provider, type ProviderStatus, secrecyOf } from "@aifactory/core";
import { childEnvironment } from "@aifactory/core/process";
import { commandOf, type CopilotOptions, neededFlags } from "./command.js";
import { readLines } from "./events.js";
import { exitFailure, installLine } from "./failure.js";

export type { CopilotEndpoint, CopilotOptions } from "./command.js";

/** The provider for GitHub Copilot CLI, the program, which works with its own tools in the worktree. */
export default function copilot(options: CopilotOptions = {}): Provider {
  return cliAgent({
    name: "copilot",
    command: (request, scratch) => commandOf(options, request, scratch),
    read: (request) => readLines(options, request),
    exit: (result) => exitFailure(result, options),
    check: async ({ signal }) => checkProgram(options, signal),
  });
}

/** Rejects with the error and its cure. */
async function checkProgram(options: CopilotOptions, signal?: AbortSignal): Promise<ProviderStatus> {
  const [version, help] = [await ask(options, "--version", signal), await ask(options, "--help", signal)];
  const gone = neededFlags.filter((flag) => !help.includes(flag));
  if (gone.length > 0) {
    const cure = `Tried with 1.0.102. ${installLine}@1.0.102`;
    throw new AifactoryError("provider-broken", `${version} no longer has ${gone.join(", ")}. ${cure}`);
  }
  const { endpoint } = options;
  return {
    version: /\d+\.\d+\.\d+/.exec(version)?.[0] ?? version,
    billing: endpoint ? (endpoint.apiKey ? "key" : "local") : "subscription",
    notes: endpoint
      ? [`The models of ${secrecyOf(endpoint.baseUrl, "").address}.`]
      : ["Whether it is logged in shows with the first turn."],
  };
}

async function ask({ program = "copilot" }: CopilotOptions, flag: string, signal?: AbortSignal): Promise<string> {
  const env = childEnvironment({ COPILOT_AUTO_UPDATE: "false" }, ["XDG_*"]);
  // The first start unpacks the program.
  return askProgram({ program, flag, installLine, env, timeoutMs: 60_000, ...(signal && { signal }) });
}
