import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  approve,
  errorData,
  openRun,
  type Outcome,
  reject,
  requestChanges,
  resumeTask,
  type RunOptions,
  runTask,
  type TaskSpec,
  type Verifier,
} from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

/** Says `passed` of every commit. */
const verifier: Verifier = {
  apiVersion: 1,
  name: "kind",
  verify: async ({ base, head }) => ({
    status: "passed",
    summary: "",
    verifier: { name: "kind", version: "1" },
    base,
    head,
    findings: [],
    fixable: false,
    durationMs: 1,
    evidence: {},
  }),
};

function given(turns: readonly Script[]) {
  const provider = scriptedProvider({ turns });
  return { provider, options: { providers: [provider], verifiers: [verifier], worktreeRoot: bench.worktreeRoot } };
}

function start(turns: readonly Script[], spec: Partial<TaskSpec> = {}, more: RunOptions = {}): Promise<Outcome> {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", verify: "kind", ...spec };
  return runTask(task, { ...given(turns).options, ...more });
}

/** A run whose approval was written down and broke off, because git held the branch. */
async function brokenOff(into: string): Promise<Outcome> {
  const run = await start([write("a.py"), done]);
  const lock = join(bench.repository.path, ".git/refs/heads", `${into}.lock`);
  await writeFile(lock, "");
  await expect(approve(run, { into })).rejects.toMatchObject({ code: "moved" });
  await rm(lock);
  expect(await openRun(run)).toMatchObject({ outcome: { review: "pending" } });
  return run;
}

/** A commit of somebody else on top of a run's branch. */
async function commitOnTop({ head, branch }: Outcome): Promise<string> {
  const tip = await bench.repository.git("commit-tree", "-p", head, "-m", "Mine", `${head}^{tree}`);
  await bench.repository.git("update-ref", `refs/heads/${branch}`, tip);
  return tip;
}

describe("an approval that broke off", () => {
  it("is carried out by resumeTask where it was meant to go", async () => {
    await bench.repository.git("branch", "release");
    const run = await brokenOff("release");
    expect(await resumeTask(run, given([]).options)).toMatchObject({ review: "approved" });
    expect(await bench.repository.head("release")).toBe(run.head);
    expect(await bench.repository.head("main")).toBe(run.base);
  });

  it("is carried out where it always went when the journal is one of before", async () => {
    const run = await brokenOff("release");
    const journal = join(bench.repository.path, ".git/aifactory/runs", run.id, "journal.jsonl");
    const text = await readFile(journal, "utf8");
    expect(text).toContain(',"ref":"refs/heads/release"');
    await writeFile(journal, text.replace(',"ref":"refs/heads/release"', ""));
    expect(await resumeTask(run, given([]).options)).toMatchObject({ review: "approved" });
    expect(await bench.repository.head("main")).toBe(run.head);
  });

  it("can be given again, for another branch", async () => {
    const run = await brokenOff("release");
    await approve(run);
    expect(await bench.repository.head("main")).toBe(run.head);
  });

  it("merges nothing once changes are asked for", async () => {
    const run = await brokenOff("release");
    const { provider, options } = given([write("b.py"), done]);
    expect(await requestChanges(run, "Also b.py", options)).toMatchObject({
      status: "ready",
      review: "pending",
      stat: { files: 2 },
    });
    expect(provider.requests).toHaveLength(2);
    expect(await bench.repository.head("main")).toBe(run.base);
    expect(await bench.repository.branches()).not.toContain("release");
  });

  it("does not merge what came on top of it: resumeTask refuses, requestChanges has it verified", async () => {
    const run = await brokenOff("release");
    const tip = await commitOnTop(run);
    await expect(resumeTask(run, given([]).options)).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining("requestChanges"),
    });
    await expect(approve(run)).rejects.toMatchObject({ code: "moved" });
    const again = await requestChanges(run, "Also b.py", given([write("b.py"), done]).options);
    expect(again).toMatchObject({ review: "pending", verdict: { status: "passed", head: again.head } });
    expect(await bench.repository.git("merge-base", "--is-ancestor", tip, again.head)).toBe("");
    expect(await bench.repository.branches()).not.toContain("release");
  });

  it("and had merged already is not turned down nor worked on", async () => {
    const run = await brokenOff("release");
    await bench.repository.git("branch", "release", run.head);
    const { provider, options } = given([]);
    const refused = { code: "not-pending", message: expect.stringContaining("refs/heads/release has it already") };
    await expect(reject(run)).rejects.toMatchObject(refused);
    await expect(requestChanges(run, "More", options)).rejects.toMatchObject(refused);
    expect(await resumeTask(run, options)).toMatchObject({ review: "approved" });
    expect(provider.requests).toEqual([]);
  });
});

describe("requestChanges", () => {
  it("works on where a run had failed", async () => {
    const failed = await start([write("a.py"), { error: errorData("auth", "The key is wrong.") }]);
    expect(failed).toMatchObject({ status: "failed", review: "pending" });
    const { provider, options } = given([write("b.py"), done]);
    const again = await requestChanges(failed, "Also b.py", options);
    expect(again).toMatchObject({ status: "ready", review: "pending", stat: { files: 2 } });
    expect(provider.requests).toHaveLength(2);
  });

  it("takes no words that git could not keep", async () => {
    const run = await start([write("a.py"), done]);
    await expect(requestChanges(run, "More\0", given([]).options)).rejects.toMatchObject({ code: "invalid-spec" });
  });

  it("works on where verification had broken, and where a run was stopped", async () => {
    const broken: Verifier = { ...verifier, verify: () => Promise.reject(new Error("boom")) };
    const failed = await start([write("a.py"), done], {}, { verifiers: [broken] });
    expect(failed).toMatchObject({ status: "failed", review: "pending" });
    const again = await requestChanges(failed, "Also b.py", given([write("b.py"), done]).options);
    expect(again).toMatchObject({ status: "ready", verdict: { head: again.head } });

    const stop = new AbortController();
    const stopping: Script = () => {
      stop.abort();
      return done;
    };
    const cancelled = await start([write("a.py"), stopping], {}, { signal: stop.signal });
    expect(cancelled).toMatchObject({ status: "cancelled", review: "pending" });
    expect(await requestChanges(cancelled, "Also b.py", given([write("b.py"), done]).options)).toMatchObject({
      status: "ready",
      stat: { files: 2 },
    });
  });
});

describe("approve", () => {
  it("does not take the verdict on another commit for one on this", async () => {
    const failed = await start([write("a.py"), done]);
    const runs = join(bench.repository.path, ".git/aifactory/runs", failed.id, "journal.jsonl");
    const tip = await commitOnTop(failed);
    const seq = (await readFile(runs, "utf8")).trim().split("\n").length + 1;
    const events = [
      { type: "checkpoint", step: "work-0", commit: tip, stat: failed.stat },
      { type: "run-failed", error: errorData("internal", "The verifier broke.") },
    ];
    const lines = events.map((event, at) => `${JSON.stringify({ seq: seq + at, at: failed.startedAt, event })}\n`);
    await writeFile(runs, (await readFile(runs, "utf8")) + lines.join(""));
    const { repo, id } = failed;
    await expect(approve({ repo, id })).rejects.toMatchObject({ code: "unverified" });
    expect(await bench.repository.head("main")).toBe(failed.base);
  });

  it("merges no other commit than the outcome's; a run's repository and id stand for what it is at", async () => {
    const seen = await start([write("a.py"), done]);
    const since = await requestChanges(seen, "Also b.py", given([write("b.py"), done]).options);
    expect(since.head).not.toBe(seen.head);
    const refused = { code: "moved", message: expect.stringContaining(`not at ${seen.head.slice(0, 12)}`) };
    await expect(approve(seen)).rejects.toMatchObject(refused);
    await expect(reject(seen)).rejects.toMatchObject(refused);
    await expect(requestChanges(seen, "More", given([]).options)).rejects.toMatchObject(refused);
    expect(await bench.repository.head("main")).toBe(seen.base);
    const { repo, id } = seen;
    expect(await openRun({ repo, id })).toMatchObject({ state: "waiting", outcome: { review: "pending" } });
    await approve({ repo, id });
    expect(await bench.repository.head("main")).toBe(since.head);
  });
});
