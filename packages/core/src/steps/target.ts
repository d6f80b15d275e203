import { AifactoryError } from "../errors.js";
import { git, type GitPlace, tryGit } from "../git.js";
import { branchName } from "./checked-out.js";

/**
 * The branch that a name means: `main`, or in full `refs/heads/main`.
 *
 * @param own The run's own branch, which has the run's commits anyway.
 * @returns `refs/heads/…`, whether it exists or not.
 * @throws `invalid-spec` where no branch can be called that.
 */
export async function branchNamed(place: GitPlace, into: string, own: string): Promise<string> {
  const name = branchName(into);
  const ref = `refs/heads/${name}`;
  if (name === own) throw invalid(into, "is the run's own branch");
  // Git would take these for an option, the checkout's commit and another kind of ref.
  const isOdd = name.startsWith("-") || name === "HEAD" || name.startsWith("refs/") || name.includes("\0");
  if (isOdd || (await tryGit(place, ["check-ref-format", ref])).exitCode !== 0) throw invalid(into, "is none");
  const other = await inTheWay(place, ref);
  if (other !== undefined) throw invalid(into, `can't be one, because there is a branch ${branchName(other)}`);
  return ref;
}

/**
 * The branch that moves when a branch moves: one may be only another name for it.
 *
 * @throws `conflict` where it is the name of something else.
 */
export async function resolved(place: GitPlace, ref: string): Promise<string> {
  const { exitCode, stdout } = await tryGit(place, ["symbolic-ref", "--quiet", ref]);
  if (exitCode === 1) return ref;
  const real = stdout.trim();
  if (exitCode === 0 && real.startsWith("refs/heads/")) return real;
  const what = exitCode === 0 ? `a name for ${real}, which is no branch` : "a name for itself";
  throw new AifactoryError(
    "conflict",
    `${branchName(ref)} is ${what}. Nothing was merged. Approve into another branch.`,
  );
}

/** A branch whose name is a folder of this one's, or this one's a folder of its: git can have only one of them. */
async function inTheWay(place: GitPlace, ref: string): Promise<string | undefined> {
  const parts = ref.split("/");
  const folders = parts.map((_, at) => parts.slice(0, at + 1).join("/")).slice(2);
  const listed = await git(place, ["for-each-ref", "--format=%(refname)", ...folders]);
  return listed.split("\n").find((name) => name.startsWith(`${ref}/`) || (name !== ref && folders.includes(name)));
}

function invalid(into: string, why: string): AifactoryError {
  return new AifactoryError("invalid-spec", `into: must be the name of a branch. ${JSON.stringify(into)} ${why}.`);
}
