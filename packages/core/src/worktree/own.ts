import { lstat, realpath } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { readSmall } from "../git/specials.js";
import type { Repository } from "../repository.js";
import { adminDir } from "../worktree.js";

/**
 * Whether a folder that a run's own note names is that run's worktree. The note comes with the repository, and could name
 * any folder: only one that is called by the run's id is taken for it, and none that is another repository's, of which this
 * one is a copy. One that is gone could be anybody's.
 */
export async function isOwnWorktree({ commonDir }: Repository, id: string, path: string): Promise<boolean> {
  if (!isAbsolute(path) || basename(path) !== id) return false;
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory() === false) return false;
  const owner = await ownerOf(path);
  return owner === undefined || owner === (await realpath(adminDir(commonDir, id)).catch(() => undefined));
}

/** The git directory's entry that a worktree and its repository agree upon; none where the repository was moved. */
async function ownerOf(path: string): Promise<string | undefined> {
  const dotGit = join(path, ".git");
  if (!(await lstat(dotGit).catch(() => undefined))?.isFile()) return undefined;
  const [, named = ""] = /^gitdir: (.+)$/m.exec((await readSmall(dotGit)) ?? "") ?? [];
  const entry = await realpath(resolve(path, named)).catch(() => undefined);
  if (entry === undefined) return undefined;
  const back = (await readSmall(join(entry, "gitdir"))) ?? "";
  const target = await realpath(resolve(entry, back.trim())).catch(() => undefined);
  return target === (await realpath(dotGit)) ? entry : undefined;
}
