import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison } from "@aifactory/core";
import { run } from "@aifactory/core/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aifactory-benchmark-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function benchmark(...args: readonly string[]) {
  const script = join(root, "scripts/benchmark-provider.mjs");
  return run({
    command: process.execPath,
    args: ["--import", "tsx", "--conditions=aifactory-source", script, ...args],
    cwd: root,
    timeoutMs: 240_000,
  });
}

describe("scripts/benchmark-provider.mjs", () => {
  it("takes the demo's task to a verified branch on every provider of kind model", async () => {
    const json = join(folder, "rows.json");
    const models = ["claude:claude-opus-5-5", "codex:gpt-6.2-sol", "gemini:gemini-3.8-flash", "ollama:qwen3-coder:30b"];
    const providers = join(import.meta.dirname, "model-providers.ts");
    const { exitCode, stdout, stderr } = await benchmark(
      ...models.flatMap((model) => ["--model", model]),
      ...["--providers", providers, "--repo", join(folder, "repo"), "--json", json],
    );
    expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
    const rows: Comparison[] = JSON.parse(await readFile(json, "utf8"));
    expect(rows).toMatchObject(
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
    expect(await benchmark()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--model: name at least") });
    const unknown = await benchmark("--model", "nobody:m", "--repo", join(folder, "repo"));
    expect(unknown).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("no provider nobody") });
  });
});
