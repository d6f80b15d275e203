import { homedir } from "node:os";
import { join } from "node:path";
import { type AgentCommand, AifactoryError, type TurnRequest } from "@aifactory/core";
import { childEnvironment, type Environment } from "@aifactory/core/process";
import { endpointOf, keyCure } from "./endpoint.js";

/** How the provider of Codex CLI is made. Everything is optional. */
export interface CodexCliOptions {
  /** The program. Default: `codex`, found on PATH. */
  readonly program?: string;
  /**
   * Who pays. `subscription` (default): whoever the user logged Codex in as; no API key is given to it. `key`: the API
   * key's account.
   */
  readonly billing?: "key" | "subscription";
  /** For billing `key`. Default: the environment's OPENAI_API_KEY, read when a turn begins. */
  readonly apiKey?: string;
  /** For billing `key`: an endpoint that speaks the Responses API, with its `/v1`. Default: OPENAI_BASE_URL, else OpenAI. */
  readonly baseURL?: string;
  /**
   * What its commands may do. `workspace-write` (default): write in the working folder, `.git` excepted, and in a private
   * temporary folder, without network. `danger-full-access`: everything, for when a sandbox around it confines it.
   */
  readonly sandbox?: "workspace-write" | "danger-full-access";
}

/** Settings of Codex by their dotted names. https://developers.openai.com/codex/config-reference */
interface Settings {
  readonly [name: string]: Setting;
}

type Setting = string | number | boolean | readonly Setting[] | Settings;

/** The variable in which Codex finds the key; its commands do not see it. */
const keyVariable = "AIFACTORY_CODEX_KEY";

/** What a quiet, headless run needs. */
const quiet: Settings = {
  // A login shell's profile resets PATH.
  allow_login_shell: false,
  check_for_update_on_startup: false,
  "analytics.enabled": false,
  "features.apps": false,
  "features.goals": false,
  "features.hooks": false,
  "features.memories": false,
  "features.plugins": false,
  "features.remote_plugin": false,
  "features.shell_snapshot": false,
  // Its own default waits for ever for an endpoint that is not there.
  "features.unbounded_connection_retries": false,
  // All of /tmp, other worktrees there included, is writable by default; TMPDIR, which is private, stays so.
  sandbox_workspace_write: { exclude_slash_tmp: true },
  // Everything of ours but the key: the mark is among it by which what is left of a turn is found.
  shell_environment_policy: { inherit: "all", exclude: [keyVariable], include_only: [] },
};

/** The key to be billed; empty when the user's own login is. */
export function keyOf(options: CodexCliOptions): string {
  return options.billing === "key" ? endpointOf(options).key : "";
}

/**
 * The command of a turn: a dialogue, in which everything about the turn is said.
 *
 * @throws AifactoryError `auth` when a key shall be billed and there is none.
 */
export function commandOf(options: CodexCliOptions, { cwd }: Pick<TurnRequest, "cwd">, scratch: string): AgentCommand {
  const { settings, env, inherit, state } = payerOf(options, scratch);
  // Codex trusts the folder of a thread that may write, notes that in its home, and then obeys the folder's own
  // `.codex/config.toml`, whose servers run outside of the sandbox. A model may have written that file.
  const untrusted = { projects: { [cwd]: { trust_level: "untrusted" } } };
  const all = Object.entries({ ...quiet, ...settings, ...untrusted });
  return {
    command: options.program ?? "codex",
    args: ["app-server", ...all.flatMap(([name, value]) => ["-c", `${name}=${toml(value)}`])],
    env: childEnvironment({ TMPDIR: join(scratch, "tmp"), ...env }, inherit),
    dialogue: true,
    state,
    // Two folders beside each other: Codex can't run commands when TMPDIR is missing, or when its home lies in it.
    files: { "tmp/.keep": "", "codex/config.toml": "" },
  };
}

interface Payer {
  readonly settings: Settings;
  readonly env: Environment;
  readonly inherit: readonly string[];
  readonly state: readonly string[];
}

/** The user's login stands in their Codex home. A key gets a home of the turn's own. */
function payerOf(options: CodexCliOptions, scratch: string): Payer {
  if (options.billing !== "key") {
    const home = process.env["CODEX_HOME"] ?? join(homedir(), ".codex");
    return { settings: { model_provider: "openai" }, env: {}, inherit: ["CODEX_HOME"], state: [home] };
  }
  const { key, baseURL } = endpointOf(options);
  if (key === "") throw new AifactoryError("auth", `There is no key for Codex. ${keyCure}`);
  const endpoint = {
    name: "AIFactory",
    base_url: baseURL,
    env_key: keyVariable,
    wire_api: "responses",
    // Its own defaults are four and five, which multiply; waiting longer is for whoever asked for the turn.
    request_max_retries: 2,
    stream_max_retries: 2,
    stream_idle_timeout_ms: 120_000,
  };
  return {
    settings: { model_provider: "aifactory", "model_providers.aifactory": endpoint },
    env: { CODEX_HOME: join(scratch, "codex"), [keyVariable]: key },
    inherit: [],
    state: [],
  };
}

/** A value in TOML, whose strings, numbers and lists are those of JSON. */
function toml(value: Setting): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toml).join(",")}]`;
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}=${toml(field)}`);
  return `{${fields.join(",")}}`;
}
