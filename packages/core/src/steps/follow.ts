import { AifactoryError } from "../errors.js";
import { lacksDisk, tipOf, tryGit } from "../git.js";
import { type ByteName, shownName } from "../git/byte-names.js";
import { printable, shellWord } from "../output.js";
import { branchName, changesOf } from "./checked-out.js";
import { look, putBack } from "./put-back.js";

/** A clean checkout whose branch is to move. */
export interface Move {
  readonly checkout: string;
  /** The branch that it has checked out, `refs/heads/…`. */
  readonly ref: string;
  /** Where it stands. */
  readonly base: string;
  /** The commit that was decided upon. */
  readonly commit: string;
}

/**
 * Moves a branch and the checkout that is on it by a fast-forward. Where the branch stands then, and not what git says, is
 * what was merged. Git leaves a checkout half written when it can't go on; it is put back then.
 *
 * @throws `disk` or `conflict`; nothing is merged then.
 */
export async function follow({ checkout, ref, base, commit }: Move): Promise<void> {
  const place = { cwd: checkout };
  const changes = await changesOf(checkout, base, commit);
  const before = await look(checkout, changes);
  const merge = ["merge", "--ff-only", "--no-overwrite-ignore", "--quiet", "--no-edit", commit];
  // Options that a branch's settings give stand before ours: `--squash` or `-s ours` would merge something else.
  const config = [`branch.${branchName(ref)}.mergeOptions=`, "merge.autoStash=false"];
  const { stderr } = await tryGit(place, merge, { config });
  const tip = await tipOf(place, ref);
  if (tip === commit) return;
  const why = wordsOf(stderr) || `${branchName(ref)} is at ${tip ?? "no commit"} after the merge.`;
  const isFull = lacksDisk(stderr) || /unable to write/i.test(stderr);
  // Where somebody else moved it in this moment, the checkout is theirs.
  const left = tip === base ? await putBack({ checkout, base, head: commit, changes, before }) : [];
  const next = left.length > 0 ? cureOf(checkout, left) : isFull ? " Make room and approve again." : "";
  throw new AifactoryError(
    isFull ? "disk" : "conflict",
    `${checkout} could not follow: ${why} Nothing was merged.${next}`,
  );
}

function wordsOf(stderr: string): string {
  return stderr.trim().split("\n").slice(0, 5).map(printable).join(" ");
}

function cureOf(checkout: string, left: readonly ByteName[]): string {
  const names = left.slice(0, 20).map(shownName).join(", ");
  const line = `git -C ${shellWord(checkout)} reset --hard`;
  return ` Some files there could not be put back as they were: ${names}. Make room, then: ${line} (it was clean before), and remove those that are new.`;
}
