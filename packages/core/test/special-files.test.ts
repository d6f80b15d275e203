import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { approve, cleanRuns, listRuns, type Outcome, resumeTask, runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { tryGit } from "../src/git.js";
import { attack, command } from "./hostile-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();
const nested = "git init --quiet sub; echo 1 > sub/f";

/** The commands that stand in a folder, as Linux tells. */
async function working(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const there = pids.map(async (pid) => {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    return cwd === folder ? [await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")] : [];
  });
  return (await Promise.all(there)).flat();
}

describe("what git would wait at, or read without an end, in a worktree", () => {
  it.each([
    ["a pipe in place of .gitignore", "mkdir d; mkfifo d/.gitignore; echo 1 > d/a.py"],
    ["a pipe in place of .gitattributes", "mkfifo .gitattributes; echo 1 > a.py"],
    ["a pipe in place of .gitmodules", "mkfifo .gitmodules; echo 1 > a.py"],
    ["a .gitmodules that leads to a device", "ln -s /dev/zero .gitmodules; echo 1 > a.py"],
    ["a pipe as HEAD of a repository", `${nested}; rm sub/.git/HEAD; mkfifo sub/.git/HEAD; rm sub/f; echo 1 > a.py`],
    ["a repository's settings that lead to a device", `${nested}; ln -s /dev/zero sub/.git/commondir; echo 1 > a.py`],
    [
      "a repository elsewhere whose HEAD is a pipe",
      "mkdir -p s/refs s/objects sub; mkfifo s/HEAD; echo 'gitdir: ../s' > sub/.git; echo 1 > a.py",
    ],
    ["a .gitignore of many gigabytes", "truncate -s 64G .gitignore; echo 1 > a.py"],
  ])("keeps no checkpoint: %s", async (_what, line) => {
    const { outcome } = await attack(bench, [command(line), command("echo 2 > b.py")]);
    expect(outcome).toMatchObject({ status: "ready" });
    const files = await bench.repository.git("ls-tree", "-r", "--name-only", outcome.branch);
    for (const name of ["a.py", "b.py", "done.py"]) expect(files).toContain(name);
  });
});

describe("what git would wait at in its entry of a worktree", () => {
  const names = ["gitdir", "commondir", "HEAD"];
  const each = (line: string): string => names.map((name) => `rm -f $g/${name}; ${line} $g/${name}`).join("; ");
  it.each([
    ["pipes", each("mkfifo")],
    ["links to a device", each("ln -s /dev/zero")],
    ["gigabytes", each("truncate -s 64G")],
  ])("keeps neither this run nor another: %s", async (_what, line) => {
    const { repository, worktreeRoot } = bench;
    let other: Outcome | undefined;
    const meanwhile = async () => {
      const task = { repo: repository.path, prompt: "Do it", model: "scripted:m" };
      const providers = [scriptedProvider({ turns: [write("other.py"), done] })];
      other = await runTask(task, { providers, worktreeRoot });
      await approve(other, { unverified: true, into: "elsewhere" });
      return command("true");
    };
    const { outcome } = await attack(bench, [command(`g=$(git rev-parse --absolute-git-dir); ${line}`), meanwhile]);
    expect([other?.status, outcome.status]).toEqual(["ready", "ready"]);
    await approve(outcome, { unverified: true });
    expect((await cleanRuns(repository.path)).removed).toHaveLength(2);
    expect((await repository.git("worktree", "list", "--porcelain")).match(/^worktree /gm)).toHaveLength(1);
  });
});

describe("git that waits at a file of a worktree", () => {
  const wait = async (): Promise<string> => {
    const path = await realpath(bench.repository.path);
    spawnSync("mkfifo", [join(path, ".gitignore")]);
    return path;
  };

  it("is ended by its time limit and by the signal", async () => {
    const path = await wait();
    const place = { cwd: path, gitDir: join(path, ".git"), workTree: path };
    const list = ["ls-files", "--others", "--exclude-standard"];
    await expect(tryGit(place, list, { timeoutMs: 300 })).rejects.toMatchObject({ code: "git" });
    const signal = AbortSignal.timeout(300);
    await expect(tryGit(place, list, { signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it.skipIf(process.platform !== "linux")("ends when the process ends that started it", async () => {
    const path = await wait();
    const script = join(import.meta.dirname, "fixtures", "waiting-git.ts");
    const args = ["--conditions=aifactory-source", "--import", "tsx", script, path];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const waitFor = async (count: number): Promise<void> => {
      for (let tries = 0; tries < 100 && (await working(path)).length !== count; tries++) await sleep(100);
      expect(await working(path)).toHaveLength(count);
    };
    await waitFor(1);
    child.kill("SIGKILL");
    await waitFor(0);
  });
});

describe("a run that is resumed", () => {
  it("takes over a worktree with pipes in it", async () => {
    const { repository, worktreeRoot } = bench;
    const error = { code: "auth", message: "no", retryable: false } as const;
    const task = { repo: repository.path, prompt: "Do it", model: "scripted:m" };
    const failed = await runTask(task, {
      providers: [scriptedProvider({ turns: [write("a.py"), { error }] })],
      worktreeRoot,
    });
    const left = join(worktreeRoot, failed.id);
    await repository.git("worktree", "add", "--force", "--quiet", left, failed.branch);
    const note = `printf %s ${left} > ${repository.path}/.git/aifactory/runs/${failed.id}/worktree`;
    const entry = join(repository.path, ".git/worktrees", failed.id);
    const plant = `rm ${entry}/gitdir; mkfifo .gitignore ${entry}/locked ${entry}/gitdir; echo 1 > b.py`;
    spawnSync("sh", ["-c", `${plant}; ${note}`], { cwd: left });
    expect(await listRuns(repository.path)).toMatchObject([{ worktree: left }]);
    const outcome = await resumeTask(failed, { providers: [scriptedProvider({ turns: [done] })], worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2 } });
  });
});
