import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { drive, type DriveOptions } from "./drive.js";
import { type RecordEvent, tell } from "./events.js";
import { continueJournal, createJournal, runDirectory } from "./journal.js";
import { takeLock } from "./lock.js";
import type { Outcome } from "./outcome.js";
import { resolveParts } from "./parts.js";
import { dirtyPaths, openRepository, pinBase, type Repository } from "./repository.js";
import type { Resolution } from "./resolve.js";
import { parseTask } from "./task.js";
import type { TaskSpec, Tool } from "./types.js";

/** What a run is given besides its task: what can't be JSON. */
export interface RunOptions extends Resolution, DriveOptions {
  /** Tools to offer besides the built-in ones; one with the name of a built-in one takes its place. */
  readonly tools?: readonly Tool[];
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
