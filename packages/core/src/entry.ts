// What the package's index offers that does work. Each loads its module with the first call: importing the package costs
// neither the schemas nor the process code.

/**
 * Runs a coding task in a worktree of its own, verifies what came out and stops for review.
 *
 * @returns The outcome, whatever happened: everything that can go wrong from the moment the run exists is in it.
 * @throws {AifactoryError} only for bad input (`invalid-spec`, `unknown-provider`, `unsupported-repo`, …), before
 * anything exists.
 */
export const runTask: typeof import("./run.js").runTask = async (...args) =>
  (await import("./run.js")).runTask(...args);

/**
 * Runs the same task from the same commit on many models, each in a worktree of its own.
 *
 * @returns A row per model, in their order.
 */
export const compare: typeof import("./compare.js").compare = async (...args) =>
  (await import("./compare.js")).compare(...args);

/**
 * Merges exactly the commit that was verified: a fast-forward, never a new commit. If the target is checked out
 * somewhere, that checkout follows, and only when it is clean.
 *
 * @throws `unverified`, `invalid-spec`, `moved`, `conflict`, `disk`, `not-pending`, `unknown-run` or `locked`; nothing is merged then.
 */
export const approve: typeof import("./review.js").approve = async (...args) =>
  (await import("./review.js")).approve(...args);

/**
 * Turns a run down, also one that broke off and could be resumed. Its branch stays.
 *
 * @throws `invalid-spec`, `moved`, `not-pending`, `unknown-run` or `locked`.
 */
export const reject: typeof import("./review.js").reject = async (...args) =>
  (await import("./review.js")).reject(...args);

/**
 * Asks for changes: the run goes on from its newest commit with what is asked, is verified again and stops for review
 * again.
 *
 * @returns The new outcome, as `runTask` does.
 * @throws `not-pending`, `unknown-run`, `locked`, or for bad input, before anything has changed.
 */
export const requestChanges: typeof import("./review.js").requestChanges = async (...args) =>
  (await import("./review.js")).requestChanges(...args);

/**
 * Goes on with a run that broke off: its process was killed, it was stopped, it failed or reached a limit. What it had
 * written is taken over; a model's conversation goes on where it was.
 *
 * @param options Those of `runTask`, and limits that take the place of the task's.
 * @returns The new outcome, as `runTask` does.
 * @throws `not-resumable`, `unknown-run`, `locked`, `moved`, or for bad input, before anything is spent.
 */
export const resumeTask: typeof import("./run.js").resumeTask = async (...args) =>
  (await import("./run.js")).resumeTask(...args);

/**
 * The runs of a repository, the newest first.
 *
 * @throws `invalid-spec`, `unsupported-repo`.
 */
export const listRuns: typeof import("./runs.js").listRuns = async (...args) =>
  (await import("./runs.js")).listRuns(...args);

/**
 * Reads a run, from any process.
 *
 * @throws `invalid-spec`, `unsupported-repo`, `unknown-run`.
 */
export const openRun: typeof import("./runs.js").openRun = async (...args) =>
  (await import("./runs.js")).openRun(...args);

/**
 * Removes the runs of a repository that are over: journal, branch and what is left of the worktree. What runs, waits, can
 * be resumed, holds uncommitted files or is younger than asked for is kept.
 *
 * @throws `invalid-spec`, `unsupported-repo`; nothing is removed then.
 */
export const cleanRuns: typeof import("./runs.js").cleanRuns = async (...args) =>
  (await import("./runs.js")).cleanRuns(...args);
