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

/** The folder in which somebody has a run's branch checked out; the run's own worktree, which may be left over, does not count. */
export async function checkedOutElsewhere({ repository, id, branch }: RunBranch): Promise<string | undefined> {
  await dropSpecialsOfEntries(repository.commonDir);
  const listed = await git(repository.place, ["worktree", "list", "--porcelain", "-z"], { timeoutMs: 60_000 });
  const entries = listed.split("\0\0").map((entry) => entry.split("\0"));
  const paths = entries
    .filter((lines) => lines.includes(`branch refs/heads/${branch}`) && !lines.includes("bare"))
    .map(([first = ""]) => first.replace(/^worktree /, ""));
  return paths.find((path) => basename(path) !== id);
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
