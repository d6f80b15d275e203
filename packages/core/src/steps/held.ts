import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AifactoryError } from "../errors.js";
import { readSmall } from "../git/specials.js";
import type { Repository } from "../repository.js";
import { branchName } from "./checked-out.js";

/**
 * Requires that no rebase and no bisection is under way on a branch. HEAD is on no branch meanwhile, so that nobody seems to
 * have it checked out, and in the end the branch is put where they say.
 *
 * @param own The run's own checkout, which only its model works in, by its name in the git directory.
 * @throws `conflict`.
 */
export async function requireFree({ commonDir }: Repository, ref: string, own: string): Promise<void> {
  const entries = join(commonDir, "worktrees");
  const linked = (await readdir(entries).catch(() => [])).filter((name) => name !== own);
  for (const gitDir of [commonDir, ...linked.map((name) => join(entries, name))]) {
    for (const { what, file, names } of holders) {
      const path = join(gitDir, file);
      if (!(await linesOf(path)).includes(names(ref))) continue;
      throw new AifactoryError(
        "conflict",
        `A git ${what} of ${branchName(ref)} is under way: ${path}. Nothing was merged. End it and approve again, or approve into another branch.`,
      );
    }
  }
}

/** What in a checkout's git directory names the branch, as git's own `worktree.c` and `branch.c` read it. */
const holders = [
  { what: "rebase", file: "rebase-merge/head-name", names: (ref: string) => ref },
  { what: "rebase", file: "rebase-merge/update-refs", names: (ref: string) => ref },
  { what: "rebase", file: "rebase-apply/head-name", names: (ref: string) => ref },
  { what: "bisect", file: "BISECT_START", names: branchName },
];

async function linesOf(path: string): Promise<readonly string[]> {
  return ((await readSmall(path)) ?? "").split("\n");
}
