import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  approve,
  cleanRuns,
  errorData,
  type Limits,
  listRuns,
  openRun,
  type Outcome,
  reject,
  requestChanges,
  resumeTask,
  runTask,
  TaskEvents,
  type TaskSpec,
} from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

const broken = { error: errorData("auth", "The key is wrong.") };

function start(
  turns: readonly Script[],
  spec: Partial<TaskSpec> = {},
  options: Parameters<typeof runTask>[1] = {},
): Promise<Outcome> {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec };
  return runTask(task, { providers: [scriptedProvider({ turns })], worktreeRoot: bench.worktreeRoot, ...options });
}

function goOn(run: Outcome, turns: readonly Script[], options: Parameters<typeof resumeTask>[1] = {}) {
  const provider = scriptedProvider({ turns });
  const outcome = resumeTask(run, { providers: [provider], worktreeRoot: bench.worktreeRoot, ...options });
  return { provider, outcome };
}

describe("resumeTask", () => {
  it("goes on where a run failed, with the conversation as it was", async () => {
    const failed = await start([write("a.py"), broken]);
    expect(failed).toMatchObject({ status: "failed", error: { code: "auth" }, stat: { files: 1 } });
    const { provider, outcome } = goOn(failed, [write("b.py"), done]);
    expect(await outcome).toMatchObject({ id: failed.id, status: "ready", stat: { files: 2 }, turns: 4 });
    expect(provider.requests[0]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  });

  it("goes on after a limit, with a new one", async () => {
    const limited = await start([write("a.py"), write("b.py")], { limits: { turns: 2 } });
    expect(limited).toMatchObject({ status: "partial", error: { code: "limit-reached" } });
    const again = await goOn(limited, []).outcome;
    expect(again).toMatchObject({ status: "partial", error: { code: "limit-reached" }, turns: 2 });
    expect(await goOn(again, [done], { limits: { turns: 3 } }).outcome).toMatchObject({ status: "ready", turns: 3 });
  });

  it.each([
    ["no number", { minutes: Number.NaN }, "limits.minutes"],
    ["below 0", { turns: -3 }, "limits.turns"],
    ["in words", { tokens: "many" }, "limits.tokens"],
    ["that do not exist", { turn: 4 }, "limits.turn: no such field; there are turns"],
    ["that are none", 4, "limits"],
    ["of dollars without a known price", { usd: 0.01 }, "limits.usd"],
  ])("refuses limits %s, writes nothing down and asks no model", async (_what, limits, message) => {
    const failed = await start([write("a.py"), broken]);
    const journal = join(bench.repository.path, ".git/aifactory/runs", failed.id, "journal.jsonl");
    const before = await readFile(journal, "utf8");
    const tried = goOn(failed, [], { limits: limits as Limits });
    const code = message === "limits.usd" ? "unknown-price" : "invalid-spec";
    await expect(tried.outcome).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(tried.provider.requests).toEqual([]);
    expect(await readFile(journal, "utf8")).toBe(before);
    expect(await goOn(failed, [done], { limits: { turns: undefined } }).outcome).toMatchObject({
      status: "ready",
    });
  });

  it("begins anew where a model had stalled", async () => {
    const stalled = await start([{ text: "" }], { nudges: { empty: 0 } });
    expect(stalled.status).toBe("stalled");
    const { provider, outcome } = goOn(stalled, [write("a.py"), done]);
    expect(await outcome).toMatchObject({ status: "ready" });
    expect(provider.requests[0]?.messages).toMatchObject([{ role: "user", text: "Do it" }]);
  });

  it("tells an agent what happened, and keeps what it had written", async () => {
    const providers = [
      scriptedProvider({
        kind: "agent",
        turns: [
          { files: { "a.py": "1\n" }, ...broken },
          { text: "Done.", files: { "b.py": "2\n" } },
        ],
      }),
    ];
    const options = { providers, worktreeRoot: bench.worktreeRoot };
    const failed = await runTask({ repo: bench.repository.path, prompt: "Do it", model: "scripted:m" }, options);
    expect(await resumeTask(failed, options)).toMatchObject({ status: "ready", stat: { files: 2 } });
    expect(providers[0]?.requests[1]?.messages.at(-1)?.text).toContain("interrupted");
  });

  it("says so when there is nothing to go on with, and asks no model", async () => {
    const ready = await start([write("a.py"), done]);
    const tried = goOn(ready, []);
    await expect(tried.outcome).rejects.toMatchObject({
      code: "not-resumable",
      message: expect.stringContaining("waits"),
    });
    expect(tried.provider.requests).toEqual([]);
    await approve(ready, { unverified: true });
    await expect(goOn(ready, []).outcome).rejects.toMatchObject({ message: expect.stringContaining("merged") });
    const nothing = { ...ready, id: "20200101-000000-00000000" };
    await expect(goOn(nothing, []).outcome).rejects.toMatchObject({ code: "unknown-run" });
  });

  it("refuses when its branch was moved off its work, and changes nothing", async () => {
    const failed = await start([write("a.py"), broken]);
    await bench.repository.git("update-ref", `refs/heads/${failed.branch}`, failed.base);
    await expect(goOn(failed, [done]).outcome).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining(`git update-ref refs/heads/${failed.branch}`),
    });
    await bench.repository.git("update-ref", `refs/heads/${failed.branch}`, failed.head);
    expect(await goOn(failed, [done]).outcome).toMatchObject({ status: "ready" });
  });

  it("takes over what was written, but not the draft of a file that was being written", async () => {
    const failed = await start([write("a.py"), broken]);
    const left = join(bench.worktreeRoot, failed.id);
    await bench.repository.git("worktree", "add", "--force", left, failed.branch);
    await writeFile(join(bench.repository.path, ".git/aifactory/runs", failed.id, "worktree"), left);
    await writeFile(join(left, "b.py"), "1\n");
    await writeFile(join(left, `.aifactory-${randomUUID()}`), "1");
    expect(await goOn(failed, [done]).outcome).toMatchObject({ status: "ready", stat: { files: 2 } });
  });

  it("goes on although a git that was killed holds the branch", async () => {
    const failed = await start([write("a.py"), broken]);
    await writeFile(join(bench.repository.path, ".git/refs/heads", `${failed.branch}.lock`), "");
    expect(await goOn(failed, [write("b.py"), done]).outcome).toMatchObject({ status: "ready", stat: { files: 2 } });
  });

  it("finds in its worktree what could not be committed, because git held the branch", async () => {
    const events = new TaskEvents();
    events.on("tool-started", (_event, id) => {
      writeFileSync(join(bench.repository.path, ".git/refs/heads/aifactory", `${id}.lock`), "");
    });
    const failed = await start([write("a.py"), done], {}, { events });
    expect(failed).toMatchObject({ status: "failed", error: { code: "git" }, stat: { files: 0 } });
    expect(failed.notices).toMatchObject([{ code: "worktree-left" }]);
    const { worktree = "" } = await openRun(failed);
    expect(failed.notices[0]?.message).toContain(worktree);
    expect(await goOn(failed, [done]).outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
    expect(await readdir(bench.worktreeRoot)).toEqual([]);
  });

  it("makes a deleted branch again, from what the run had committed", async () => {
    const failed = await start([write("a.py"), broken]);
    await bench.repository.git("update-ref", "-d", `refs/heads/${failed.branch}`);
    expect(await goOn(failed, [write("b.py"), done]).outcome).toMatchObject({ status: "ready", stat: { files: 2 } });
  });

  it("takes no worktree over that was half made or half removed: what is missing there was not deleted", async () => {
    const failed = await start([write("a.py"), broken]);
    const half = join(bench.worktreeRoot, failed.id);
    await mkdir(half);
    await writeFile(join(bench.repository.path, ".git/aifactory/runs", failed.id, "worktree-partial"), half);
    const outcome = await goOn(failed, [write("b.py"), done]).outcome;
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2, deletions: 0 } });
    expect(await readdir(bench.worktreeRoot)).not.toContain(failed.id);
  });

  it("finds a repository that has moved", async () => {
    const failed = await start([write("a.py"), broken]);
    const moved = `${bench.repository.path}-elsewhere`;
    await bench.repository.git("worktree", "prune");
    await rename(bench.repository.path, moved);
    expect(await goOn({ ...failed, repo: moved }, [done]).outcome).toMatchObject({ status: "ready", repo: moved });
    await rename(moved, bench.repository.path);
  });
});

describe("the runs of a repository", () => {
  it("are listed, the newest first, each with where it stands", async () => {
    const first = await start([write("a.py"), done]);
    const second = await start([broken]);
    await approve(first, { unverified: true });
    const runs = await listRuns(bench.repository.path);
    expect(runs.map(({ state }) => state)).toEqual(["ended", "ended"]);
    expect(new Set(runs.map(({ id }) => id))).toEqual(new Set([first.id, second.id]));
    expect(await openRun(first)).toMatchObject({ state: "ended", outcome: { review: "approved" } });
  });

  it("are cleaned when they are over; what waits and what can't be read stays", async () => {
    const merged = await start([write("a.py"), done]);
    await approve(merged, { unverified: true });
    const rejected = await start([write("b.py"), done]);
    await reject(rejected);
    const waiting = await start([write("c.py"), done]);
    const damaged = await start([write("d.py"), done]);
    const journal = join(bench.repository.path, ".git/aifactory/runs", damaged.id, "journal.jsonl");
    await writeFile(journal, "{ half a line\n");

    expect(await cleanRuns(bench.repository.path, { olderThanDays: 1 })).toMatchObject({ removed: [] });
    const { removed, kept } = await cleanRuns(bench.repository.path);
    expect(removed.toSorted()).toEqual([merged.id, rejected.id].toSorted());
    expect(kept.toSorted((one, other) => (one.why < other.why ? -1 : 1))).toMatchObject([
      { id: waiting.id, why: "it waits for review" },
      { id: damaged.id, why: expect.stringContaining("damaged") },
    ]);
    expect((await bench.repository.branches()).toSorted()).toEqual([damaged.branch, waiting.branch, "main"].toSorted());
    await expect(openRun(merged)).rejects.toMatchObject({ code: "unknown-run" });
    expect(await bench.repository.read("a.py", "main")).toBe("1");
  });

  it("are not what was killed before its first entry, and that is cleaned too", async () => {
    const runs = join(bench.repository.path, ".git/aifactory/runs");
    for (const [id, text] of Object.entries({ none: undefined, empty: "", half: '{"seq":1' })) {
      await mkdir(join(runs, id), { recursive: true });
      if (text !== undefined) await writeFile(join(runs, id, "journal.jsonl"), text);
      if (id !== "empty") await utimes(join(runs, id), 0, 0);
    }
    expect(await listRuns(bench.repository.path)).toEqual([]);
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [], kept: [] });
    expect(await readdir(runs)).toEqual(["empty"]);
  });

  it("keep a branch that somebody built upon", async () => {
    const run = await start([write("a.py"), done]);
    await reject(run);
    const tip = await bench.repository.git("commit-tree", "-p", run.head, "-m", "Mine", `${run.head}^{tree}`);
    await bench.repository.git("update-ref", `refs/heads/${run.branch}`, tip);
    expect(await cleanRuns(bench.repository.path)).toMatchObject({ removed: [run.id] });
    expect(await bench.repository.head(run.branch)).toBe(tip);
  });
});

describe("models in a list", () => {
  const outage = { error: errorData("quota", "No credit is left.") };
  const chain = (first: readonly Script[], second: readonly Script[], spec: Partial<TaskSpec> = {}) => {
    const providers = [
      scriptedProvider({ name: "one", turns: first }),
      scriptedProvider({ name: "two", turns: second }),
    ];
    const task = { repo: bench.repository.path, prompt: "Do it", model: ["one:m", "two:n"], ...spec };
    return {
      providers,
      outcome: runTask(task, { providers, worktreeRoot: bench.worktreeRoot, retry: { attempts: 1 } }),
    };
  };

  it("take over from one another, with the work so far and what was tried", async () => {
    const tries: Script = {
      text: "I try the tests.",
      calls: [
        { name: "run_command", input: { command: "exit 7" } },
        { name: "read_file", input: { path: "none.py" } },
      ],
    };
    const { providers, outcome } = chain([write("a.py", "x = 41\n"), tries, outage], [write("b.py"), done]);
    expect(await outcome).toMatchObject({
      status: "ready",
      stat: { files: 2 },
      models: [{ asked: "one:m" }, { asked: "two:n" }],
      handovers: [{ step: "work-0", from: "one:m", to: "two:n", error: { code: "quota" } }],
    });
    const [asked, ...others] = providers[1]?.requests[0]?.messages ?? [];
    expect(others).toEqual([]);
    const tried =
      "- write_file(path: a.py)\n- run_command(command: exit 7)\n- read_file(path: none.py): failed\n\nIts last words:\nI try the tests.";
    for (const fact of ["Do it", "one:m", "No credit is left.", tried, "+x = 41"]) expect(asked?.text).toContain(fact);
  });

  it("take over from one that stalls, and a kind may follow the other", async () => {
    const providers = [
      scriptedProvider({ name: "one", turns: [{ text: "" }] }),
      scriptedProvider({ name: "two", kind: "agent", turns: [{ text: "Done.", files: { "a.py": "1\n" } }] }),
    ];
    const task = { repo: bench.repository.path, prompt: "Do it", model: ["one:m", "two:n"], nudges: { empty: 0 } };
    const outcome = await runTask(task, { providers, worktreeRoot: bench.worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready", handovers: [{ error: { code: "stalled" } }] });
  });

  it("never go back, also not for a fix", async () => {
    let judged = 0;
    const verdict = { summary: "", verifier: { name: "v", version: "1" }, findings: [], durationMs: 1, evidence: {} };
    const verifier = {
      apiVersion: 1,
      name: "v",
      verify: async ({ base, head }: { base: string; head: string }) =>
        ({ ...verdict, status: judged++ === 0 ? "failed" : "passed", base, head, fixable: true }) as const,
    } as const;
    const providers = [
      scriptedProvider({ name: "one", turns: [outage] }),
      scriptedProvider({ name: "two", turns: [write("a.py"), done, write("b.py"), done] }),
    ];
    const task = { repo: bench.repository.path, prompt: "Do it", model: ["one:m", "two:n"], verify: "v" };
    const options = { providers, verifiers: [verifier], worktreeRoot: bench.worktreeRoot };
    expect(await runTask(task, options)).toMatchObject({ status: "ready" });
    expect(providers.map(({ requests }) => requests.length)).toEqual([1, 4]);
  });

  it("end with the last one's error, and are not asked for a bad request", async () => {
    const both = chain([outage], [outage]);
    expect(await both.outcome).toMatchObject({
      status: "failed",
      error: { code: "quota" },
      handovers: [{ to: "two:n" }],
    });
    const bad = chain([{ error: errorData("invalid-request", "No such field.") }], [done]);
    expect(await bad.outcome).toMatchObject({ status: "failed", error: { code: "invalid-request" }, handovers: [] });
    expect(bad.providers[1]?.requests).toEqual([]);
  });

  it("are each checked before anything exists", async () => {
    const task = { repo: bench.repository.path, prompt: "Do it", model: ["one:m", "nobody:n"] };
    const providers = [scriptedProvider({ name: "one", turns: [] })];
    await expect(runTask(task, { providers })).rejects.toMatchObject({ code: "unknown-provider" });
    await expect(runTask({ ...task, model: [] })).rejects.toMatchObject({ code: "invalid-spec" });
  });

  it("go on with the one whose turn it is when a run is resumed", async () => {
    const first = await chain([outage], [write("a.py"), broken]).outcome;
    const again = [scriptedProvider({ name: "one", turns: [] }), scriptedProvider({ name: "two", turns: [done] })];
    const outcome = await resumeTask(first, { providers: again, worktreeRoot: bench.worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready" });
    expect(again[1]?.requests[0]?.messages.length).toBe(3);
  });

  it("can be had for a change that a reviewer asks for too", async () => {
    const first = await chain([outage], [write("a.py"), done]).outcome;
    const providers = [
      scriptedProvider({ name: "one", turns: [] }),
      scriptedProvider({ name: "two", turns: [write("b.py"), done] }),
    ];
    const outcome = await requestChanges(first, "And b", { providers, worktreeRoot: bench.worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2 } });
    expect(providers[1]?.requests[0]?.messages).toHaveLength(1);
  });
});
