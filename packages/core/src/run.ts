import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { drive } from "./drive.js";
import { type RecordEvent, type StepKey, tell } from "./events.js";
import { AifactoryError } from "./errors.js";
import { check, fields } from "./input.js";
import { hasUnsaved, worktreeLost } from "./history.js";
import { continueJournal, createJournal, type Journal, readRecord, runDirectory, runsDirectory } from "./journal.js";
import { requireOwnFolder } from "./journal/ours.js";
import { adoptLeftover, clearLeftover, dropLeftover, lostWorktree, requireUnmoved } from "./leftover.js";
import { takeLock } from "./lock.js";
import { nextResumed } from "./next.js";
import type { Outcome } from "./outcome.js";
import { printable } from "./output.js";
import { type Parts, resolveParts } from "./parts.js";
import { given, type RunRecord } from "./record.js";
import { dirtyPaths, openRepository, pinBase, type Repository } from "./repository.js";
import { runFields, runInput, type RunOptions, withoutAbsent } from "./run-options.js";
import { givenRun, type RunReference } from "./run-reference.js";
import { eventsOf } from "./steps/checkpoint.js";
import { limits as givenLimits, parseTask } from "./task.js";
import type { Limits, TaskSpec } from "./types.js";

/**
 * Runs a coding task in a worktree of its own, verifies what came out and stops for review.
 *
 * @returns The outcome, whatever happened: everything that can go wrong from the moment the run exists is in it.
 * @throws {AifactoryError} only for bad input (`invalid-spec`, `unknown-provider`, `unsupported-repo`, …), before
 * anything exists.
 */
export async function runTask(spec: TaskSpec, asked: RunOptions = {}): Promise<Outcome> {
  const task = parseTask(spec);
  check("The task can't be run", runInput, { options: asked });
  const options = withoutAbsent(asked);
  const parts = await resolveParts(task, options);
  const repository = await openRepository(task.repo);
  await requireOwnFolder(runsDirectory(repository.commonDir));
  const base = await pinBase(repository, task.base);
  const id = newId();
  const started: RecordEvent & { type: "run-started" } = {
    type: "run-started",
    id,
    spec: task,
    base: base.commit,
    ...(base.ref !== undefined && { baseRef: base.ref }),
    branch: `aifactory/${id}`,
    dirty: await dirtyPaths(repository),
  };
  const directory = runDirectory(repository.commonDir, id);
  const release = await takeLock(join(directory, "lock"), 0);
  const journal = await createJournal(directory, started);
  tell(options.events, started, id);
  return drive({ repository, journal, release, parts, options });
}

const resumeInput = z.object({ run: givenRun, options: fields({ ...runFields, limits: givenLimits.optional() }) });

/**
 * Goes on with a run that broke off: its process was killed, it was stopped, it failed or reached a limit. What it had
 * written is taken over; a model's conversation goes on where it was.
 *
 * @param options Those of `runTask`, and limits that take the place of the task's.
 * @returns The new outcome, as `runTask` does.
 * @throws `not-resumable`, `unknown-run`, `locked`, `moved`, `conflict`, or for bad input, before anything is spent.
 */
export async function resumeTask(
  run: RunReference,
  options: RunOptions & { readonly limits?: Limits } = {},
): Promise<Outcome> {
  check("The run can't go on", resumeInput, { run, options });
  const { limits } = options;
  const stepOf = (record: RunRecord) => {
    const step = nextResumed(record, limits);
    if ("do" in step) return step;
    throw new AifactoryError("not-resumable", `Run ${record.id} can't go on: ${endOf(record)}.`);
  };
  return continueRun(run, options, stepOf, async (continued, step) => {
    const { repository, journal } = continued;
    const { record } = journal;
    const resumed: RecordEvent = { type: "resumed", ...(limits && { limits }) };
    // A decision was made, upon that commit and nothing else.
    if (step.do === "publish" && record.review) {
      await requireUnmoved({ repository, ...record });
      await clearLeftover(repository, record.id, record.head);
      return [resumed];
    }
    // A plan changes no file.
    if (step.do !== "plan") return [resumed, ...(await adopted(continued, step.key))];
    await dropLeftover({ repository, ...record });
    return [resumed];
  });
}

/** What is to be told of what a killed process left: it belongs to the run from now on. */
export async function adopted(run: Continued, step: StepKey): Promise<readonly RecordEvent[]> {
  const { repository, journal } = run;
  const { record } = journal;
  const lost = await lostWork(run, step);
  return [...lost, ...eventsOf(await adoptLeftover({ repository, ...record }), step, record, repository)];
}

/** The notice that a worktree is gone with what was in it. */
async function lostWork({ repository, journal, parts }: Continued, step: StepKey): Promise<readonly RecordEvent[]> {
  const path = await lostWorktree(repository, journal.record.id);
  if (path === undefined) return [];
  const changes = (name: string): boolean => parts.tools.find((tool) => tool.name === name)?.effect !== "read";
  const isAgent = (model: string): boolean => parts.models.get(model)?.provider.kind === "agent";
  if (!hasUnsaved(await journal.entries(), changes, isAgent)) return [];
  const where = `${printable(path)}, which is not there any more or belongs to another copy of the repository`;
  const message = `What was done since the newest checkpoint was only in the worktree ${where}: it is not part of this run.`;
  return [{ type: "notice", code: worktreeLost, step, message }];
}

function endOf(record: RunRecord): string {
  if (record.published) return "it is merged";
  if (record.review?.decision === "reject") return "it was rejected";
  if (record.head === record.base) return "it ended without a change";
  return "it is done and waits for review";
}

/** A run that is about to go on. */
export interface Continued {
  readonly repository: Repository;
  readonly journal: Journal;
  readonly parts: Parts;
}

/**
 * Goes on with a run that is in the journal. The same as `runTask` from there on.
 *
 * @param permit Throws when the run can't go on, whoever is there to do it.
 * @param begin Gives what is written down first. It throws when the run can't go on.
 */
export async function continueRun<Permit>(
  { repo, id }: RunReference,
  asked: RunOptions & { readonly limits?: Limits },
  permit: (record: RunRecord) => Permit,
  begin: (run: Continued, permitted: Permit) => Promise<readonly RecordEvent[]>,
): Promise<Outcome> {
  const { limits, ...options } = withoutAbsent(asked);
  const repository = await openRepository(repo);
  const directory = runDirectory(repository.commonDir, id);
  await readRecord(directory);
  const release = await takeLock(join(directory, "lock"), 0);
  let journal: Journal | undefined;
  try {
    journal = await continueJournal(directory);
    const { task } = journal.record;
    const permitted = permit(journal.record);
    const parts = await resolveParts({ ...task, limits: { ...task.limits, ...given(limits) } }, options);
    for (const event of await begin({ repository, journal, parts }, permitted)) {
      await journal.append(event);
      tell(options.events, event, id);
    }
    return await drive({ repository, journal, release, parts, options });
  } catch (error) {
    await journal?.close().catch(() => {});
    await release();
    throw error;
  }
}

/** Sorts by time, and is never the same twice. */
function newId(): string {
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  return `${time.slice(0, 8)}-${time.slice(8)}-${randomBytes(4).toString("hex")}`;
}
