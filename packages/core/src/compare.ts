import { z } from "zod";
import { type ErrorData, toError } from "./errors.js";
import { check, fields, whole } from "./input.js";
import type { Outcome } from "./outcome.js";
import { runTask } from "./run.js";
import { runFields, type RunOptions } from "./run-options.js";
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

const input = z.object({
  models: z.array(z.unknown(), "must be a list of models"),
  options: fields({ ...runFields, concurrency: whole.optional() }),
});

/**
 * Runs the same task from the same commit on many models, each in a worktree of its own.
 *
 * @returns A row per model, in their order.
 * @throws `invalid-spec` for models that are no list and options that there are not.
 */
export async function compare(
  spec: Omit<TaskSpec, "model">,
  models: readonly ModelChoice[],
  options: CompareOptions = {},
): Promise<Comparison[]> {
  check("The models can't be compared", input, { models, options });
  const { concurrency = 1, ...each } = options;
  const { default: pLimit } = await import("p-limit");
  const limit = pLimit(concurrency);
  return Promise.all(models.map((model) => limit(async () => row({ ...spec, model }, each))));
}

async function row(spec: TaskSpec, options: RunOptions): Promise<Comparison> {
  try {
    return { model: spec.model, outcome: await runTask(spec, options) };
  } catch (error) {
    return { model: spec.model, error: toError(error).toJSON() };
  }
}
