import { join } from "node:path";
import { z } from "zod";
import { AifactoryError } from "./errors.js";
import { type RecordEvent, tell } from "./events.js";
import { tipOf } from "./git.js";
import { anyText, check, fields, text as someText, yesOrNo } from "./input.js";
import { continueJournal, type Journal, readRecord, runDirectory } from "./journal.js";
import { clearLeftover } from "./leftover.js";
import { takeLock } from "./lock.js";
import { nextResumed } from "./next.js";
import { isPending, type Outcome, outcomeOf } from "./outcome.js";
import type { RunRecord } from "./record.js";
import { openRepository, type Repository } from "./repository.js";
import { adopted, continueRun } from "./run.js";
import { givenEvents, runFields, type RunOptions } from "./run-options.js";
import { givenRun, type RunReference } from "./run-reference.js";
import { publishStep } from "./steps/publish.js";

/** How a run is approved. */
export interface ApproveOptions {
  /** Name of the branch to merge into. Default: the one the run started from. One that does not exist yet is made. */
  readonly into?: string;
  /** Who decided; kept in the journal. */
  readonly by?: string;
  /** Merge although the verdict is not `passed`, or nothing was verified. Default false. */
  readonly unverified?: boolean;
  readonly events?: RunOptions["events"];
}

const by = anyText("must be a text").optional();

const approval = z.object({
  run: givenRun,
  options: fields({
    into: anyText("must be the name of a branch").optional(),
    by,
    unverified: yesOrNo.optional(),
    events: givenEvents.optional(),
  } satisfies Record<keyof ApproveOptions, unknown>),
});

/**
 * Merges exactly the commit that was verified: a fast-forward, never a new commit. If the target is checked out
 * somewhere, that checkout follows, and only when it is clean.
 *
 * @param run An outcome is approved as it is: where the run has gone on since, it is `moved`. With `repo` and `id` alone it
 * is what the run is at now.
 * @throws `unverified`, `invalid-spec`, `moved`, `conflict`, `disk`, `not-pending`, `unknown-run` or `locked`; nothing is merged then.
 */
export async function approve(run: RunReference, options: ApproveOptions = {}): Promise<Outcome> {
  check("The run can't be approved", approval, { run, options });
  return decide(run, options.events, async (journal, repository, emit) => {
    const { record } = journal;
    requirePending(record);
    const isVerified = record.verdict?.status === "passed" && record.verdict.head === record.head;
    if (!isVerified && !options.unverified) {
      const verdict =
        record.verdict?.head === record.head
          ? `its verdict is ${record.verdict.status}: ${record.verdict.summary}`
          : "nothing verified it";
      throw new AifactoryError(
        "unverified",
        `Run ${record.id} is not merged: ${verdict}. To merge it all the same: approve(run, { unverified: true }).`,
      );
    }
    const decision = options.by === undefined ? {} : { by: options.by };
    await publishStep({ repository, record, into: options.into, decision, emit });
  });
}

const rejection = z.object({
  run: givenRun,
  options: fields({ by, reason: anyText("must be a text").optional(), events: givenEvents.optional() }),
});

/**
 * Turns a run down, also one that broke off and could be resumed. Its branch stays.
 *
 * @param run As for `approve`.
 * @throws `invalid-spec`, `moved`, `not-pending`, `unknown-run` or `locked`.
 */
export async function reject(
  run: RunReference,
  options: {
    readonly by?: string;
    readonly reason?: string;
    readonly events?: RunOptions["events"];
  } = {},
): Promise<Outcome> {
  check("The run can't be rejected", rejection, { run, options });
  return decide(run, options.events, async (journal, repository, emit) => {
    const { record } = journal;
    await requireUnmerged(record, repository);
    // One that could go on can be turned down too: nobody is at work on it, or it would be locked.
    if (!("do" in nextResumed(record))) requirePending(record);
    const said = {
      ...(options.by !== undefined && { by: options.by }),
      ...(options.reason !== undefined && { text: options.reason }),
    };
    await emit({ type: "reviewed", decision: "reject", commit: record.head, ...said });
  });
}

const request = z.object({
  run: givenRun,
  text: someText("must say what to change"),
  options: fields({ ...runFields, by }),
});

/**
 * Asks for changes: the run goes on from its newest commit with what is asked, is verified again and stops for review
 * again.
 *
 * @param run As for `approve`.
 * @returns The new outcome, as `runTask` does.
 * @throws `not-pending`, `unknown-run`, `locked`, `moved`, `conflict`, or for bad input, before anything has changed.
 */
export async function requestChanges(
  run: RunReference,
  text: string,
  options: RunOptions & { readonly by?: string } = {},
): Promise<Outcome> {
  check("No changes can be asked for", request, { run, text, options });
  const { by: who } = options;
  const permit = (record: RunRecord): void => {
    requireHead(run, record);
    requirePending(record);
  };
  return continueRun(run, options, permit, async (continued) => {
    const { repository, journal } = continued;
    const { record } = journal;
    await requireUnmerged(record, repository);
    const said = { text, ...(who !== undefined && { by: who }) };
    const found = await adopted(continued, "review");
    return [{ type: "reviewed", decision: "changes", commit: record.head, ...said }, ...found];
  });
}

type Emit = (event: RecordEvent) => Promise<void>;

async function decide(
  run: RunReference,
  events: RunOptions["events"],
  decision: (journal: Journal, repository: Repository, emit: Emit) => Promise<void>,
): Promise<Outcome> {
  const { id } = run;
  const repository = await openRepository(run.repo);
  const directory = runDirectory(repository.commonDir, id);
  await readRecord(directory);
  const release = await takeLock(join(directory, "lock"), 2_000);
  try {
    const journal = await continueJournal(directory);
    try {
      requireHead(run, journal.record);
      await decision(journal, repository, async (event) => {
        await journal.append(event);
        tell(events, event, id);
      });
      // Whoever was killed before it could tidy up left its worktree.
      await clearLeftover(repository, id, journal.record.head);
      return outcomeOf(journal.record, repository.checkout ?? repository.commonDir);
    } finally {
      await journal.close();
    }
  } finally {
    await release();
  }
}

/** An approval that broke off may have merged and not come to write it down. */
async function requireUnmerged(record: RunRecord, { place }: Repository): Promise<void> {
  const { review, published, head, id } = record;
  const ref = review?.ref ?? record.baseRef;
  if (review?.decision !== "approve" || published || ref === undefined) return;
  if ((await tipOf(place, ref)) !== head) return;
  const cure = "resumeTask or approve writes that down.";
  throw new AifactoryError("not-pending", `Run ${id} can't be decided upon: ${ref} has it already. ${cure}`);
}

/** Whoever decides on an outcome has seen its commit, and none that came since. */
function requireHead({ head: seen }: RunReference, { id, head }: RunRecord): void {
  if (seen === undefined || seen === head) return;
  throw new AifactoryError(
    "moved",
    `Run ${id} is at ${head.slice(0, 12)} by now, not at ${seen.slice(0, 12)}. Nothing was decided. Look at what came since (openRun), and decide on that outcome.`,
  );
}

function requirePending(record: RunRecord): void {
  if (isPending(record)) return;
  const why = record.published
    ? "it is merged already"
    : record.review
      ? "it was rejected"
      : record.head === record.base
        ? "it changed nothing"
        : "it was interrupted; resumeTask goes on with it, reject turns it down";
  throw new AifactoryError("not-pending", `Run ${record.id} can't be decided upon: ${why}.`);
}
