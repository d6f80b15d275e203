// Installs the agent programs that `pnpm test:agents` runs, about 1.2 GB, into a cache outside of this repository.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The versions that the tests were written against. */
const programs = {
  "@anthropic-ai/claude-code": "2.1.330",
  "@github/copilot": "1.0.102",
  "@google/gemini-cli": "0.61.0",
  "@openai/codex": "0.169.0",
};

const folder = process.env["AIFACTORY_AGENTS"] ?? join(homedir(), ".cache", "aifactory-agents");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: programs }, null, 2));
// Their install scripts do nothing that the tests need: these start the native programs, not npm's shims.
const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--prefix", folder];
const { status, error } = spawnSync("npm", args, { stdio: "inherit", timeout: 10 * 60_000 });
if (status !== 0) {
  console.error(
    `The agent programs could not be installed${error ? `: ${error.message}` : ""}. Is npm's registry reachable?`,
  );
  process.exit(1);
}
console.log(
  `Installed in ${folder}: ${Object.entries(programs)
    .map((entry) => entry.join("@"))
    .join(", ")}`,
);
