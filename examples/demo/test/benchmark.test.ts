import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runBenchmark } from "./run-benchmark.js";

describe("scripts/benchmark-provider.mjs", () => {
  it("takes the demo's task to a verified branch on every provider of kind model", async () => {
    const models = ["claude:claude-opus-5-5", "codex:gpt-6.2-sol", "gemini:gemini-3.8-flash", "ollama:qwen3-coder:30b"];
    const providers = join(import.meta.dirname, "model-providers.ts");
    const { exitCode, stdout, stderr, rows } = await runBenchmark(
      ...models.flatMap((model) => ["--model", model]),
      "--providers",
      providers,
    );
    // The table says which one failed and why.
    expect(exitCode === 0 ? stderr : stdout).toBe("");
    expect(await rows()).toMatchObject(
      models.map((model) => ({
        model,
        outcome: {
          status: "ready",
          review: "pending",
          verdict: { status: "passed", counts: { failed: 0 } },
          // One of the calls of the recording stands in its text.
          recovered: [{ name: "write_file" }],
        },
      })),
    );
    for (const model of models) expect(stdout).toMatch(new RegExp(`^${model} .* ready +passed `, "m"));
  }, 240_000);

  it("says what is wrong and exits with 2 for wrong arguments, with 1 for a model that can't work", async () => {
    expect(await runBenchmark()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--model: name at least"),
    });
    const unknown = await runBenchmark("--model", "nobody:m");
    expect(unknown).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("no provider nobody") });
  });
});
