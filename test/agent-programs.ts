import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A real agent program, which `node scripts/install-agents.mjs` installs. */
export interface AgentProgram {
  /** Where it is, or should be. */
  readonly path: string;
  readonly isThere: boolean;
  /** For the name of a test that is skipped; empty when it is there. */
  readonly why: string;
}

const folder = process.env["AIFACTORY_AGENTS"] ?? join(homedir(), ".cache", "aifactory-agents");
const here = `${process.platform}-${process.arch}`;
const triples: { readonly [platform: string]: string } = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

/** The programs themselves and not npm's shims, which leave them behind when they are killed. */
export const agentPrograms = {
  claude: program(`@anthropic-ai/claude-code-${here}`, "claude"),
  codex: program(`@openai/codex-${here}`, "vendor", triples[here] ?? here, "bin", "codex"),
  copilot: program(`@github/copilot-${here}`, "copilot"),
  gemini: program("@google/gemini-cli", "bundle", "gemini.js"),
};

function program(...names: readonly string[]): AgentProgram {
  const path = join(folder, "node_modules", ...names);
  const isThere = existsSync(path);
  return { path, isThere, why: isThere ? "" : ` [skipped: nothing at ${path}; run node scripts/install-agents.mjs]` };
}
