import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  access,
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cleanRuns, listRuns, openRun, reject, resumeTask, runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

// A repository can come with a git directory that somebody else has made, and so with runs that nobody ran here.

const bench = workbench();
const id = "20260101-000000-aaaaaaaa";

let victim: string;
beforeEach(async () => {
  victim = await mkdtemp(join(tmpdir(), "aifactory-victim-"));
  await mkdir(join(victim, "project"));
  await writeFile(join(victim, "project", "thesis.txt"), "years");
  for (const path of [join(victim, "project"), victim]) await utimes(path, 0, 0);
});
afterEach(async () => {
  // Whatever was tried, it must still be there.
  await access(join(victim, "project", "thesis.txt"));
  await rm(victim, { recursive: true, force: true });
});

/** The folder of a run that failed, or of another one that its events are to tell of. */
async function plant(started: object = {}, ...more: readonly object[]): Promise<string> {
  const base = await bench.repository.head();
  const limits = { turns: 100, fixes: 2, minutes: 60 };
  const spec = { repo: ".", prompt: "x", model: "scripted:m", base: "HEAD", limits, review: "required" };
  const branch = `aifactory/${id}`;
  const first = { type: "run-started", id, spec, base, baseRef: "refs/heads/main", branch, dirty: [], ...started };
  const failed = { type: "run-failed", error: { code: "auth", message: "no", retryable: false } };
  const entries = [first, ...more, failed].map((event, at) => ({ seq: at + 1, at: "2026-01-01T00:00:00.000Z", event }));
  const folder = join(bench.repository.path, ".git/aifactory/runs", id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "journal.jsonl"), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return folder;
}

const rejected = { type: "reviewed", decision: "reject", commit: "" };
const clean = () => cleanRuns(bench.repository.path);
const resume = () =>
  resumeTask(
    { repo: bench.repository.path, id },
    { providers: [scriptedProvider({ turns: [write("a.py"), done] })], worktreeRoot: bench.worktreeRoot },
  );

describe("a planted run", () => {
  it.each(["worktree", "worktree-partial"])("that names a folder as its %s does not have it removed", async (note) => {
    const folder = await plant({}, rejected);
    await writeFile(join(folder, note), join(victim, "project"));
    expect(await clean()).toMatchObject({ removed: [id] });
    await plant();
    await writeFile(join(folder, note), join(victim, "project"));
    expect(await resume()).toMatchObject({ status: "ready", stat: { files: 1 } });
  });

  it.each(["worktree", "worktree-partial"])("that names a link as its %s does not have it followed", async (note) => {
    const folder = await plant({}, rejected);
    await symlink(join(victim, "project"), join(victim, id));
    await writeFile(join(folder, note), join(victim, id));
    expect(await clean()).toMatchObject({ removed: [id] });
    expect(existsSync(join(victim, id))).toBe(true);
  });

  it.each(["null", "5", "[]", "{}", '{"seq":"2"}', '{"seq":9,"at":"","event":null}', '{"seq":9,"at":"","event":{}}'])(
    "with a line that is no entry is damaged: %s",
    async (line) => {
      const folder = await plant();
      await appendFile(join(folder, "journal.jsonl"), `${line}\n`);
      const damaged = { code: "unknown-run", message: expect.stringMatching(/Line 3 of \S+ is damaged/) };
      await expect(openRun({ repo: bench.repository.path, id })).rejects.toMatchObject(damaged);
      await expect(resume()).rejects.toMatchObject(damaged);
      expect(await clean()).toMatchObject({ removed: [], kept: [{ id }] });
    },
  );

  it("does not get the worktree of another repository's run", async () => {
    const folder = await plant({}, rejected);
    await bench.repository.git("worktree", "add", "--quiet", "--detach", join(victim, id));
    const other = `${bench.repository.path}-other`;
    await writeFile(join(folder, "worktree"), join(victim, id));
    await cp(bench.repository.path, other, { recursive: true });
    try {
      expect(await cleanRuns(other)).toMatchObject({ removed: [id] });
      expect(existsSync(join(victim, id, "app.py"))).toBe(true);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it.each([
    ["a branch of the user's", { branch: "precious" }],
    ["another id", { id: "20260101-000000-bbbbbbbb", branch: "aifactory/20260101-000000-bbbbbbbb" }],
    ["an option as its base", { base: "--output=x" }],
    ["a target that is no branch", { baseRef: "HEAD" }],
  ])("with %s is damaged: it is neither cleaned nor resumed", async (_what, started) => {
    await bench.repository.git("branch", "precious");
    await plant(started);
    expect(await listRuns(bench.repository.path)).toMatchObject([{ id, state: "damaged" }]);
    expect(await clean()).toMatchObject({ removed: [], kept: [{ id, why: expect.stringContaining("damaged") }] });
    await expect(resume()).rejects.toMatchObject({ code: "unknown-run" });
    expect((await bench.repository.branches()).toSorted()).toEqual(["main", "precious"]);
  });

  it("with a checkpoint that is no commit is damaged", async () => {
    await plant({}, { type: "checkpoint", step: "work-0", commit: "--output=x", stat: {} });
    expect(await listRuns(bench.repository.path)).toMatchObject([{ id, state: "damaged" }]);
  });

  it.each(["excludes", "index", "journal.jsonl", "kept"])("with a link as its %s is damaged", async (name) => {
    const folder = await plant();
    const real = join(victim, "project", name);
    if (name === "journal.jsonl") await rename(join(folder, name), real);
    await symlink(real, join(folder, name));
    await expect(resume()).rejects.toMatchObject({ code: "unknown-run", message: expect.stringContaining(name) });
    expect(existsSync(real)).toBe(name === "journal.jsonl");
    expect(await clean()).toMatchObject({ removed: [], kept: [{ id }] });
  });
});

describe("a pipe in the place of", () => {
  it.each(["journal.jsonl", "lock", "index"])("a run's %s is not waited at", async (name) => {
    const folder = await plant();
    await rm(join(folder, name), { force: true });
    execFileSync("mkfifo", [join(folder, name)]);
    expect(await listRuns(bench.repository.path)).toMatchObject([{ id, state: "damaged" }]);
    expect(await clean()).toMatchObject({ removed: [], kept: [{ id, why: expect.stringContaining(name) }] });
    await expect(resume()).rejects.toMatchObject({ code: "unknown-run" });
  });

  it("the lock of worktrees is not waited at", async () => {
    await plant();
    execFileSync("mkfifo", [join(bench.repository.path, ".git/aifactory/worktrees.lock")]);
    expect(await clean()).toMatchObject({ kept: [] });
  });
});

describe("a link in the place of", () => {
  it("a run is left alone", async () => {
    await mkdir(join(bench.repository.path, ".git/aifactory/runs"), { recursive: true });
    await symlink(join(victim, "project"), join(bench.repository.path, ".git/aifactory/runs", id));
    expect(await clean()).toEqual({ removed: [], kept: [] });
    await expect(reject({ repo: bench.repository.path, id })).rejects.toMatchObject({ code: "unknown-run" });
  });

  it.each(["aifactory", "aifactory/runs"])(".git/%s is refused", async (name) => {
    const link = join(bench.repository.path, ".git", name);
    await mkdir(join(link, ".."), { recursive: true });
    await symlink(victim, link);
    const refused = { code: "unsupported-repo", message: expect.stringContaining(`${link} is a link`) };
    await expect(clean()).rejects.toMatchObject(refused);
    await expect(listRuns(bench.repository.path)).rejects.toMatchObject(refused);
    await expect(resume()).rejects.toMatchObject(refused);
    const task = { repo: bench.repository.path, prompt: "x", model: "scripted:m" };
    const options = { providers: [scriptedProvider({ turns: [] })], worktreeRoot: bench.worktreeRoot };
    await expect(runTask(task, options)).rejects.toMatchObject(refused);
    expect(await readdir(victim)).toEqual(["project"]);
  });
});
