import { fixPrompt } from "../prompts.js";
import type { Next } from "../next.js";
import type { RunContext } from "../run-context.js";
import { stretch } from "./stretch.js";

/** Lets the model of the fix phase work on what the verifier found. */
export async function fixStep(run: RunContext, { key: step }: Extract<Next, { do: "fix" }>): Promise<void> {
  const { verdict, task } = run.record;
  if (!verdict) throw new TypeError("A fix needs a verdict.");
  const { end, error, durationMs } = await stretch(run, {
    step,
    phase: "fix",
    prompt: fixPrompt(task.prompt, verdict),
    tools: run.tools,
    needsWrite: true,
    title: "Fix what verification found",
  });
  await run.emit({ type: "work-finished", step, end, ...(error && { error }), durationMs });
}
