import { AifactoryError } from "../errors.js";
import { gitError, hasObject, lacksDisk, tipOf, tryGit } from "../git.js";
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
  const isNamed = into !== undefined || target !== record.baseRef;
  const publication = await preparePublication(repository, record, target, isNamed);
  const { commit, ref } = publication;
  if (decision) await emit({ type: "reviewed", decision: "approve", commit, ref, ...decision });
  await publish(repository, publication);
  await emit({ type: "published", commit, ref });
}

/** What is to be merged and where to. */
interface Publication {
  /** The commit that was decided upon. */
  readonly commit: string;
  /** `refs/heads/…` */
  readonly ref: string;
  /** The commit that it stands at; undefined when there is no such branch yet. */
  readonly from: string | undefined;
  /** The checkout that has this branch checked out, which then follows. */
  readonly checkout?: string;
}

/**
 * Decides what approving a run would merge, and refuses what could lose anything.
 *
 * @param decided The branch to merge into, `refs/heads/…`.
 * @param isNamed Whether somebody named it: then it may be a new one.
 * @throws `moved` when the run's branch or the target is not where it was; `conflict` when a checkout stands in the way.
 */
async function preparePublication(
  repository: Repository,
  record: RunRecord,
  decided: string | undefined,
  isNamed: boolean,
): Promise<Publication> {
  if (!decided) {
    throw new AifactoryError(
      "invalid-spec",
      "into: must be said, because the run started from a commit and not from a branch: approve(run, { into: '<branch>' }).",
    );
  }
  const tip = await tipOf(repository.place, `refs/heads/${record.branch}`);
  if (tip !== record.head) {
    const isThere = await hasObject(repository.place, record.head);
    const cure = isThere
      ? `To have it back there: git update-ref refs/heads/${record.branch} ${short(record.head)}`
      : "That commit is not in the repository any more: run the task again.";
    throw new AifactoryError(
      "moved",
      `${record.branch} is at ${short(tip)}, but ${short(record.head)} was verified. Nothing was merged. ${cure}`,
    );
  }
  const ref = await resolved(repository.place, decided);
  const from = await tipOf(repository.place, ref);
  const publication = { commit: record.head, ref, from };
  if (from === record.head) return publication;
  if (from === undefined && !isNamed) throw baseGone(ref);
  if (from !== record.base && from !== undefined) {
    throw new AifactoryError(
      "moved",
      `${branchName(ref)} has moved from ${short(record.base)} to ${short(from)} since the run began. Nothing was merged. Run the task again from there, or merge by hand: git merge ${record.branch}`,
    );
  }
  await requireFree(repository, ref, record.id);
  const checkout = await checkoutOf(repository, ref);
  if (checkout === undefined) return publication;
  await requireClean(checkout, ref, record);
  return { ...publication, checkout };
}

/** Moves the target to the commit, from where it was and from nowhere else. Doing it twice does it once. */
async function publish({ place }: Repository, { commit, ref, from, checkout }: Publication): Promise<void> {
  if ((await tipOf(place, ref)) === commit) return;
  if (checkout !== undefined && from !== undefined) return follow({ checkout, ref, base: from, commit });
  const update = ["update-ref", "--no-deref", "-m", "aifactory: approve", ref, commit, from ?? ""];
  const moved = await tryGit(place, update);
  if (moved.exitCode === 0) return;
  const what = `${branchName(ref)} could not be moved. Nothing was merged`;
  if (lacksDisk(moved.stderr)) throw gitError(what, moved);
  throw new AifactoryError("moved", `${what}: ${printable(moved.stderr.trim())} Approve again.`);
}

function baseGone(ref: string): AifactoryError {
  return new AifactoryError(
    "moved",
    `${branchName(ref)}, from which the run started, is not there any more: it was renamed or deleted. Nothing was merged. Say which branch to merge into, which may be a new one: approve(run, { into: '<branch>' }).`,
  );
}

function short(commit: string | undefined): string {
  return commit === undefined ? "no commit" : commit.slice(0, 12);
}
