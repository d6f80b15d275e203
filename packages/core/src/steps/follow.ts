import { AifactoryError } from "../errors.js";
import { tipOf, tryGit } from "../git.js";
import { printable } from "../output.js";
import { branchName } from "./checked-out.js";

/** A clean checkout whose branch is to move. */
export interface Move {
  readonly checkout: string;
  /** The branch that it has checked out, `refs/heads/…`. */
  readonly ref: string;
  /** The commit that was decided upon. */
  readonly commit: string;
}

/**
 * Moves a branch and the checkout that is on it by a fast-forward. Where the branch stands then, and not what git says, is
 * what was merged.
 *
 * @throws `conflict`; nothing is merged then.
 */
export async function follow({ checkout, ref, commit }: Move): Promise<void> {
  const merge = ["merge", "--ff-only", "--no-overwrite-ignore", "--quiet", "--no-edit", commit];
  // Options that a branch's settings give stand before ours: `--squash` or `-s ours` would merge something else.
  const config = [`branch.${branchName(ref)}.mergeOptions=`, "merge.autoStash=false"];
  const { stderr } = await tryGit({ cwd: checkout }, merge, { config });
  const tip = await tipOf({ cwd: checkout }, ref);
  if (tip === commit) return;
  const why = stderr.trim().split("\n").map(printable).join(" ");
  throw new AifactoryError(
    "conflict",
    `${checkout} could not follow: ${why || `${branchName(ref)} is not at ${commit.slice(0, 12)} after the merge.`} Nothing was merged.`,
  );
}
