import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { errorData, listRuns, type Message, resumeTask, runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { bundle } from "../../../test/bundle.js";
import { mend } from "../src/history.js";
import { run } from "../src/process.js";
import { problemOf } from "./kill-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

it("a run that is killed twice, whose calls were read out of text, has a history that a vendor takes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-runner-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const runner = await bundle(join(import.meta.dirname, "recovered-runner.ts"), folder);
  const { repository, worktreeRoot } = bench;
  const repo = repository.path;
  const killAt = async (...more: string[]): Promise<string> => {
    const args = [runner, repo, worktreeRoot, ...more];
    expect(await run({ command: process.execPath, args, timeoutMs: 60_000 })).toMatchObject({ signal: "SIGKILL" });
    return (await listRuns(repo))[0]?.id ?? "";
  };
  const id = await killAt("tool");
  await killAt("assistant", id);
  const provider = scriptedProvider({ turns: [done] });
  await resumeTask({ repo, id }, { providers: [provider], worktreeRoot });
  const messages = provider.requests[0]?.messages ?? [];
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "tool"]);
  expect(problemOf(messages)).toBeUndefined();
  const ids = messages.flatMap((message) => (message.role === "tool" ? [message.callId] : []));
  expect(new Set(ids).size).toBe(2);
});

it("entries that stand twice in a journal were made once", async () => {
  const { repository, worktreeRoot } = bench;
  const task = { repo: repository.path, prompt: "Do it", model: "scripted:m" };
  const broken = scriptedProvider({ turns: [write("a.py"), { error: errorData("auth", "No.") }] });
  const { repo, id } = await runTask(task, { providers: [broken], worktreeRoot });
  const journal = join(repo, ".git/aifactory/runs", id, "journal.jsonl");
  const lines = (await readFile(journal, "utf8")).trim().split("\n");
  await writeFile(journal, lines.map((line) => `${line}\n${line}\n`).join(""));
  const provider = scriptedProvider({ turns: [done] });
  expect(await resumeTask({ repo, id }, { providers: [provider], worktreeRoot })).toMatchObject({ status: "ready" });
  const messages = provider.requests[0]?.messages ?? [];
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
});

it("a call whose id was used before is answered when it was interrupted", () => {
  const asked: Message = { role: "assistant", text: "", calls: [{ id: "call-0", name: "read_file", input: {} }] };
  const answered: Message = { role: "tool", callId: "call-0", name: "read_file", text: "x", isError: false };
  expect(mend([{ role: "user", text: "Do it" }, asked, answered, asked], "model")).toMatchObject([
    { role: "tool", callId: "call-0", isError: true },
  ]);
});
