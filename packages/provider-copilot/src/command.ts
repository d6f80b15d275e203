import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type AgentCommand, AifactoryError, conversationText, secrecyOf, type TurnRequest } from "@aifactory/core";
import { childEnvironment } from "@aifactory/core/process";

/** How the provider is made. Everything is optional. */
export interface CopilotOptions {
  /** The program. Default: `copilot`, found on PATH. */
  readonly program?: string;
  /** A model server of one's own; GitHub is then not asked at all. Default: the Copilot subscription of the user's login. */
  readonly endpoint?: CopilotEndpoint;
}

/** A server that speaks OpenAI's wire protocol. */
export interface CopilotEndpoint {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** Local servers need none. */
  readonly apiKey?: string;
  /** Default: `completions`; `responses` for models of the GPT-5 kind. */
  readonly wireApi?: "completions" | "responses";
}

/** The flags that are used, all of which `copilot --help` must name. */
export const neededFlags = [
  "--output-format",
  "--allow-all",
  "--no-ask-user",
  "--no-color",
  "--disable-builtin-mcps",
  "--model",
  "--reasoning-effort",
] as const;

/**
 * The command of a turn. The prompt goes to standard input, which works like `-p` and has no limit of 128 KiB.
 *
 * @throws AifactoryError `unknown-model` when an endpoint is used and no model is named: it has no default there.
 */
export function commandOf(options: CopilotOptions, request: TurnRequest, scratch: string): AgentCommand {
  const { program = "copilot", endpoint } = options;
  const { model, effort } = request;
  if (endpoint && model === "") {
    const { address } = secrecyOf(endpoint.baseUrl, "");
    throw new AifactoryError("unknown-model", `${address} has no default model: write copilot:<model>.`);
  }
  // Its GitHub tools would work on the remote repository, past the worktree.
  const args = ["--output-format", "json", "--allow-all", "--no-ask-user", "--no-color", "--disable-builtin-mcps"];
  if (model !== "") args.push("--model", model);
  if (effort) args.push("--reasoning-effort", effort);
  const common = { COPILOT_AUTO_UPDATE: "false", TMPDIR: scratch };
  const env = endpoint
    ? childEnvironment({ ...common, ...endpointVariables(endpoint), HOME: scratch, XDG_CACHE_HOME: cacheFor(scratch) })
    : childEnvironment(common, subscription);
  const login = process.env["COPILOT_HOME"] ?? join(homedir(), ".copilot");
  const state = [unpacked(), ...(endpoint ? [] : [login])];
  return { command: program, args, env, input: conversationText(request), state };
}

/** Where the user's login and settings are. Other GitHub tokens stay out. */
const subscription = ["COPILOT_HOME", "COPILOT_GITHUB_TOKEN", "COPILOT_GH_HOST", "GH_HOST", "XDG_*"];

function endpointVariables({ baseUrl, apiKey, wireApi = "completions" }: CopilotEndpoint): { [name: string]: string } {
  return {
    COPILOT_OFFLINE: "true",
    COPILOT_PROVIDER_BASE_URL: baseUrl,
    COPILOT_PROVIDER_WIRE_API: wireApi,
    ...(apiKey && { COPILOT_PROVIDER_API_KEY: apiKey }),
  };
}

/** The program unpacks 235 MB of itself with its first start; where it has, that is used. */
function cacheFor(scratch: string): string {
  return existsSync(unpacked()) ? dirname(unpacked()) : scratch;
}

function unpacked(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "copilot");
}
