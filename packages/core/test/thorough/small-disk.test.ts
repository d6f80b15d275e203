import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openRun, resumeTask, runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { command } from "../hostile-model.js";
import { done, write } from "../turns.js";

const megabyte = 1024 * 1024;
const disk = mkdtempSync(join(tmpdir(), "small-disk-"));
const why = mountSmall();

afterAll(() => {
  if (why === "") execFileSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Puts a small file system of its own in the folder: nothing else can be filled. @returns Why not; empty when it is there. */
function mountSmall(): string {
  if (process.getuid?.() !== 0) return ", skipped because only root can mount";
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], { stdio: "pipe" });
  } catch (error) {
    return `, skipped because nothing can be mounted: ${String(error).split("\n")[0]}`;
  }
  const { blocks, bsize } = statfsSync(disk);
  if (blocks * bsize <= 25 * megabyte) return "";
  execFileSync("umount", [disk]);
  return ", skipped because the file system is not small";
}

function git(repo: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"];
  return execFileSync("git", [...identity, ...args], { cwd: repo, encoding: "utf8" }).trim();
}

/** A repository on the small disk. */
function repositoryNamed(name: string): string {
  const repo = join(disk, name);
  mkdirSync(repo);
  git(repo, "init", "--quiet", "--initial-branch=main");
  writeFileSync(join(repo, "app.py"), "x = 1\n");
  git(repo, "add", ".");
  git(repo, "commit", "--quiet", "--message=Begin");
  return repo;
}

/** Random bytes, until nothing is left. */
const fill = (path: string): string => `dd if=/dev/urandom of=${path} bs=64k 2>/dev/null; sync; ls -l ${path}`;

describe.skipIf(why !== "")(`a disk that is really full${why}`, () => {
  it.each(["auto", "none"] as const)("a model fills it (sandbox: %s)", { timeout: 120_000 }, async (sandbox) => {
    const repo = repositoryNamed(sandbox);
    const before = git(repo, "rev-parse", "main");
    const options = { worktreeRoot: join(disk, `worktrees-${sandbox}`) };
    const provider = scriptedProvider({ turns: [write("kept.py"), command(fill("big.bin")), write("late.py"), done] });
    const task = { repo, prompt: "Do it", model: "scripted:m", sandbox };
    const outcome = await runTask(task, { ...options, providers: [provider] });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "disk" }, notices: [{ code: "worktree-left" }] });
    expect(outcome.error?.message).toMatch(/No space left on device\. Make room/);
    expect(git(repo, "rev-parse", "main")).toBe(before);
    expect(git(repo, "status", "--porcelain")).toBe("");
    git(repo, "fsck", "--strict");
    await openRun(outcome);

    execFileSync("find", [options.worktreeRoot, "-name", "big.bin", "-delete"]);
    const again = scriptedProvider({ turns: [write("more.py"), done] });
    const resumed = await resumeTask(outcome, { ...options, providers: [again] });
    expect(resumed).toMatchObject({ status: "ready" });
    expect(git(repo, "ls-tree", "--name-only", resumed.branch).split("\n")).toEqual(
      expect.arrayContaining(["app.py", "kept.py", "more.py"]),
    );
    rmSync(repo, { recursive: true, force: true });
    rmSync(options.worktreeRoot, { recursive: true, force: true });
  });

  it("a disk that nobody may write to", async () => {
    const repo = repositoryNamed("read-only");
    const provider = scriptedProvider({ turns: [write("a.py"), done] });
    const task = { repo, prompt: "Do it", model: "scripted:m" };
    execFileSync("mount", ["-o", "remount,ro", disk]);
    try {
      const run = runTask(task, { worktreeRoot: join(disk, "worktrees"), providers: [provider] });
      await expect(run).rejects.toMatchObject({ code: "disk", message: expect.stringContaining("read-only") });
      expect(provider.requests).toEqual([]);
    } finally {
      execFileSync("mount", ["-o", "remount,rw", disk]);
    }
    expect(git(repo, "status", "--porcelain")).toBe("");
    git(repo, "fsck", "--strict");
  });
});
