import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type ErrorData, toError } from "./errors.js";
import { check, fields, number, repositoryPath } from "./input.js";
import { hasBegun, readRecord, runDirectory, runsDirectory } from "./journal.js";
import { requireOwnFolder } from "./journal/ours.js";
import { clearLeftover, leftoverPath } from "./leftover.js";
import { holderWords, isHeld, takeLock } from "./lock.js";
import { next, nextResumed } from "./next.js";
import { isPending, type Outcome, outcomeOf } from "./outcome.js";
import { printable } from "./output.js";
import type { RunRecord } from "./record.js";
import { openRepository, type Repository } from "./repository.js";
import { givenRun, type RunReference } from "./run-reference.js";
import { dropBranch } from "./worktree/elsewhere.js";
import { hasKept, keptIn } from "./worktree/kept.js";

/**
 * Where a run stands. `running`: a living process works on it. `interrupted`: none does, and it is not over:
 * `resumeTask` goes on. `waiting`: for `approve`, `reject` or `requestChanges`. `ended`: nothing is left to be done.
 */
export type RunState = "running" | "interrupted" | "waiting" | "ended";

/** A run of a repository. */
export interface Run {
  readonly id: string;
  readonly state: RunState;
  /** As it is now; of a run that is not over, as far as it got. */
  readonly outcome: Outcome;
  /** When its last event was written, ISO 8601. */
  readonly updatedAt: string;
  /** The folder of its worktree, if one is there. */
  readonly worktree?: string;
}

/** A run whose journal can't be read. */
export interface DamagedRun {
  readonly id: string;
  readonly state: "damaged";
  readonly error: ErrorData;
}

/** What `cleanRuns` did. */
export interface Cleaning {
  /** Ids of runs of which nothing is left. */
  readonly removed: readonly string[];
  readonly kept: readonly { readonly id: string; readonly why: string }[];
}

const listing = z.object({ repo: repositoryPath });
const reading = z.object({ run: givenRun });
const cleaning = listing.extend({
  options: fields({ olderThanDays: number("must be days, 0 or more", (given) => given >= 0).optional() }),
});

/**
 * The runs of a repository, the newest first.
 *
 * @param repo Path of the repository or of any folder in it.
 * @throws `invalid-spec`, `unsupported-repo`.
 */
export async function listRuns(repo: string): Promise<readonly (Run | DamagedRun)[]> {
  check("The runs can't be listed", listing, { repo });
  const repository = await openRepository(repo);
  const { begun } = await findRuns(repository);
  const { default: pLimit } = await import("p-limit");
  return pLimit(atOnce).map(begun, async (id) => readRun(repository, id));
}

/**
 * Reads a run, from any process.
 *
 * @throws `invalid-spec`, `unsupported-repo`, or `unknown-run` when there is none, or when its journal is damaged.
 */
export async function openRun(run: RunReference): Promise<Run> {
  check("The run can't be opened", reading, { run });
  const { repo, id } = run;
  const repository = await openRepository(repo);
  return describe(repository, await readRecord(runDirectory(repository.commonDir, id)));
}

/**
 * Removes the runs of a repository that are over: journal, branch and what is left of the worktree. What runs, waits, has
 * made a plan and can be resumed, holds uncommitted files or is younger than asked for is kept. What was merged stays merged.
 *
 * @param options.olderThanDays Since the last event. Default 0.
 * @throws `invalid-spec`, `unsupported-repo`; nothing is removed then.
 */
export async function cleanRuns(repo: string, options: { readonly olderThanDays?: number } = {}): Promise<Cleaning> {
  check("The runs can't be cleaned", cleaning, { repo, options });
  const { olderThanDays = 0 } = options;
  const repository = await openRepository(repo);
  const removed: string[] = [];
  const kept: { id: string; why: string }[] = [];
  const { begun, unbegun } = await findRuns(repository);
  for (const id of begun) {
    // One that can't be removed is no reason to keep the others.
    const why = await whyKept(repository, await readRun(repository, id), olderThanDays).catch(
      (error: unknown) => `it can't be removed: ${toError(error).message}`,
    );
    if (why === undefined) removed.push(id);
    else kept.push({ id, why });
  }
  for (const id of unbegun) await dropUnbegun(runDirectory(repository.commonDir, id));
  // One whose holder was killed is nobody's, but it is there.
  await isHeld(join(repository.commonDir, "aifactory", "worktrees.lock"));
  return { removed, kept };
}

/** A repository can have more runs than a process may have files open. */
const atOnce = 8;

/** The ids of runs, the newest first, and of what was killed before it had become one. */
async function findRuns({ commonDir }: Repository): Promise<{ begun: string[]; unbegun: string[] }> {
  const runs = runsDirectory(commonDir);
  await requireOwnFolder(runs);
  const found = await readdir(runs, { withFileTypes: true }).catch(() => []);
  const folders = found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const ids = folders.toSorted((one, other) => (one < other ? 1 : -1));
  const known = new Set<string>();
  for (const id of ids) if (await hasBegun(runDirectory(commonDir, id))) known.add(id);
  return { begun: ids.filter((id) => known.has(id)), unbegun: ids.filter((id) => !known.has(id)) };
}

async function dropUnbegun(directory: string): Promise<void> {
  const { mtimeMs } = await stat(directory);
  // One that is just beginning has no lock for a moment.
  if ((await isHeld(join(directory, "lock"))) || Date.now() - mtimeMs < 60_000) return;
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

async function readRun(repository: Repository, id: string): Promise<Run | DamagedRun> {
  try {
    return await describe(repository, await readRecord(runDirectory(repository.commonDir, id)));
  } catch (error) {
    return { id, state: "damaged", error: toError(error).toJSON() };
  }
}

async function describe(repository: Repository, record: RunRecord): Promise<Run> {
  const { commonDir, checkout = commonDir } = repository;
  const { id, updatedAt } = record;
  const worktree = await leftoverPath(repository, id);
  const outcome = outcomeOf(record, checkout);
  const state = await stateOf(repository, record);
  return { id, state, outcome, updatedAt, ...(worktree !== undefined && { worktree }) };
}

async function stateOf({ commonDir }: Repository, record: RunRecord): Promise<RunState> {
  if (await isHeld(join(runDirectory(commonDir, record.id), "lock"))) return "running";
  if (isPending(record)) return "waiting";
  return "do" in next(record) ? "interrupted" : "ended";
}

/** Removes the run, or says why not. */
async function whyKept(repository: Repository, run: Run | DamagedRun, days: number): Promise<string | undefined> {
  if (run.state === "damaged") return `its journal is damaged: ${run.error.message}`;
  const directory = runDirectory(repository.commonDir, run.id);
  if (run.state === "running") return holderWords(join(directory, "lock"));
  if (run.state === "waiting") return "it waits for review";
  if (run.state === "interrupted") return "it was interrupted: resume or reject it";
  if (days > 0 && Date.now() - Date.parse(run.updatedAt) < days * 86_400_000) return `it is not ${days} days old`;
  const release = await takeLock(join(directory, "lock"), 0);
  try {
    const record = await readRecord(directory);
    // Somebody may have gone on with it since it was looked at.
    if (isPending(record)) return "it waits for review";
    // One that has made nothing yet is resumed by running its task again.
    if (record.planned && "do" in nextResumed(record)) return "it has a plan and can be resumed; reject it if not";
    const { branch, head } = record;
    const left = await clearLeftover(repository, run.id, head);
    if (left !== undefined) return `there are uncommitted files in ${left}`;
    if (await hasKept(directory)) return `there are repositories that were not committed in ${keptIn(directory)}`;
    const folder = await dropBranch({ repository, id: run.id, branch }, head);
    if (folder !== undefined) return `its branch is checked out in ${printable(folder)}`;
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    return undefined;
  } finally {
    await release();
  }
}
