import type { ErrorCode, ErrorData } from "../errors.js";
import { git } from "../git.js";
import type { WorkResult } from "../loop.js";
import { modelNow, modelsFor } from "../phases.js";
import { handoverPrompt } from "../prompts.js";
import type { RunContext } from "../run-context.js";
import { attempt, type Stretch } from "./attempt.js";

/** What another provider can help against: no quota left, nobody there, a model that is stuck. Never a bad request. */
const outages: ReadonlySet<ErrorCode> = new Set([
  "quota",
  "rate-limit",
  "retry-too-late",
  "overloaded",
  "server-error",
  "network",
  "cut-stream",
  "timeout",
  "program-missing",
  "agent-exited",
  "stalled",
]);

/** Characters of a diff that are shown to the model which takes over; it can read the files themselves. */
const shownDiff = 12_000;

/**
 * Lets the model of a phase work; where it can't go on, the next one of the task's list takes over, from the newest
 * checkpoint and in the same worktree.
 */
export async function stretch(run: RunContext, order: Stretch): Promise<WorkResult & { durationMs: number }> {
  for (;;) {
    const { asked } = run.model(order.phase);
    const result = await attempt(run, { ...order, prompt: await promptFor(run, order) });
    const to = successor(run, order, result.error);
    if (!result.error || to === undefined) return result;
    await run.emit({ type: "handed-over", step: order.step, from: asked, to, error: result.error });
  }
}

/** The model string that takes over; undefined when the error is none of its business or nobody is left. */
function successor({ record }: RunContext, { phase }: Stretch, error: ErrorData | undefined): string | undefined {
  if (!error || !outages.has(error.code)) return undefined;
  const from = modelNow(record, phase);
  const to = modelNow({ ...record, handovers: [...record.handovers, { step: "", from, to: "", error }] }, phase);
  return to === from || !modelsFor(record.task, phase).includes(to) ? undefined : to;
}

async function promptFor({ record, repository }: RunContext, { step, prompt }: Stretch): Promise<string> {
  const handover = record.handovers.findLast((each) => each.step === step);
  if (!handover) return prompt;
  const range = [record.current?.from ?? record.base, record.head];
  const safe = ["--no-ext-diff", "--no-textconv"];
  const [stat, diff] = await Promise.all([
    git(repository.place, ["diff", "--stat", ...safe, ...range]),
    git(repository.place, ["diff", ...safe, ...range]),
  ]);
  return handoverPrompt(prompt, handover, diff.length > shownDiff ? stat : diff);
}
