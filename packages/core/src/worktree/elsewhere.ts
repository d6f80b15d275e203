import { basename } from "node:path";
import { git, tryGit } from "../git.js";
import { dropSpecialsOfEntries } from "../git/specials.js";
import type { Repository } from "../repository.js";

/** A run's branch. */
export interface RunBranch {
  readonly repository: Repository;
  readonly id: string;
  readonly branch: string;
}

/** The folders in which git says that a ref is checked out. */
export async function foldersOn({ place, commonDir }: Repository, ref: string): Promise<readonly string[]> {
  await dropSpecialsOfEntries(commonDir);
  const listed = await git(place, ["worktree", "list", "--porcelain", "-z"], { timeoutMs: 60_000 });
  const entries = listed.split("\0\0").map((entry) => entry.split("\0"));
  return entries
    .filter((lines) => lines.includes(`branch ${ref}`) && !lines.includes("bare"))
    .flatMap((lines) => lines.find((line) => line.startsWith("worktree "))?.slice("worktree ".length) ?? []);
}

/** The folder in which somebody has a run's branch checked out; the run's own worktree, which may be left over, does not count. */
export async function checkedOutElsewhere({ repository, id, branch }: RunBranch): Promise<string | undefined> {
  const folders = await foldersOn(repository, `refs/heads/${branch}`);
  return folders.find((folder) => basename(folder) !== id);
}

/**
 * Removes a run's branch, only where the run left it: what somebody built on top of it is theirs.
 *
 * @returns The folder in which somebody has it checked out: then it stays.
 */
export async function dropBranch(run: RunBranch, head: string): Promise<string | undefined> {
  const folder = await checkedOutElsewhere(run);
  if (folder === undefined) await tryGit(run.repository.place, ["update-ref", "-d", `refs/heads/${run.branch}`, head]);
  return folder;
}
