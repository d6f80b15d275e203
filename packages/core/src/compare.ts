import type { Outcome } from "./outcome.js";
import { runTask, type RunOptions } from "./run.js";
import { AifactoryError, type ErrorData, toError } from "./errors.js";
import type { ModelChoice, TaskSpec } from "./types.js";

/** One row of a comparison. A model that could not even start has an error and no outcome. */
export interface Comparison {
  readonly model: ModelChoice;
  readonly outcome?: Outcome;
  readonly error?: ErrorData;
}

/** How a comparison runs. */
export interface CompareOptions extends RunOptions {
  /** Runs at the same time. Default 1: only then are the times comparable. */
  readonly concurrency?: number;
}

/**
 * Runs the same task from the same commit on many models, each in a worktree of its own.
 *
 * @returns A row per model, in their order.
 * @throws `invalid-spec` for a concurrency that is none.
 */
export async function compare(
  spec: Omit<TaskSpec, "model">,
  models: readonly ModelChoice[],
  options: CompareOptions = {},
): Promise<Comparison[]> {
  const { concurrency = 1 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new AifactoryError("invalid-spec", `concurrency: must be a whole number above 0, not ${concurrency}.`);
  const { default: pLimit } = await import("p-limit");
  const limit = pLimit(concurrency);
  return Promise.all(models.map((model) => limit(async () => row({ ...spec, model }, options))));
}

async function row(spec: TaskSpec, options: RunOptions): Promise<Comparison> {
  try {
    return { model: spec.model, outcome: await runTask(spec, options) };
  } catch (error) {
    return { model: spec.model, error: toError(error).toJSON() };
  }
}
