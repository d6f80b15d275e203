import type { Next } from "../next.js";
import { reviewPrompt, workPrompt } from "../prompts.js";
import type { RunContext } from "../run-context.js";
import { commitTitle } from "./checkpoint.js";
import { stretch } from "./stretch.js";

/** Does one subtask: the whole prompt, a part of the plan, or what a reviewer asked for. */
export async function workStep(
  run: RunContext,
  { key: step, subtask, index }: Extract<Next, { do: "work" }>,
): Promise<void> {
  const { prompt } = run.record.task;
  const isReview = subtask.phase === "fix";
  const { end, error, durationMs } = await stretch(run, {
    step,
    phase: subtask.phase,
    prompt: isReview ? reviewPrompt(prompt, subtask.title) : workPrompt(prompt, run.record.subtasks, index),
    tools: run.tools,
    // A later part of a plan may turn out to be done already; the first one can't be.
    needsWrite: index === 0 || isReview,
    title: commitTitle(subtask),
  });
  await run.emit({ type: "work-finished", step, end, ...(error && { error }), durationMs });
}
