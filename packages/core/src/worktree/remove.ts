import { rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { toByteName } from "../git/byte-names.js";
import { runDirectory } from "../journal.js";
import { takeLock } from "../lock.js";
import type { Repository } from "../repository.js";
import { removeTree } from "./trees.js";

/**
 * The file of a run that names its worktree while that is being made or removed: whoever is killed meanwhile leaves a part of
 * it, and what is missing there was not deleted by the model. A whole one is named by the file `worktree`.
 */
export const partial = "worktree-partial";

/** Git's own entry of a run's worktree: what works in the worktree can write it. */
export function adminDir(commonDir: string, id: string): string {
  return join(commonDir, "worktrees", id);
}

/** The lock that whoever adds a worktree to git's list, or takes one off, holds for that moment. */
export function worktreesLock({ commonDir }: Repository): string {
  return join(commonDir, "aifactory", "worktrees.lock");
}

/**
 * Removes a worktree, whatever is in it. Git does not do it: it would read what the model may have written into its entry.
 *
 * @throws `disk` when something of it can't be removed.
 */
export async function removeWorktree(repository: Repository, path: string): Promise<void> {
  const { commonDir } = repository;
  const directory = runDirectory(commonDir, basename(path));
  await rename(join(directory, "worktree"), join(directory, partial)).catch(() => {});
  await removeTree(toByteName(path));
  const release = await takeLock(worktreesLock(repository), 60_000);
  try {
    await removeTree(toByteName(adminDir(commonDir, basename(path))));
    // Both folders go with the last worktree in them.
    await rmdir(join(commonDir, "worktrees")).catch(() => {});
    await rmdir(dirname(path)).catch(() => {});
  } finally {
    await release();
  }
  await rm(join(directory, partial), { force: true });
}
