import { homedir } from "node:os";
import { join } from "node:path";
import { type AgentCommand, AifactoryError, type RpcValue, type TurnRequest } from "@aifactory/core";
import { childEnvironment } from "@aifactory/core/process";
import { endpointOf, keyCure } from "./endpoint.js";

/** How the provider of Gemini CLI is made. Everything is optional. */
export interface GeminiCliOptions {
  /** The program. Default: `gemini`, found on PATH. */
  readonly program?: string;
  /**
   * Who pays. `subscription` (default): whoever the user logged Gemini CLI in as; no API key of the environment or of a
   * `.env` file is given to it. `key`: the API key's account.
   */
  readonly billing?: "key" | "subscription";
  /** For billing `key`. Default: the environment's GEMINI_API_KEY, then GOOGLE_API_KEY, read when a turn begins. */
  readonly apiKey?: string;
  /** For billing `key`: where the API is, without `/v1beta`. Default: the environment's GOOGLE_GEMINI_BASE_URL, else Google. */
  readonly baseURL?: string;
}

/** The flags that are used, all of which `gemini --help` must name. */
export const neededFlags = ["--acp", "--approval-mode", "--model"] as const;

/** What a headless run in a fresh worktree needs: without trust, project settings and its `GEMINI.md` are passed over. */
const headless = {
  // Else it starts itself a second time, and the first one swallows SIGTERM.
  GEMINI_CLI_NO_RELAUNCH: "true",
  GEMINI_CLI_TRUST_WORKSPACE: "true",
  NO_BROWSER: "true",
};

/** For billing `key`, in a home of its own: nothing is sent home, nothing updates itself, and no `.env` file counts. */
const settings = {
  security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  // Its own default is ten attempts, up to half a minute apart; waiting longer is for whoever asked for the turn.
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 2 },
  advanced: { ignoreLocalEnv: true },
};

/** The key to be billed; empty when the user's own login is. */
export function keyOf({ billing, apiKey }: GeminiCliOptions): string {
  return billing === "key" ? endpointOf({ ...(apiKey !== undefined && { apiKey }) }).key : "";
}

/**
 * The command of a turn. The prompt is said over the protocol, and so is a key: it stands in no variable, no file and no
 * argument, and no command that the model runs can see it.
 *
 * @throws AifactoryError `auth` when a key shall be billed and there is none.
 */
export function commandOf(options: GeminiCliOptions, { model }: TurnRequest, scratch: string): AgentCommand {
  const { program = "gemini", billing } = options;
  const args = ["--acp", "--approval-mode", "yolo", ...(model === "" ? [] : ["--model", model])];
  const common = { ...headless, TMPDIR: scratch };
  if (billing !== "key") {
    // Variables that are there, and empty, can't be set by a `.env` file in the worktree or above it.
    const keyless = { GEMINI_API_KEY: "", GOOGLE_API_KEY: "", GOOGLE_GEMINI_BASE_URL: "" };
    const env = childEnvironment({ ...common, ...keyless }, ["GEMINI_CLI_HOME", "GOOGLE_CLOUD_PROJECT*"]);
    return { command: program, args, env, state: [join(env["GEMINI_CLI_HOME"] ?? homedir(), ".gemini")] };
  }
  if (keyOf(options) === "") throw new AifactoryError("auth", `There is no key for Gemini CLI. ${keyCure}`);
  const { baseURL: baseUrl } = options;
  const place = endpointOf({ ...(baseUrl !== undefined && { baseUrl }) }).baseUrl;
  return {
    command: program,
    args,
    env: childEnvironment({ ...common, GEMINI_CLI_HOME: scratch, GOOGLE_GEMINI_BASE_URL: place }),
    files: { ".gemini/settings.json": JSON.stringify(settings) },
  };
}

/** What it is told to log in with a key. Its `_meta` is its own, as it says in its answer to `initialize`. */
export function loginOf(options: GeminiCliOptions): RpcValue {
  return { methodId: "gemini-api-key", _meta: { "api-key": keyOf(options) } };
}
