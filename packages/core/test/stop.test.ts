import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import {
  cleanRuns,
  listRuns,
  type Outcome,
  type Provider,
  reject,
  resumeTask,
  runTask,
  TaskEvents,
} from "@aifactory/core";
import { linesOf } from "../src/output.js";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { remainsOf } from "./fault-remains.js";
import { judge } from "./fault-kinds.js";
import { shellVerifier } from "./shell-verifier.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();
const never = async (): Promise<never> => new Promise(() => {});
const green = write("check.sh", "echo ok a\n");

/** Runs a task with `options`; what is told to stop gets a moment only. */
function start(
  turns: readonly Script[],
  options: Parameters<typeof runTask>[1] = {},
  verify?: string,
): Promise<Outcome> {
  const { deadlines, ...rest } = options;
  return runTask(
    { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...(verify !== undefined && { verify }) },
    {
      providers: [scriptedProvider({ turns })],
      worktreeRoot: bench.worktreeRoot,
      deadlines: { graceMs: 50, ...deadlines },
      ...rest,
    },
  );
}

/** Lets the run go on with a verifier that works: to `ready`, and nothing is left. */
async function expectGoesOn(run: Outcome, before: unknown): Promise<void> {
  const { repository, worktreeRoot } = bench;
  expect(await remainsOf(repository, worktreeRoot)).toEqual(before);
  const again = await resumeTask(run, {
    providers: [scriptedProvider({ turns: [green, done] })],
    verifiers: [shellVerifier()],
    worktreeRoot,
  });
  expect(again).toMatchObject({ id: run.id, status: "ready" });
  expect(await repository.git("merge-base", run.head, again.head)).toBe(run.head);
  await reject(again);
  expect(await cleanRuns(repository.path)).toEqual({ removed: [run.id], kept: [] });
}

describe("a verifier that heeds no signal", () => {
  it("is left behind after Ctrl-C, by a process that then ends; the work is there and can go on", async () => {
    const { repository, worktreeRoot } = bench;
    const before = await remainsOf(repository, worktreeRoot);
    const script = join(import.meta.dirname, "fixtures", "hung.ts");
    const args = ["--conditions=aifactory-source", "--import", "tsx", script, repository.path, worktreeRoot];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines: string[] = [];
    for await (const line of linesOf(child.stdout)) if (lines.push(line) === 1) child.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
    const outcome: Outcome = JSON.parse(lines[1] ?? "null");
    expect(outcome).toMatchObject({ status: "cancelled", error: { code: "aborted" }, stat: { files: 1 } });
    expect(outcome.notices).toEqual([{ code: "verifier-left", message: expect.stringContaining("shell") }]);
    expect(await listRuns(repository.path)).toMatchObject([{ id: outcome.id, outcome }]);
    await expectGoesOn(outcome, before);
  });

  it("is left behind at its deadline, and so is one that only heeds it", async () => {
    const before = await remainsOf(bench.repository, bench.worktreeRoot);
    const obeys = judge(async ({ signal }) => (await once(signal, "abort"), signal.throwIfAborted(), never()));
    for (const [verifier, notices] of [
      [judge(never), [{ code: "verifier-left" }]],
      [obeys, []],
    ] as const) {
      const outcome = await start([green, done], { verifiers: [verifier], deadlines: { verifyMs: 100 } }, "shell");
      expect(outcome).toMatchObject({ status: "failed", error: { code: "timeout" }, notices, verdict: null });
      expect(outcome.error?.message).toBe("The verifier shell did not end within 0.1 s.");
      await expectGoesOn(outcome, before);
    }
  });
});

describe("other things that heed no signal", () => {
  it("a tool: the model is told, and what was written is kept", async () => {
    const stop = new AbortController();
    const tool = { name: "hang", description: "Hangs.", effect: "execute", input: z.strictObject({}) } as const;
    const hang = { ...tool, run: async () => (setTimeout(() => stop.abort(), 20), never()) };
    const events = new TaskEvents();
    const told: string[] = [];
    events.on("tool-finished", ({ text }) => void told.push(text));
    const turns = [write("a.py"), { calls: [{ name: "hang", input: {} }] }];
    const outcome = await start(turns, { tools: [hang], signal: stop.signal, events });
    expect(outcome).toMatchObject({ status: "cancelled", error: { code: "aborted" }, stat: { files: 1 } });
    expect(told[1]).toContain("was left behind");
  });

  it("an agent's program that is asked what it is", async () => {
    const stop = new AbortController();
    const agent: Provider = { ...scriptedProvider({ kind: "agent", turns: [] }), check: never };
    setTimeout(() => stop.abort(), 500);
    const outcome = await start([], { providers: [agent], signal: stop.signal });
    expect(outcome).toMatchObject({ status: "cancelled", error: { code: "aborted" } });
  });

  it("a provider that is asked what it knows of a model", async () => {
    const silent = { ...scriptedProvider({ turns: [green, done] }), describe: never };
    const outcome = await start([], { providers: [silent], deadlines: { connectMs: 50 } });
    expect(outcome).toMatchObject({ status: "ready" });
  });
});
