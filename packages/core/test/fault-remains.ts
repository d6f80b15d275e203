import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TemporaryRepository } from "@aifactory/core/testing";
import { marker } from "../src/process-tree.js";

/** What must be the same before and after a run, or not be there at all. */
export interface Remains {
  /** The user's checkout: what is checked out, what git says of it, and the git directory's settings. */
  readonly checkout: string;
  readonly worktrees: readonly string[];
  readonly locks: readonly string[];
  readonly broken: string;
}

/** Looks at what a run left in a repository and in its folder for worktrees. */
export async function remainsOf(repository: TemporaryRepository, worktreeRoot: string): Promise<Remains> {
  const gitDir = join(repository.path, ".git");
  const [status, head, inGit, folders, admin] = await Promise.all([
    repository.status(),
    repository.git("rev-parse", "HEAD", "--symbolic-full-name", "HEAD"),
    readdir(gitDir, { recursive: true }),
    readdir(worktreeRoot, { recursive: true }),
    readdir(join(gitDir, "worktrees")).catch(() => []),
  ]);
  const settings = await Promise.all(["config", "HEAD"].map(async (name) => readFile(join(gitDir, name), "utf8")));
  const hooks = existsSync(join(gitDir, "hooks")) ? await readdir(join(gitDir, "hooks")) : [];
  return {
    checkout: [status, head, ...settings, ...hooks].join("\n"),
    // Folders of a repository's worktrees stay; what is in them does not.
    worktrees: [...folders.filter((path) => path.includes("/")), ...admin],
    locks: inGit.filter((path) => /(^|\/)([^/]*\.)?lock(\.[^/]*)?$/.test(path)),
    broken: await repository.git("fsck", "--no-dangling", "--no-progress"),
  };
}

/**
 * Processes that core started and that know one of these words, such as a folder: in their environment or as where they are.
 *
 * @param patience How often they are looked for again, every 50 ms, because they may be just ending.
 */
export async function survivors(patience: number, ...words: readonly string[]): Promise<readonly number[]> {
  for (let tries = 0; ; tries++) {
    const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 1 && pid !== process.pid);
    const found = await Promise.all(pids.map(async (pid) => ((await isOurs(pid, words)) ? pid : 0)));
    const left = found.filter((pid) => pid > 0);
    if (left.length === 0 || tries >= patience) return left;
    await sleep(50);
  }
}

async function isOurs(pid: number, words: readonly string[]): Promise<boolean> {
  const [environment, cwd] = await Promise.all([
    readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""),
    readlink(`/proc/${pid}/cwd`).catch(() => ""),
  ]);
  return environment.includes(`${marker}=`) && words.some((word) => environment.includes(word) || cwd.includes(word));
}
