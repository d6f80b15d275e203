import { writeFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  approve,
  cleanRuns,
  errorData,
  listRuns,
  openRun,
  type Outcome,
  reject,
  requestChanges,
  resumeTask,
  type RunOptions,
  runTask,
  TaskEvents,
  type TaskSpec,
} from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

function start(turns: readonly Script[], options: RunOptions = {}, spec: Partial<TaskSpec> = {}): Promise<Outcome> {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec };
  return runTask(task, { providers: [scriptedProvider({ turns })], worktreeRoot: bench.worktreeRoot, ...options });
}

/** A run that git refuses every commit from the given call of a tool on. */
function startHeld(turns: readonly Script[], fromCall: number): Promise<Outcome> {
  const events = new TaskEvents();
  let calls = 0;
  events.on("tool-started", (_event, id) => {
    if (++calls === fromCall) writeFileSync(join(bench.repository.path, ".git/refs/heads/aifactory", `${id}.lock`), "");
  });
  return start(turns, { events });
}

describe("what could not be committed", () => {
  it.each([
    ["approve", (run: Outcome) => approve(run, { unverified: true })],
    ["reject", (run: Outcome) => reject(run)],
  ] as const)(
    "is kept by %s of what was committed before, and by cleanRuns, which says where",
    async (_name, decide) => {
      const failed = await startHeld([write("a.py"), write("b.py", "hours of work\n"), done], 2);
      expect(failed).toMatchObject({ review: "pending", stat: { files: 1 } });
      const { worktree = "" } = await openRun(failed);
      await decide(failed);
      const why = expect.stringContaining(`uncommitted files in ${worktree}`);
      expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [], kept: [{ id: failed.id, why }] });
      expect(await readFile(join(worktree, "b.py"), "utf8")).toBe("hours of work\n");
    },
  );

  it("is kept where nothing was committed before", async () => {
    const failed = await startHeld([write("a.py", "hours of work\n"), done], 1);
    const { worktree = "" } = await openRun(failed);
    expect(await cleanRuns(bench.repository.path)).toMatchObject({ removed: [] });
    await reject(failed);
    expect(await cleanRuns(bench.repository.path)).toMatchObject({ removed: [] });
    expect(await readFile(join(worktree, "a.py"), "utf8")).toBe("hours of work\n");
  });
});

describe("a run that can be resumed", () => {
  it("is kept with its plan, until it is rejected", async () => {
    const subtasks = [{ title: "one" }, { title: "two" }];
    const plan = { calls: [{ name: "submit_plan", input: { subtasks } }] };
    const model = { plan: "scripted:m", code: "scripted:m" };
    const failed = await start([plan, { error: errorData("quota", "No credit.") }], {}, { model });
    expect(failed).toMatchObject({ status: "failed", review: "none", subtasks: { total: 2 } });
    const why = expect.stringContaining("can be resumed");
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [], kept: [{ id: failed.id, why }] });
    await reject(failed);
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [failed.id], kept: [] });
  });

  it("is removed when it has made nothing", async () => {
    const failed = await start([{ error: errorData("auth", "The key is wrong.") }]);
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [failed.id], kept: [] });
  });
});

describe("a run that another container, or one that is over, has locked", () => {
  it("is not taken over, and who tries is told how to unlock it", async () => {
    const run = await start([write("a.py"), { error: errorData("auth", "The key is wrong.") }]);
    const lock = join(bench.repository.path, ".git/aifactory/runs", run.id, "lock");
    await writeFile(lock, "4026539999-7-12345");
    const cure = expect.stringContaining(`rm '${lock}'`);
    const options = { providers: [scriptedProvider({ turns: [done] })], worktreeRoot: bench.worktreeRoot };
    await expect(resumeTask(run, options)).rejects.toMatchObject({ code: "locked", message: cure });
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [], kept: [{ id: run.id, why: cure }] });
    await rm(lock);
    expect(await resumeTask(run, options)).toMatchObject({ status: "ready" });
  });
});

describe("a run whose journal can't be read", () => {
  const journalOf = ({ id }: Outcome): string =>
    join(bench.repository.path, ".git/aifactory/runs", id, "journal.jsonl");

  it("is kept, and told", async () => {
    const run = await start([write("a.py"), done]);
    const file = journalOf(run);
    await rename(file, `${file}.aside`);
    // As one that the system gives no more files for.
    await mkdir(file);
    const folder = dirname(file);
    await utimes(folder, 0, 0);
    await expect(openRun(run)).rejects.toMatchObject({
      code: "disk",
      message: expect.stringContaining("can't be read"),
    });
    expect(await listRuns(bench.repository.path)).toMatchObject([{ id: run.id, state: "damaged" }]);
    const why = expect.stringContaining("can't be read");
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [], kept: [{ id: run.id, why }] });
    await rm(file, { recursive: true });
    await rename(`${file}.aside`, file);
    expect(await openRun(run)).toMatchObject({ state: "waiting" });
  });

  it("is read where its lines are longer than what is read at once, to the character", async () => {
    const prompt = "äö€\u{1f600}".repeat(50_000);
    const run = await start([write("a.py"), done], {}, { prompt });
    expect(await openRun(run)).toMatchObject({ state: "waiting", outcome: { head: run.head } });
    const journal = await readFile(journalOf(run), "utf8");
    await writeFile(journalOf(run), `${journal}{"cut`);
    const again = await requestChanges(run, prompt, {
      providers: [scriptedProvider({ turns: [write("b.py"), done] })],
      worktreeRoot: bench.worktreeRoot,
    });
    expect(again).toMatchObject({ status: "ready", stat: { files: 2 } });
    expect((await readFile(journalOf(run), "utf8")).startsWith(journal)).toBe(true);
    expect(await openRun(run)).toMatchObject({ outcome: { head: again.head } });
  });
});

describe("a run's branch that somebody has checked out", () => {
  it.each([
    ["reject", (run: Outcome) => reject(run)],
    ["approve", (run: Outcome) => approve(run, { unverified: true })],
  ] as const)("is not removed after %s, here and in another checkout", async (_name, decide) => {
    const { repository } = bench;
    const run = await start([write("a.py"), done]);
    await decide(run);
    const linked = join(repository.path, "..", "linked");
    await repository.git("worktree", "add", "--quiet", linked, run.branch);
    const why = (folder: string) => ({ removed: [], kept: [{ id: run.id, why: expect.stringContaining(folder) }] });
    expect(await cleanRuns(repository.path)).toEqual(why(linked));
    await repository.git("worktree", "remove", linked);
    await repository.git("checkout", "--quiet", run.branch);
    expect(await cleanRuns(repository.path)).toEqual(why(repository.path));
    expect(await repository.head()).toBe(run.head);
    await repository.git("checkout", "--quiet", "main");
    expect(await cleanRuns(repository.path)).toEqual({ removed: [run.id], kept: [] });
  });

  it.each([
    ["requestChanges", (run: Outcome, options: RunOptions) => requestChanges(run, "More", options)],
    ["resumeTask", (run: Outcome, options: RunOptions) => resumeTask(run, options)],
  ] as const)("does not move under it by %s, and nothing is spent", async (name, goOn) => {
    const { repository } = bench;
    const stop = { error: errorData("auth", "No.") };
    const run = await start([write("a.py"), ...(name === "resumeTask" ? [stop] : [done])]);
    await repository.git("checkout", "--quiet", run.branch);
    const provider = scriptedProvider({ turns: [write("b.py"), done] });
    const options = { providers: [provider], worktreeRoot: bench.worktreeRoot };
    await expect(goOn(run, options)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`git -C ${repository.path} switch --detach`),
    });
    expect(provider.requests).toEqual([]);
    expect(await repository.head()).toBe(run.head);
    expect(await repository.status()).toBe("");
    await repository.git("switch", "--quiet", "--detach");
    expect(await goOn(run, options)).toMatchObject({ status: "ready", stat: { files: 2 } });
  });
});
