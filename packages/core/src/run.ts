import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { AifactoryError, toError } from "./errors.js";
import { type RecordEvent, type TaskEvents, tell } from "./events.js";
import { continueJournal, createJournal, type Journal, runDirectory } from "./journal.js";
import { type Release, takeLock } from "./lock.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import { type Next, next } from "./record.js";
import { dirtyPaths, openRepository, pinBase, type Repository } from "./repository.js";
import { type Parts, resolveParts } from "./parts.js";
import type { Resolution } from "./resolve.js";
import type { RunContext } from "./run-context.js";
import { fixStep } from "./steps/fix.js";
import { planStep } from "./steps/plan.js";
import { preparePublication, publish } from "./steps/publish.js";
import { checkpoint } from "./steps/stretch.js";
import { verifyStep } from "./steps/verify.js";
import { workStep } from "./steps/work.js";
import { parseTask } from "./task.js";
import type { Deadlines } from "./deadlines.js";
import type { Retry } from "./turn.js";
import type { TaskSpec, Tool } from "./types.js";
import { openWorktree, type Worktree } from "./worktree.js";

/** What a run is given besides its task: what can't be JSON. */
export interface RunOptions extends Resolution {
  /** Tools to offer besides the built-in ones; one with the name of a built-in one takes its place. */
  readonly tools?: readonly Tool[];
  /** Told of everything that happens. */
  readonly events?: TaskEvents;
  /** Stops the run; what was done until then is committed on its branch. */
  readonly signal?: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
  readonly retry?: Partial<Retry>;
  /** Folder for worktrees. Default: `aifactory/worktrees` in the user's cache folder. */
  readonly worktreeRoot?: string;
}

/**
 * Runs a coding task in a worktree of its own, verifies what came out and stops for review.
 *
 * @returns The outcome, whatever happened: everything that can go wrong from the moment the run exists is in it.
 * @throws {AifactoryError} only for bad input (`invalid-spec`, `unknown-provider`, `unsupported-repo`, …), before
 * anything exists.
 */
export async function runTask(spec: TaskSpec, options: RunOptions = {}): Promise<Outcome> {
  const task = parseTask(spec);
  const parts = await resolveParts(task, options);
  const repository = await openRepository(task.repo);
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

/** Goes on with a run that is in the journal: after a decision of a person. The same as `runTask` from there on. */
export async function continueRun(
  repository: Repository,
  id: string,
  options: RunOptions,
  decision: RecordEvent,
): Promise<Outcome> {
  const directory = runDirectory(repository.commonDir, id);
  const release = await takeLock(join(directory, "lock"), 0);
  try {
    const journal = await continueJournal(directory);
    const parts = await resolveParts(journal.record.task, options);
    await journal.append(decision);
    tell(options.events, decision, id);
    return await drive({ repository, journal, release, parts, options });
  } catch (error) {
    await release();
    throw error;
  }
}

/** Sorts by time, and is never the same twice. */
function newId(): string {
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  return `${time.slice(0, 8)}-${time.slice(8)}-${randomBytes(4).toString("hex")}`;
}

interface Drive {
  readonly repository: Repository;
  readonly journal: Journal;
  readonly release: Release;
  readonly parts: Parts;
  readonly options: RunOptions;
}

/** While there is a next step, does it. Never throws: what goes wrong is an event like any other. */
async function drive({ repository, journal, release, parts, options }: Drive): Promise<Outcome> {
  const { id } = journal.record;
  let opened: Promise<Worktree> | undefined;
  const run: RunContext = {
    get record() {
      return journal.record;
    },
    repository,
    ...parts,
    deadlines: options.deadlines ?? {},
    retry: options.retry ?? {},
    signal: options.signal ?? new AbortController().signal,
    worktree: () => (opened ??= openFor(run, options)),
    async discard() {
      await (await opened)?.discard();
      opened = undefined;
    },
    async emit(event) {
      await journal.append(event);
      tell(options.events, event, id);
    },
    tell: (event) => tell(options.events, event, id),
  };
  try {
    await moveOn(run);
  } catch (error) {
    await giveUp(run, error, opened !== undefined);
  }
  await tidy(run, opened);
  await journal.close().catch(() => {});
  await release();
  return outcomeOf(run.record, repository.checkout ?? repository.commonDir);
}

async function moveOn(run: RunContext): Promise<void> {
  for (let step = next(run.record); "do" in step; step = next(run.record)) {
    run.signal.throwIfAborted();
    await perform(run, step);
    run.signal.throwIfAborted();
  }
}

function perform(run: RunContext, step: Extract<Next, { do: string }>): Promise<void> {
  switch (step.do) {
    case "plan":
      return planStep(run, step);
    case "work":
      return workStep(run, step);
    case "verify":
      return verifyStep(run, step);
    case "fix":
      return fixStep(run, step);
    case "publish":
      return publishStep(run);
  }
}

async function openFor(run: RunContext, { worktreeRoot }: RunOptions): Promise<Worktree> {
  const { id, branch, base, head } = run.record;
  const worktree = await openWorktree({
    repository: run.repository,
    id,
    branch,
    base,
    head,
    ...(worktreeRoot !== undefined && { root: worktreeRoot }),
  });
  const submodules = await worktree.submodules();
  if (submodules.length > 0 && head === base) {
    await run.emit({
      type: "notice",
      code: "submodules-empty",
      message: `Submodules are not checked out in the worktree: ${submodules.join(", ")}`,
    });
  }
  return worktree;
}

async function publishStep(run: RunContext): Promise<void> {
  const { record, repository } = run;
  const publication = await preparePublication(repository, record, undefined);
  if (!record.review) await run.emit({ type: "reviewed", decision: "approve", commit: record.head, by: "policy" });
  await publish(repository, record.base, publication);
  await run.emit({ type: "published", commit: publication.commit, ref: publication.ref });
}

/** A run that was stopped or broke keeps what was done: it is committed before the reason is written down. */
async function giveUp(run: RunContext, thrown: unknown, isOpen: boolean): Promise<void> {
  const isAbort = run.signal.aborted;
  const error = isAbort
    ? new AifactoryError("aborted", `The run was stopped. ${reasonOf(run.signal)}`.trim())
    : toError(thrown);
  if (isOpen) await checkpoint(run, "end", `Work in progress\n\nRun ${run.record.id}: ${error.code}.`).catch(() => {});
  await run.emit({ type: isAbort ? "run-cancelled" : "run-failed", error: error.toJSON() }).catch(() => {});
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "";
}

/** Removes the worktree; everything in it is committed by now. */
async function tidy(run: RunContext, opened: Promise<Worktree> | undefined): Promise<void> {
  try {
    await (await opened)?.close();
  } catch (error) {
    const message = `The worktree could not be removed: ${toError(error).message}`;
    await run.emit({ type: "notice", code: "worktree-left", message }).catch(() => {});
  }
}
