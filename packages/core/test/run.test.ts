import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  approve,
  compare,
  openRun,
  reject,
  requestChanges,
  type RunEvent,
  type Provider,
  runTask,
  TaskEvents,
  type TaskSpec,
  type Verdict,
  type Verifier,
} from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { done, isAlive, workbench, write } from "./workbench.js";

const bench = workbench();

function judge(...statuses: Verdict["status"][]): Verifier & { readonly judged: string[] } {
  const judged: string[] = [];
  return {
    apiVersion: 1,
    name: "judge",
    judged,
    async verify({ base, head }) {
      judged.push(head);
      const status = statuses[judged.length - 1] ?? "passed";
      const findings =
        status === "passed"
          ? []
          : [
              {
                code: "test-failed",
                message: "2 is not 3",
                severity: "error" as const,
                test: "test_x",
              },
            ];
      return {
        status,
        summary: `judged ${status}`,
        verifier: { name: "judge", version: "1" },
        base,
        head,
        findings,
        fixable: status === "failed",
        durationMs: 1,
        evidence: {},
      };
    },
  };
}

function start(turns: readonly Script[], spec: Partial<TaskSpec> = {}, options: Parameters<typeof runTask>[1] = {}) {
  const provider = scriptedProvider({ turns });
  const outcome = runTask(
    { repo: bench.repository.path, prompt: "Set x to 2", model: "scripted:one", ...spec },
    { providers: [provider], worktreeRoot: bench.worktreeRoot, ...options },
  );
  return { provider, outcome };
}

async function expectTidy(): Promise<void> {
  expect(await bench.repository.status()).toBe("");
  expect(await bench.repository.git("fsck", "--no-progress")).toBe("");
  expect((await bench.repository.git("worktree", "list", "--porcelain")).match(/^worktree /gm)).toHaveLength(1);
  const folders = await readdir(bench.worktreeRoot, { recursive: true });
  expect(folders.filter((name) => name.includes("/"))).toEqual([]);
}

describe("runTask", () => {
  it("does a task in a worktree and stops for review, the checkout untouched", async () => {
    const { outcome } = start([write("app.py", "x = 2\n"), done]);
    const result = await outcome;
    expect(result.error).toBeUndefined();
    expect(result).toMatchObject({
      status: "ready",
      review: "pending",
      stat: { files: 1, insertions: 1, deletions: 1 },
      turns: 2,
    });
    expect(await bench.repository.read("app.py", result.branch)).toBe("x = 2");
    expect(await bench.repository.read("app.py", "main")).toBe("x = 1");
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    await expectTidy();
  });

  it("is read by another process by its id", async () => {
    const result = await start([write("app.py", "x = 2\n"), done]).outcome;
    expect((await openRun({ repo: bench.repository.path, id: result.id })).outcome).toEqual(result);
  });

  it("verifies, lets the model fix what was found, and verifies again", async () => {
    const verifier = judge("failed", "passed");
    const { provider, outcome } = start(
      [write("app.py", "x = 3\n"), done, write("app.py", "x = 2\n"), done],
      { verify: "judge" },
      { verifiers: [verifier] },
    );
    const result = await outcome;
    expect(result).toMatchObject({
      status: "ready",
      verdict: { status: "passed", head: result.head },
    });
    expect(verifier.judged).toHaveLength(2);
    expect(provider.requests[2]?.messages[0]).toMatchObject({
      role: "user",
      text: expect.stringContaining("test_x: 2 is not 3"),
    });
  });

  it("fails when the verdict stays red, and does not merge that", async () => {
    const verifier = judge("failed", "failed");
    const turns = [write("app.py", "x = 3\n"), done, write("app.py", "x = 4\n"), done];
    const result = await start(turns, { verify: "judge", limits: { fixes: 1 } }, { verifiers: [verifier] }).outcome;
    expect(result).toMatchObject({
      status: "failed",
      review: "pending",
      error: { code: "verification-failed" },
    });
    await expect(approve(result)).rejects.toMatchObject({ code: "unverified" });
    expect(await bench.repository.head("main")).toBe(result.base);
  });

  it("ends as no-changes or stalled when nothing is written, never as ready", async () => {
    const result = await start([done, done, done, done]).outcome;
    expect(result).toMatchObject({ status: "stalled", review: "none", error: { code: "stalled" } });
    expect(result.nudges.map(({ rule }) => rule)).toEqual(["nothing-written", "nothing-written", "nothing-written"]);
    expect(await bench.repository.branches()).toEqual(["main"]);
    await expectTidy();
  });

  it("is partial when it stops after the first of several subtasks", async () => {
    const plan: Script = {
      calls: [{ name: "submit_plan", input: { subtasks: [{ title: "First" }, { title: "Second" }] } }],
    };
    const error = { code: "auth", message: "no", retryable: false } as const;
    const result = await start([plan, write("a.py", "1\n"), done, { error }], {
      model: { plan: "scripted:p", code: "scripted:c" },
    }).outcome;
    expect(result).toMatchObject({
      status: "partial",
      subtasks: { done: 1, total: 2 },
      error: { code: "auth" },
    });
    await expectTidy();
  });

  it("keeps what was written when it is aborted", async () => {
    const stop = new AbortController();
    const turns: Script[] = [
      write("app.py", "x = 2\n"),
      () => (setTimeout(() => stop.abort(), 10), { text: "thinking…", stalls: true }),
    ];
    const result = await start(turns, {}, { signal: stop.signal }).outcome;
    expect(result).toMatchObject({
      status: "cancelled",
      error: { code: "aborted" },
      stat: { files: 1 },
    });
    expect(await bench.repository.read("app.py", result.branch)).toBe("x = 2");
    await expectTidy();
  });

  it("stops at a limit and says which", async () => {
    const result = await start([write("a.py", "1\n"), write("b.py", "1\n"), write("c.py", "1\n")], {
      limits: { turns: 2 },
    }).outcome;
    expect(result).toMatchObject({
      status: "partial",
      error: { code: "limit-reached", message: expect.stringContaining("limits.turns") },
      stat: { files: 2 },
    });
  });

  it("stops inside a turn when its minutes are over", async () => {
    const result = await start([{ text: "hm", stalls: true }], { limits: { minutes: 0.005 } }).outcome;
    expect(result).toMatchObject({
      status: "failed",
      error: { code: "limit-reached", message: expect.stringContaining("limits.minutes") },
    });
    await expectTidy();
  });

  it("tells everything that happens, in order, and the journal keeps what matters", async () => {
    const events = new TaskEvents();
    const told: RunEvent["type"][] = [];
    events.on("event", ({ type }) => told.push(type));
    await start([write("app.py", "x = 2\n"), done], {}, { events }).outcome;
    expect(told.filter((type) => type !== "message" && type !== "turn-event")).toEqual([
      "run-started",
      "step-started",
      "turn-finished",
      "tool-started",
      "tool-finished",
      "checkpoint",
      "turn-finished",
      "tool-started",
      "tool-finished",
      "work-finished",
    ]);
  });

  it("rejects bad input before anything exists, naming the field and the fix", async () => {
    await expect(start([], { prompt: " " }).outcome).rejects.toMatchObject({
      code: "invalid-spec",
      message: expect.stringContaining("prompt: must say what to do"),
    });
    await expect(start([], { model: "calude:x" }).outcome).rejects.toMatchObject({
      code: "unknown-provider",
      message: expect.stringContaining("Did you mean claude:x?"),
    });
    await expect(start([], { repo: tmpdir() }).outcome).rejects.toMatchObject({
      code: "unsupported-repo",
      message: expect.stringContaining("git init"),
    });
    await expect(start([], { base: "nowhere" }).outcome).rejects.toMatchObject({
      code: "unsupported-repo",
    });
    await bench.repository.git("checkout", "--quiet", "--orphan", "unborn");
    await expect(start([]).outcome).rejects.toMatchObject({
      code: "unsupported-repo",
      message: expect.stringContaining("has no commit yet. Check out another"),
    });
    await bench.repository.git("checkout", "--quiet", "main");
    await expect(start([], { limits: { usd: 1 } }).outcome).rejects.toMatchObject({
      code: "unknown-price",
    });
    await expect(start([], { tools: ["read_files"] }).outcome).rejects.toMatchObject({
      code: "invalid-spec",
      message: expect.stringContaining("read_file"),
    });
    await expect(start([], { limits: { turn: 3 } as never }).outcome).rejects.toMatchObject({
      message: expect.stringContaining("limits.turn: no such field"),
    });
    expect(await bench.repository.branches()).toEqual(["main"]);
  });
});

describe("a run that is killed", () => {
  it("has lost nothing that was written down, holds no lock, and leaves no process", async () => {
    const script = join(import.meta.dirname, "fixtures", "run.ts");
    const parent = spawn(
      process.execPath,
      ["--conditions=aifactory-source", "--import", "tsx", script, bench.repository.path, bench.worktreeRoot],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
    const [id, pid] = chunk.toString().trim().split(" ") as [string, string];
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const { outcome } = await openRun({ repo: bench.repository.path, id });
    expect(outcome).toMatchObject({ id, stat: { files: 1 }, turns: 2 });
    expect(await bench.repository.read("app.py", outcome.branch)).toBe("x = 2");
    expect(await bench.repository.git("fsck", "--no-progress")).toBe("");
    await expect.poll(() => isAlive(Number(pid)), { timeout: 5_000 }).toBe(false);
    await expect(approve(outcome)).rejects.toMatchObject({ code: "not-pending" });
  });
});

describe("compare", () => {
  it("runs the same task from the same commit on each model, and one that can't start stops no other", async () => {
    const providers = ["one", "two"].map((name) =>
      scriptedProvider({ name, turns: [write("app.py", `x = "${name}"\n`), done] }),
    );
    const rows = await compare({ repo: bench.repository.path, prompt: "Set x" }, ["one:m", "nobody:m", "two:m"], {
      providers,
      worktreeRoot: bench.worktreeRoot,
      concurrency: 2,
    });
    expect(rows.map(({ model, outcome, error }) => [model, outcome?.status ?? error?.code])).toEqual([
      ["one:m", "ready"],
      ["nobody:m", "unknown-provider"],
      ["two:m", "ready"],
    ]);
    expect(new Set(rows.flatMap(({ outcome }) => outcome?.base ?? []))).toEqual(
      new Set([await bench.repository.head("main")]),
    );
    await expectTidy();
  });
});

describe("review", () => {
  const finished = () =>
    start([write("app.py", "x = 2\n"), done], { verify: "judge" }, { verifiers: [judge("passed")] }).outcome;

  it("merges exactly the commit that was verified, and a clean checkout follows", async () => {
    const result = await finished();
    const merged = await approve(result, { by: "Ada" });
    expect(merged.review).toBe("approved");
    expect(await bench.repository.head("main")).toBe(result.head);
    expect(await bench.repository.status()).toBe("");
    expect(await bench.repository.read("app.py")).toBe("x = 2");
    await expect(approve(result)).rejects.toMatchObject({ code: "not-pending" });
  });

  it("refuses when the checkout is dirty, and leaves it alone", async () => {
    const result = await finished();
    await bench.repository.write({ "app.py": "mine\n" });
    await expect(approve(result)).rejects.toMatchObject({ code: "conflict" });
    expect(await bench.repository.status()).toBe(" M app.py");
    expect(await bench.repository.head("main")).toBe(result.base);
  });

  it("refuses when the base or the branch has moved", async () => {
    const result = await finished();
    await bench.repository.commit("Meanwhile", { "other.py": "1\n" });
    await expect(approve(result)).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining("main has moved"),
    });
    await bench.repository.git("update-ref", `refs/heads/${result.branch}`, result.base);
    await expect(approve(result)).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining("was verified"),
    });
  });

  it("merges into a branch that nobody has checked out without touching anything else", async () => {
    const result = await finished();
    await approve(result, { into: "reviewed" });
    expect(await bench.repository.head("reviewed")).toBe(result.head);
    expect(await bench.repository.head("main")).toBe(result.base);
    expect(await bench.repository.status()).toBe("");
  });

  it("rejects, and keeps the branch", async () => {
    const result = await finished();
    expect((await reject(result, { reason: "No." })).review).toBe("rejected");
    await expect(approve(result)).rejects.toMatchObject({ code: "not-pending" });
    expect(await bench.repository.branches()).toContain(result.branch);
  });

  it("goes on with what a reviewer asks for, and verifies again", async () => {
    const result = await finished();
    const provider = scriptedProvider({ turns: [write("app.py", "x = 5\n"), done] });
    const again = await requestChanges(result, "Make it 5", {
      providers: [provider],
      verifiers: [judge("passed")],
      worktreeRoot: bench.worktreeRoot,
    });
    expect(again).toMatchObject({
      id: result.id,
      status: "ready",
      review: "pending",
      verdict: { status: "passed", head: again.head },
    });
    expect(again.head).not.toBe(result.head);
    expect(provider.requests[0]?.messages[0]).toMatchObject({
      text: expect.stringContaining("Make it 5"),
    });
    await approve(again);
    expect(await bench.repository.read("app.py")).toBe("x = 5");
  });

  it("merges by itself under review: auto, only when the verdict is passed", async () => {
    const spec = { verify: "judge", review: "auto" } as const;
    const green = await start([write("app.py", "x = 2\n"), done], spec, {
      verifiers: [judge("passed")],
    }).outcome;
    expect(green.review).toBe("approved");
    const unproven = await start([write("app.py", "x = 3\n"), done], spec, {
      verifiers: [judge("unproven")],
    }).outcome;
    expect(unproven).toMatchObject({ status: "ready", review: "pending" });
    expect(await bench.repository.head("main")).toBe(green.head);
  });

  it("refuses a NUL character in what is asked for, and takes none from a plan", async () => {
    for (const spec of [{ prompt: "a\0b" }, { base: "main\0" }, { repo: "/tmp\0" }, { model: "scripted:\0" }]) {
      await expect(start([], spec).outcome).rejects.toMatchObject({ code: "invalid-spec" });
    }
    const plan = { calls: [{ name: "submit_plan", input: { subtasks: [{ title: "a\0b" }] } }] };
    const model = { plan: "scripted:m", code: "scripted:m" };
    const outcome = await start([plan, write("app.py", "x = 2\n"), done], { model }).outcome;
    expect(outcome).toMatchObject({ status: "ready" });
    expect(await bench.repository.git("log", "-1", "--format=%s", outcome.branch)).toBe("a b");
  });

  it("is ready when it is stopped after it was merged", async () => {
    const stop = new AbortController();
    const events = new TaskEvents();
    events.on("published", () => stop.abort());
    const options = { verifiers: [judge("passed")], events, signal: stop.signal };
    const outcome = await start([write("app.py", "x = 2\n"), done], { verify: "judge", review: "auto" }, options)
      .outcome;
    expect(stop.signal.aborted).toBe(true);
    expect(outcome).toMatchObject({ status: "ready", review: "approved" });
    expect(await bench.repository.head("main")).toBe(outcome.head);
  });
});

describe("what others wrote", () => {
  const spec = { verify: "judge" } as const;
  const verifying = (verify: Verifier["verify"]): Parameters<typeof runTask>[1] => ({
    verifiers: [{ apiVersion: 1, name: "judge", verify }],
  });

  it.each([
    ["nothing", () => undefined],
    ["null", () => null],
    ["a word", () => "passed"],
    ["no findings", (verdict: Verdict) => ({ ...verdict, findings: undefined })],
    ["a verdict on another commit", (verdict: Verdict) => ({ ...verdict, head: verdict.base })],
  ])("a verifier that gives %s ends the run as failed, and is asked once", async (_what, given) => {
    let asked = 0;
    const whole = judge("passed");
    const options = verifying(async (request) => {
      asked += 1;
      return given(await whole.verify(request)) as Verdict;
    });
    const outcome = await start([write("app.py", "x = 2\n"), done], spec, options).outcome;
    expect(outcome).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("The verifier judge ") },
    });
    expect(asked).toBe(1);
  });

  it("a verifier or a provider that throws at once ends the run as failed", async () => {
    const oops = (): never => {
      throw new Error("oops");
    };
    const outcome = await start([write("app.py", "x = 2\n"), done], spec, verifying(oops)).outcome;
    expect(outcome).toMatchObject({ status: "failed", error: { message: expect.stringContaining("oops") } });
    for (const kind of ["model", "agent"] as const) {
      const provider: Provider = { apiVersion: 1, name: "one", kind, turn: oops, describe: oops, check: oops };
      const task = { repo: bench.repository.path, prompt: "Do it", model: "one:m" };
      const failed = await runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot });
      expect(failed).toMatchObject({ error: { code: "provider-broken", message: expect.stringContaining("oops") } });
    }
  });

  it("a listener that throws or rejects stops nobody and is a warning, and one that listens once hears one event", async () => {
    const warned: string[] = [];
    const hear = ({ message }: Error): number => warned.push(message);
    process.on("warning", hear);
    const events = new TaskEvents();
    const heard: string[] = [];
    events.once("message", ({ type }) => heard.push(type));
    events.on("checkpoint", () => {
      throw new Error("thrown");
    });
    events.on("turn-finished", async () => {
      throw new Error("rejected");
    });
    events.on("run-started", function (this: unknown) {
      heard.push(this === events ? "itself" : "another");
    });
    const outcome = await start([write("app.py", "x = 2\n"), done], {}, { events }).outcome;
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", hear);
    expect(outcome.status).toBe("ready");
    expect(heard).toEqual(["itself", "message"]);
    const failed = (name: string): unknown => expect.stringContaining(`A listener of ${name} failed: `);
    expect(warned).toEqual(expect.arrayContaining([failed("checkpoint"), failed("turn-finished")]));
  });
});
