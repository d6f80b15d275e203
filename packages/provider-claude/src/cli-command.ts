import { homedir } from "node:os";
import { join } from "node:path";
import { type AgentCommand, AifactoryError, conversationText, type TurnRequest } from "@aifactory/core";
import { childEnvironment } from "@aifactory/core/process";
import { keyCure } from "./endpoint.js";

/** How the provider of Claude Code is made. Everything is optional. */
export interface ClaudeCliOptions {
  /** The program. Default: `claude`, found on PATH. */
  readonly program?: string;
  /**
   * Who pays. `subscription` (default): whoever the user logged Claude Code in as; no API key is given to it. `key`: the
   * API key's account.
   */
  readonly billing?: "key" | "subscription";
  /** For billing `key`. Default: the environment's ANTHROPIC_API_KEY, read when a turn begins. */
  readonly apiKey?: string;
  /** For billing `key`: where the API is, without `/v1`. Default: the environment's ANTHROPIC_BASE_URL, else Anthropic. */
  readonly baseURL?: string;
  /** What it may do without being asked; everything else is denied. Default: edit files and run commands. */
  readonly allowedTools?: readonly string[];
}

/** The flags that are used, all of which `claude --help` must name. */
export const neededFlags = [
  "--output-format",
  "--verbose",
  "--setting-sources",
  "--settings",
  "--strict-mcp-config",
  "--no-session-persistence",
  "--permission-mode",
  "--allowedTools",
  "--model",
  "--effort",
] as const;

const defaultTools = ["Bash", "Edit", "Write", "NotebookEdit", "Read", "Glob", "Grep"];

/** What a quiet, headless run needs. https://code.claude.com/docs/en/env-vars */
const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: "1",
  // Its own default is ten, for a wrong key too; waiting longer is for whoever asked for the turn.
  CLAUDE_CODE_MAX_RETRIES: "2",
  // Without these a stalled stream is waited for for five minutes.
  CLAUDE_ENABLE_BYTE_WATCHDOG: "1",
  CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: "120000",
};

/** The key to be billed; empty when the user's own login is. */
export function keyOf({ billing, apiKey }: ClaudeCliOptions): string {
  return billing === "key" ? (apiKey ?? process.env["ANTHROPIC_API_KEY"] ?? "").trim() : "";
}

/**
 * The command of a turn: the prompt on its standard input, no session kept.
 *
 * @throws AifactoryError `auth` when a key shall be billed and there is none.
 */
export function commandOf(options: ClaudeCliOptions, request: TurnRequest, scratch: string): AgentCommand {
  const { program = "claude", allowedTools = defaultTools } = options;
  const { model, effort, maxOutputTokens } = request;
  const args = ["-p", "--output-format", "stream-json", "--verbose"];
  args.push("--setting-sources", "", "--strict-mcp-config", "--no-session-persistence");
  args.push("--permission-mode", "dontAsk", "--allowedTools", allowedTools.join(","));
  if (model !== "") args.push("--model", model);
  // It has no lower one.
  if (effort) args.push("--effort", effort === "none" || effort === "minimal" ? "low" : effort);
  const limit = maxOutputTokens === undefined ? {} : { CLAUDE_CODE_MAX_OUTPUT_TOKENS: `${maxOutputTokens}` };
  const payer = payerOf(options, scratch);
  return {
    command: program,
    args: [...args, ...payer.args],
    env: childEnvironment({ ...quiet, ...limit, TMPDIR: scratch, ...payer.env }, payer.inherit),
    input: conversationText(request),
    files: payer.files,
    state: payer.state,
  };
}

interface Payer {
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly inherit: readonly string[];
  readonly files: { readonly [path: string]: string };
  readonly state: readonly string[];
}

/**
 * The user's login stands in their home. A key stands in a private file instead of the environment, where every command
 * that the model runs would see it. (Claude Code's own switch for that, CLAUDE_CODE_SUBPROCESS_ENV_SCRUB, was tried in
 * 2.1.330: it forces permission mode `default`, and its sandbox leaves sixteen empty files in the working folder.)
 */
function payerOf(options: ClaudeCliOptions, scratch: string): Payer {
  if (options.billing !== "key")
    return { args: [], env: {}, inherit: ["CLAUDE_CONFIG_DIR"], files: {}, state: loginPlaces() };
  const key = keyOf(options);
  if (key === "") throw new AifactoryError("auth", `There is no key for Claude Code. ${keyCure}`);
  const place = options.baseURL ?? process.env["ANTHROPIC_BASE_URL"] ?? "";
  return {
    args: ["--settings", join(scratch, "settings.json")],
    env: { HOME: join(scratch, "home"), ...(place.trim() !== "" && { ANTHROPIC_BASE_URL: place.trim() }) },
    inherit: [],
    state: [],
    files: {
      "home/.keep": "",
      key,
      "settings.json": JSON.stringify({ apiKeyHelper: `cat ${quoted(join(scratch, "key"))}` }),
    },
  };
}

/** Where Claude Code keeps the user's login and its sessions. */
function loginPlaces(): readonly string[] {
  const own = process.env["CLAUDE_CONFIG_DIR"];
  return own === undefined ? [join(homedir(), ".claude"), join(homedir(), ".claude.json")] : [own];
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
