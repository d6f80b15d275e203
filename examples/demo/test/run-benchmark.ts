import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison } from "@aifactory/core";
import { childEnvironment, type CommandResult, run } from "@aifactory/core/process";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../../..");

/** `pnpm benchmark` as a process of its own, in a repository that is removed after the test. */
export async function runBenchmark(
  ...args: readonly string[]
): Promise<CommandResult & { readonly repo: string; readonly rows: () => Promise<readonly Comparison[]> }> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-benchmark-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const [repo, json] = [join(folder, "repo"), join(folder, "rows.json")];
  const script = join(root, "scripts/benchmark-provider.mjs");
  const result = await run({
    command: process.execPath,
    args: ["--import", "tsx", "--conditions=aifactory-source", script, "--repo", repo, "--json", json, ...args],
    cwd: root,
    // What pip needs to find packages is the machine's own business.
    env: childEnvironment({}, ["PIP_*", "UV_*"]),
    timeoutMs: 240_000,
  });
  return { ...result, repo, rows: async () => JSON.parse(await readFile(json, "utf8")) };
}
