import { join } from "node:path";
import { git } from "@aifactory/core/git";
import { canaryKey } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { runBenchmark } from "../run-benchmark.js";
import { agents } from "./agents.js";

const providers = join(import.meta.dirname, "agent-providers.ts");
const modelOf: { readonly [name: string]: string } = {
  "claude-cli": "claude-cli:claude-opus-5-5",
  "codex-cli": "codex-cli:gpt-5.5",
  copilot: "copilot:scripted-1",
  "gemini-cli": "gemini-cli:gemini-3.8-flash",
};

for (const [name, { program }] of Object.entries(agents)) {
  describe.skipIf(!program.isThere)(`the benchmark on ${name} with the real program${program.why}`, () => {
    it("takes the demo's task to a verified branch, in the sandbox where there is one", async () => {
      const args = ["--model", modelOf[name]!, "--providers", providers];
      const { exitCode, stdout, stderr, rows, repo } = await runBenchmark(...args);
      expect(exitCode === 0 ? stderr : stdout).toBe("");
      const [row] = await rows();
      expect(row?.outcome).toMatchObject({
        status: "ready",
        review: "pending",
        verdict: { status: "passed" },
        stat: { files: 3 },
      });
      expect(JSON.stringify(row)).not.toContain(canaryKey);
      const branch = row?.outcome?.branch ?? "";
      expect(await git({ cwd: repo }, ["show", `${branch}:app/tictactoe.py`])).toContain("class TicTacToe");
    });
  });
}
