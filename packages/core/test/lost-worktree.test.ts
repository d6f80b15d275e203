import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { errorData, listRuns, type Outcome, resumeTask, runTask } from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { bundle } from "../../../test/bundle.js";
import { run } from "../src/process.js";
import { problemOf } from "./kill-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();
const bundles = await mkdtemp(join(tmpdir(), "aifactory-runner-"));
afterAll(async () => rm(bundles, { recursive: true, force: true }));
const runner = await bundle(join(import.meta.dirname, "recovered-runner.ts"), bundles);

/** A run that was killed at the first message of a role; its model's first call writes `1.py`. */
async function killedAt(role: string): Promise<{ id: string; worktree: string }> {
  const args = [runner, bench.repository.path, bench.worktreeRoot, role];
  expect(await run({ command: process.execPath, args, timeoutMs: 60_000 })).toMatchObject({ signal: "SIGKILL" });
  const [found] = await listRuns(bench.repository.path);
  if (found?.state !== "interrupted" || found.worktree === undefined) throw new Error("No worktree was left.");
  return { id: found.id, worktree: found.worktree };
}

async function goOn(repo: string, id: string, turns: readonly Script[], kind: "model" | "agent" = "model") {
  const provider = scriptedProvider({ turns, kind });
  const outcome = await resumeTask({ repo, id }, { providers: [provider], worktreeRoot: bench.worktreeRoot });
  return { outcome, messages: provider.requests[0]?.messages ?? [] };
}

const lost = ({ notices }: Outcome) => notices.filter(({ code }) => code === "worktree-lost");

describe("a run whose worktree is gone with what was not committed", () => {
  it.each(["tool", "assistant"])("tells it to who resumes it and to the model (killed at: %s)", async (role) => {
    const { id, worktree } = await killedAt(role);
    await rm(worktree, { recursive: true });
    const { outcome, messages } = await goOn(bench.repository.path, id, [write("1.py"), done]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
    expect(lost(outcome)).toMatchObject([{ message: expect.stringContaining(worktree) }]);
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(messages.at(-1)?.text).toContain("folder was lost");
    expect(problemOf(messages)).toBeUndefined();
  });

  it("says nothing where nothing had been done", async () => {
    const { id, worktree } = await killedAt("user");
    await rm(worktree, { recursive: true });
    const { outcome, messages } = await goOn(bench.repository.path, id, [write("1.py"), done]);
    expect(lost(outcome)).toEqual([]);
    expect(messages).toHaveLength(1);
  });

  it("tells it to an agent whose turn was under way", async () => {
    const broken: Script = { files: { "a.py": "1\n" }, error: errorData("auth", "The key is wrong.") };
    const providers = [scriptedProvider({ kind: "agent", turns: [broken] })];
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
    const { id } = await runTask(task, { providers, worktreeRoot: bench.worktreeRoot });
    const folder = join(bench.repository.path, ".git/aifactory/runs", id);
    const lines = (await readFile(join(folder, "journal.jsonl"), "utf8")).split("\n");
    const asked = lines.findIndex((line) => line.includes('"type":"message"'));
    await writeFile(join(folder, "journal.jsonl"), `${lines.slice(0, asked + 1).join("\n")}\n`);
    await bench.repository.git("update-ref", "-d", `refs/heads/aifactory/${id}`);
    await writeFile(join(folder, "worktree"), join(bench.worktreeRoot, "elsewhere", id));
    const again: Script = { text: "Done.", files: { "a.py": "1\n" } };
    const { outcome, messages } = await goOn(bench.repository.path, id, [again], "agent");
    expect(outcome).toMatchObject({ status: "ready" });
    expect(lost(outcome)).toHaveLength(1);
    expect(messages.map(({ text }) => text).join("\n")).toContain("folder was lost");
    expect(messages.map(({ text }) => text).join("\n")).not.toContain("stands in the working folder");
  });
});

describe("a copy of a repository", () => {
  it("leaves the worktree to the original when it goes on with a run", async () => {
    const { id, worktree } = await killedAt("tool");
    await writeFile(join(worktree, "extra.txt"), "uncommitted\n");
    const copy = `${bench.repository.path}-copy`;
    onTestFinished(async () => rm(copy, { recursive: true, force: true }));
    await cp(bench.repository.path, copy, { recursive: true });
    const { outcome } = await goOn(copy, id, [write("2.py"), done]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
    expect(lost(outcome)).toMatchObject([{ message: expect.stringContaining("another copy") }]);
    expect(existsSync(join(worktree, "extra.txt"))).toBe(true);
    const original = await goOn(bench.repository.path, id, [done]);
    expect(original.outcome).toMatchObject({ status: "ready", stat: { files: 2 } });
    expect(lost(original.outcome)).toEqual([]);
  });
});
