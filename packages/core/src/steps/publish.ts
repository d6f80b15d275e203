import { AifactoryError } from "../errors.js";
import { gitError, lacksDisk, tipOf, tryGit } from "../git.js";
import type { RecordEvent } from "../events.js";
import { printable } from "../output.js";
import type { Repository } from "../repository.js";
import type { RunRecord } from "../record.js";
import { branchName, checkoutOf, requireClean } from "./checked-out.js";
import { follow } from "./follow.js";
import { requireFree } from "./held.js";
import { branchNamed, resolved } from "./target.js";

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
 * @throws `invalid-spec`, `moved`, `conflict`, `disk` or `not-pending`; nothing is merged then.
 */
export async function publishStep({ repository, record, into, decision, emit }: Merge): Promise<void> {
  // A decision that is in the record says where to.
  const decided = decision ? record.baseRef : (record.review?.ref ?? record.baseRef);
  const target = into === undefined ? decided : await branchNamed(repository.place, into, record.branch);
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
 * @param decided The branch to merge into, `refs/heads/…`.
 * @throws `moved` when the run's branch or the target is not where it was; `conflict` when a checkout stands in the way.
 */
async function preparePublication(
  repository: Repository,
  record: RunRecord,
  decided: string | undefined,
): Promise<Publication> {
  if (!decided) {
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
  const ref = await resolved(repository.place, decided);
  const target = await tipOf(repository.place, ref);
  if (target === record.head) return { commit: record.head, ref };
  if (target !== record.base && target !== undefined) {
    throw new AifactoryError(
      "moved",
      `${branchName(ref)} has moved from ${short(record.base)} to ${short(target)} since the run began. Nothing was merged. Run the task again from there, or merge by hand: git merge ${record.branch}`,
    );
  }
  await requireFree(repository, ref);
  const checkout = await checkoutOf(repository, ref);
  if (checkout === undefined) return { commit: record.head, ref };
  await requireClean(checkout, ref, record);
  return { commit: record.head, ref, checkout };
}

/** Moves the target to the commit, from the base and from nowhere else. Doing it twice does it once. */
async function publish({ place }: Repository, base: string, { commit, ref, checkout }: Publication): Promise<void> {
  const target = await tipOf(place, ref);
  if (target === commit) return;
  if (checkout !== undefined) return follow({ checkout, ref, base, commit });
  const from = target === undefined ? "" : base;
  const moved = await tryGit(place, ["update-ref", "--no-deref", "-m", "aifactory: approve", ref, commit, from]);
  if (moved.exitCode === 0) return;
  const what = `${branchName(ref)} could not be moved. Nothing was merged`;
  if (lacksDisk(moved.stderr)) throw gitError(what, moved);
  throw new AifactoryError("moved", `${what}: ${printable(moved.stderr.trim())} Approve again.`);
}

function short(commit: string | undefined): string {
  return commit === undefined ? "no commit" : commit.slice(0, 12);
}
