import { AifactoryError } from "../errors.js";
import { git, tryGit } from "../git.js";
import type { RecordEvent } from "../events.js";
import type { Repository } from "../repository.js";
import type { RunRecord } from "../record.js";

/** A run to be merged. */
export interface Merge {
  readonly repository: Repository;
  readonly record: RunRecord;
  /** Name of a branch. Default: the one the run started from. */
  readonly into?: string | undefined;
  /** A decision that is not in the record yet; it is written down before anything moves. */
  readonly decision?: { readonly by?: string };
  readonly emit: (event: RecordEvent) => Promise<void>;
}

/**
 * Merges exactly the commit that was decided upon, and writes down that it did.
 *
 * @throws `moved`, `conflict` or `not-pending`; nothing is merged then.
 */
export async function publishStep({ repository, record, into, decision, emit }: Merge): Promise<void> {
  // A decision that is in the record says where to.
  const decided = decision ? record.baseRef : (record.review?.ref ?? record.baseRef);
  const target = into === undefined ? decided : `refs/heads/${into}`;
  const publication = await preparePublication(repository, record, target);
  const { commit, ref } = publication;
  if (decision) await emit({ type: "reviewed", decision: "approve", commit, ref, ...decision });
  await publish(repository, record.base, publication);
  await emit({ type: "published", commit, ref });
}

/** What is to be merged and where to. */
interface Publication {
  /** The commit that was decided upon. */
  readonly commit: string;
  /** `refs/heads/…` */
  readonly ref: string;
  /** The checkout that has this branch checked out, which then follows. */
  readonly checkout?: string;
}

/**
 * Decides what approving a run would merge, and refuses what could lose anything.
 *
 * @param ref The branch to merge into, `refs/heads/…`.
 * @throws `moved` when the run's branch or the target is not where it was; `conflict` when a checkout stands in the way.
 */
async function preparePublication(
  repository: Repository,
  record: RunRecord,
  ref: string | undefined,
): Promise<Publication> {
  if (!ref) {
    throw new AifactoryError(
      "not-pending",
      `The run started from a commit, not from a branch, so it must be said where to: approve(run, { into: '<branch>' }).`,
    );
  }
  const tip = await tipOf(repository, `refs/heads/${record.branch}`);
  if (tip !== record.head) {
    throw new AifactoryError(
      "moved",
      `${record.branch} is at ${short(tip)}, but ${short(record.head)} was verified. Nothing was merged. Run the task again, or merge by hand.`,
    );
  }
  const target = await tipOf(repository, ref);
  if (target === record.head) return { commit: record.head, ref };
  if (target !== record.base && target !== undefined) {
    throw new AifactoryError(
      "moved",
      `${branchName(ref)} has moved from ${short(record.base)} to ${short(target)} since the run began. Nothing was merged. Run the task again from there, or merge by hand: git merge ${record.branch}`,
    );
  }
  const checkout = await checkoutOf(repository, ref);
  if (checkout === undefined) return { commit: record.head, ref };
  await requireClean(checkout, ref, record);
  return { commit: record.head, ref, checkout };
}

/** Moves the target to the commit, from the base and from nowhere else. Doing it twice does it once. */
async function publish({ place }: Repository, base: string, { commit, ref, checkout }: Publication): Promise<void> {
  const target = await tryGit(place, ["rev-parse", "--verify", "--quiet", ref]);
  if (target.stdout.trim() === commit) return;
  if (checkout !== undefined) {
    const merged = await tryGit({ cwd: checkout }, ["merge", "--ff-only", "--quiet", "--no-edit", commit]);
    if (merged.exitCode !== 0)
      throw new AifactoryError("conflict", `${checkout} could not follow: ${merged.stderr.trim()} Nothing was merged.`);
    return;
  }
  const moved = await tryGit(place, [
    "update-ref",
    "-m",
    "aifactory: approve",
    ref,
    commit,
    target.exitCode === 0 ? base : "",
  ]);
  if (moved.exitCode !== 0)
    throw new AifactoryError("moved", `${branchName(ref)} moved at this moment. Nothing was merged. Approve again.`);
}

async function requireClean(checkout: string, ref: string, record: RunRecord): Promise<void> {
  const status = await git({ cwd: checkout }, [
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=no",
    "--ignore-submodules=all",
  ]);
  if (status !== "") {
    throw new AifactoryError(
      "conflict",
      `${branchName(ref)} is checked out in ${checkout}, which has uncommitted changes; they would be mixed up. Nothing was merged. Commit or stash them, or approve into another branch.`,
    );
  }
  const changed = await git({ cwd: checkout }, [
    "diff",
    "--name-only",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    record.base,
    record.head,
  ]);
  const filters = await git({ cwd: checkout }, ["check-attr", "-z", "--stdin", "filter"], {
    input: changed,
  });
  const values = filters.split("\0").filter((_, index) => index % 3 === 2);
  if (values.some((value) => value !== "unspecified" && value !== "unset")) {
    throw new AifactoryError(
      "conflict",
      `The change has files that pass through a filter (such as Git LFS), which AIFactory never runs. Merge it by hand: git -C ${checkout} merge --ff-only ${record.branch}`,
    );
  }
}

/** The worktree, the user's or another, that has the branch checked out. */
async function checkoutOf({ place }: Repository, ref: string): Promise<string | undefined> {
  const listed = await git(place, ["worktree", "list", "--porcelain", "-z"]);
  const entries = listed.split("\0\0").map((entry) => entry.split("\0"));
  const entry = entries.find((lines) => lines.includes(`branch ${ref}`) && !lines.includes("bare"));
  return entry?.find((line) => line.startsWith("worktree "))?.slice("worktree ".length);
}

async function tipOf({ place }: Repository, ref: string): Promise<string | undefined> {
  const { exitCode, stdout } = await tryGit(place, ["rev-parse", "--verify", "--quiet", ref]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

function short(commit: string | undefined): string {
  return commit === undefined ? "no commit" : commit.slice(0, 12);
}

function branchName(ref: string): string {
  return ref.replace(/^refs\/heads\//, "");
}
