import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Committed, commitChanges, diffStat, writeExcludes } from "./checkpoint.js";
import { nothingLeft } from "./checkpoint/left-out.js";
import { AifactoryError } from "./errors.js";
import { git, tipOf, tryGit } from "./git.js";
import { dropSpecials } from "./git/specials.js";
import { runDirectory } from "./journal.js";
import { printable, shellWord } from "./output.js";
import type { Repository } from "./repository.js";
import { adminDir, ownPlace, partial, removeWorktree } from "./worktree.js";
import { keepRepositories } from "./worktree/kept.js";
import { checkedOutElsewhere } from "./worktree/elsewhere.js";
import { isOwnWorktree } from "./worktree/own.js";

/** Whose leftovers. */
export interface LeftoverRequest {
  readonly repository: Repository;
  readonly id: string;
  readonly branch: string;
  readonly base: string;
  /** The newest commit that the run's journal knows. */
  readonly head: string;
}

/**
 * Takes over what a killed run left behind: a commit that its journal does not know yet, and files in its worktree that
 * were not committed. The worktree is found by a note in the run's folder, so it may have been made from another place.
 *
 * @returns The commit with all of it, if there is anything new, and what it could not take.
 * @throws `moved` when the branch is no longer on top of what the run did, `conflict` when somebody has it checked out; nothing
 *   has changed then.
 */
export async function adoptLeftover(request: LeftoverRequest): Promise<Committed> {
  const { repository, id, branch, base, head } = request;
  await requireUnused(request);
  const tip = await requireBranch(request);
  await dropPartial(repository, id);
  const path = await leftoverPath(repository, id);
  if (path !== undefined) {
    const { commonDir } = repository;
    const gitDir = adminDir(commonDir, id);
    const directory = runDirectory(commonDir, id);
    const excludes = await writeExcludes(directory);
    const place = ownPlace(commonDir, id, path);
    await dropLock(place.indexFile);
    // Killed between making the worktree and its index: then nobody has worked in it yet.
    if (!(await isFile(place.indexFile))) await git(place, ["read-tree", head]);
    const message = `Work in progress\n\nFound after run ${id} was interrupted.`;
    const committed = await commitChanges({ repository, branch, base, head, place, excludes, message, gitDir });
    await keepRepositories({ path, gitDir, directory }, committed.left);
    await removeWorktree(repository, path);
    return committed;
  }
  if (tip === undefined || tip === head) return { left: nothingLeft };
  return { made: { commit: tip, stat: await diffStat(repository.place, base, tip) }, left: nothingLeft };
}

/**
 * Makes sure that the branch is at the run's newest commit: that one was decided upon.
 *
 * @throws `moved`.
 */
export async function requireUnmoved(request: LeftoverRequest): Promise<void> {
  const tip = await requireBranch(request);
  if (tip === request.head) return;
  const { branch, head, id } = request;
  throw new AifactoryError(
    "moved",
    `${branch} is at ${tip?.slice(0, 12)}, but ${head.slice(0, 12)} of run ${id} was approved. Nothing was merged. To have the rest verified and reviewed too: requestChanges. To leave it out: git update-ref refs/heads/${branch} ${head.slice(0, 12)}`,
  );
}

/** Forgets what was done since the newest commit that the journal knows. */
export async function dropLeftover(request: LeftoverRequest): Promise<void> {
  await requireUnused(request);
  const tip = await requireBranch(request);
  const { repository, branch, head, id } = request;
  if (tip !== undefined && tip !== head)
    await git(repository.place, ["update-ref", "--no-deref", `refs/heads/${branch}`, head, tip]);
  await dropPartial(repository, id);
  const path = await leftoverPath(repository, id);
  if (path !== undefined) await removeWorktree(repository, path);
}

/**
 * Removes the worktree of a run that is over.
 *
 * @param head The run's newest commit. What is staged and not in it is no more safe than what is not staged.
 * @returns The worktree's folder when it was kept, because there are uncommitted files in it.
 */
export async function clearLeftover(repository: Repository, id: string, head: string): Promise<string | undefined> {
  await dropPartial(repository, id);
  const path = await leftoverPath(repository, id);
  if (path === undefined) return undefined;
  const place = ownPlace(repository.commonDir, id, path);
  await dropSpecials(path);
  // A submodule's own state is not asked for: git would run its filters.
  const changed = await git(place, ["diff", "--name-only", "--no-ext-diff", "--ignore-submodules=dirty", head]);
  const untracked = await git(place, ["ls-files", "--others", "--exclude-standard", "--directory"]);
  if (changed !== "" || untracked !== "") return path;
  await removeWorktree(repository, path);
  return undefined;
}

/** Removes a worktree that was half made or half removed. */
async function dropPartial(repository: Repository, id: string): Promise<void> {
  const path = await readFile(join(runDirectory(repository.commonDir, id), partial), "utf8").catch(() => "");
  if (await isOwnWorktree(repository, id, path)) await removeWorktree(repository, path);
}

/** Where a run's worktree was, if it was left and is not there any more, or is another repository's. */
export async function lostWorktree(repository: Repository, id: string): Promise<string | undefined> {
  const path = await noted(repository, id);
  return path !== "" && (await leftoverPath(repository, id)) === undefined ? path : undefined;
}

/** The folder of a run's worktree, if it is there. */
export async function leftoverPath(repository: Repository, id: string): Promise<string | undefined> {
  const path = await noted(repository, id);
  const isThere = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  return isThere && (await isOwnWorktree(repository, id, path)) ? path : undefined;
}

async function noted({ commonDir }: Repository, id: string): Promise<string> {
  return readFile(join(runDirectory(commonDir, id), "worktree"), "utf8").catch(() => "");
}

/** Going on moves the branch: whoever has it checked out would be shown the reverse of it as their own change. */
async function requireUnused(request: LeftoverRequest): Promise<void> {
  const folder = await checkedOutElsewhere(request);
  if (folder === undefined) return;
  throw new AifactoryError(
    "conflict",
    `The branch ${request.branch} is checked out in ${printable(folder)}, and would move under it. Type: git -C ${shellWord(folder)} switch --detach. Then go on with run ${request.id}.`,
  );
}

/** The branch's tip, which must stand on what the run did. A branch that is gone is made again from its commit. */
async function requireBranch({ repository, branch, base, head, id }: LeftoverRequest): Promise<string | undefined> {
  const { place, commonDir } = repository;
  const ref = `refs/heads/${branch}`;
  await dropLock(join(commonDir, ref));
  const tip = await tipOf(place, ref);
  if (tip === undefined && head === base) return undefined;
  if (tip === undefined) {
    const made = await tryGit(place, ["update-ref", "--no-deref", "-m", "aifactory: resume", ref, head, ""]);
    if (made.exitCode === 0) return head;
    throw new AifactoryError("moved", `Run ${id}: its branch ${branch} and its commit ${head.slice(0, 12)} are gone.`);
  }
  const stands = await tryGit(place, ["merge-base", "--is-ancestor", head, tip]);
  if (stands.exitCode === 0) return tip;
  const cure = `Move it back with: git update-ref refs/heads/${branch} ${head.slice(0, 12)}`;
  throw new AifactoryError("moved", `The branch ${branch} is no longer where run ${id} left it. ${cure}`);
}

/** A git that was killed leaves its lock; one that outlived us for a moment is waited for. */
async function dropLock(file: string): Promise<void> {
  const lock = `${file}.lock`;
  for (let tries = 0; tries < 20 && (await stat(lock).catch(() => undefined)); tries++) await sleep(100);
  await rm(lock, { force: true });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
