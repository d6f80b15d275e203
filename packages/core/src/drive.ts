import { AifactoryError, type ErrorData, toError } from "./errors.js";
import { tell } from "./events.js";
import type { Journal } from "./journal.js";
import type { Release } from "./lock.js";
import { historyOf } from "./history.js";
import { type Next, next } from "./next.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import { printable } from "./output.js";
import { modelNow } from "./phases.js";
import type { Parts } from "./parts.js";
import type { Repository } from "./repository.js";
import type { RunContext } from "./run-context.js";
import type { DriveOptions } from "./run-options.js";
import { fixStep } from "./steps/fix.js";
import { planStep } from "./steps/plan.js";
import { publishStep } from "./steps/publish.js";
import { checkpoint } from "./steps/checkpoint.js";
import { verifyStep } from "./steps/verify.js";
import { workStep } from "./steps/work.js";
import { openWorktree, type Worktree } from "./worktree.js";
import { dropBranch } from "./worktree/elsewhere.js";

/** A run that exists, with all it needs to move on. */
export interface Drive {
  readonly repository: Repository;
  readonly journal: Journal;
  readonly release: Release;
  readonly parts: Parts;
  readonly options: DriveOptions;
}

/** While there is a next step, does it. Never throws: what goes wrong is an event like any other. */
export async function drive({ repository, journal, release, parts, options }: Drive): Promise<Outcome> {
  const { id } = journal.record;
  let opened: Promise<Worktree> | undefined;
  const run: RunContext = {
    get record() {
      return journal.record;
    },
    repository,
    verifier: parts.verifier,
    tools: parts.tools,
    model: (phase) => parts.models.get(modelNow(journal.record, phase))!,
    history: async (step) => historyOf(await journal.entries(), step),
    deadlines: options.deadlines ?? {},
    retry: options.retry ?? {},
    signal: options.signal ?? new AbortController().signal,
    worktree: () => (opened ??= openFor(run, parts, options)),
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
  let end: GivenUp = {};
  try {
    await moveOn(run);
  } catch (error) {
    end = await giveUp(run, error, opened);
  }
  await tidy(run, opened, end.uncommitted);
  await journal.close().catch(() => {});
  await release();
  const record = end.unwritten ? { ...run.record, error: end.unwritten } : run.record;
  return outcomeOf(record, repository.checkout ?? repository.commonDir);
}

async function moveOn(run: RunContext): Promise<void> {
  for (let step = next(run.record); "do" in step; step = next(run.record)) {
    run.signal.throwIfAborted();
    await perform(run, step);
    // What is merged is over: nothing is left to be stopped.
    if (!run.record.published) run.signal.throwIfAborted();
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
      // Without a person's decision it is the task's policy that merges.
      return publishStep({
        repository: run.repository,
        record: run.record,
        emit: run.emit,
        ...(!run.record.review && { decision: { by: "policy" } }),
      });
  }
}

async function openFor(run: RunContext, { confinement }: Parts, { worktreeRoot }: DriveOptions): Promise<Worktree> {
  const { id, branch, base, head } = run.record;
  const worktree = await openWorktree({
    repository: run.repository,
    id,
    branch,
    base,
    head,
    confinement,
    ...(worktreeRoot !== undefined && { root: worktreeRoot }),
  });
  if (head !== base) return worktree;
  if (confinement.kind === "none" && run.record.task.sandbox !== "none") {
    await run.emit({
      type: "notice",
      code: "no-sandbox",
      message: `Commands and agent programs run without a sandbox and could reach beyond the worktree: ${confinement.reason}.`,
    });
  }
  const submodules = await worktree.submodules();
  if (submodules.length > 0) {
    await run.emit({
      type: "notice",
      code: "submodules-empty",
      message: `Submodules are not checked out in the worktree: ${submodules.map(printable).join(", ")}`,
    });
  }
  return worktree;
}

/** What a run that was given up could not do any more. */
interface GivenUp {
  /** The reason, if it can't be written down because the disk is full: it must be in the outcome all the same. */
  readonly unwritten?: ErrorData;
  /** Why what was done could not be committed. */
  readonly uncommitted?: AifactoryError;
}

/** A run that was stopped or broke keeps what was done: it is committed before the reason is written down. */
async function giveUp(run: RunContext, thrown: unknown, opened: Promise<Worktree> | undefined): Promise<GivenUp> {
  const isAbort = run.signal.aborted;
  const error = isAbort
    ? new AifactoryError("aborted", `The run was stopped. ${reasonOf(run.signal)}`.trim())
    : toError(thrown);
  const isOpen = await opened?.then(
    () => true,
    () => false,
  );
  const commit = async (): Promise<void> =>
    checkpoint(run, "end", `Work in progress\n\nRun ${run.record.id}: ${error.code}.`);
  const uncommitted = isOpen ? await commit().then(() => undefined, toError) : undefined;
  const written = run.emit({ type: isAbort ? "run-cancelled" : "run-failed", error: error.toJSON() });
  const unwritten = await written.then(
    () => undefined,
    () => error.toJSON(),
  );
  return { ...(unwritten && { unwritten }), ...(uncommitted && { uncommitted }) };
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "";
}

/** Removes the worktree, if one could be opened: everything is committed by now. A branch that has nothing on it goes too. */
async function tidy(
  run: RunContext,
  opened: Promise<Worktree> | undefined,
  uncommitted: AifactoryError | undefined,
): Promise<void> {
  const say = async (message: string): Promise<void> =>
    run.emit({ type: "notice", code: "worktree-left", message }).catch(() => {});
  try {
    const worktree = await opened?.catch(() => undefined);
    if (worktree && uncommitted) {
      await worktree.leave();
      return await say(
        `What was done last is not committed: ${uncommitted.message} It is in ${worktree.path}, and resumeTask takes it over.`,
      );
    }
    await worktree?.close();
    const { id, branch, base, head } = run.record;
    if (head === base) await dropBranch({ repository: run.repository, id, branch }, base);
  } catch (error) {
    await say(`The worktree could not be removed: ${toError(error).message}`);
  }
}
