import { AifactoryError } from "../errors.js";
import { tipOf, tryGit } from "../git.js";
import type { RecordEvent } from "../events.js";
import type { Repository } from "../repository.js";
import type { RunRecord } from "../record.js";
import { branchName, checkoutOf, requireClean } from "./checked-out.js";
import { follow } from "./follow.js";

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
  const tip = await tipOf(repository.place, `refs/heads/${record.branch}`);
  if (tip !== record.head) {
    throw new AifactoryError(
      "moved",
      `${record.branch} is at ${short(tip)}, but ${short(record.head)} was verified. Nothing was merged. Run the task again, or merge by hand.`,
    );
  }
  const target = await tipOf(repository.place, ref);
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
  const target = await tipOf(place, ref);
  if (target === commit) return;
  if (checkout !== undefined) return follow({ checkout, ref, commit });
  const moved = await tryGit(place, [
    "update-ref",
    "-m",
    "aifactory: approve",
    ref,
    commit,
    target === undefined ? "" : base,
  ]);
  if (moved.exitCode !== 0)
    throw new AifactoryError("moved", `${branchName(ref)} moved at this moment. Nothing was merged. Approve again.`);
}

function short(commit: string | undefined): string {
  return commit === undefined ? "no commit" : commit.slice(0, 12);
}
