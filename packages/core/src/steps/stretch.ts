import type { ErrorCode } from "../errors.js";
import { git } from "../git.js";
import type { WorkResult } from "../loop.js";
import { modelNext } from "../phases.js";
import { handoverPrompt } from "../prompts.js";
import type { RunContext } from "../run-context.js";
import { deedsOf } from "../summary.js";
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

/** Of a longer one: the width of a line, of a name in it, and how many files are named before they are only counted. */
const shownFiles = "--stat=120,100,100";

/**
 * Lets the model of a phase work; where it can't go on, the next one of the task's list takes over, from the newest
 * checkpoint and in the same worktree.
 */
export async function stretch(run: RunContext, order: Stretch): Promise<WorkResult & { durationMs: number }> {
  for (;;) {
    const { asked } = run.model(order.phase);
    const result = await attempt(run, { ...order, prompt: await promptFor(run, order) });
    const to = modelNext(run.record, order.phase);
    if (!result.error || !outages.has(result.error.code) || to === undefined) return result;
    await run.emit({ type: "handed-over", step: order.step, from: asked, to, error: result.error });
  }
}

/** Characters of the list of calls that were made until then. */
const shownCalls = 4_000;

async function promptFor(run: RunContext, { step, prompt }: Stretch): Promise<string> {
  const { record, repository } = run;
  const handover = record.handovers.findLast((each) => each.step === step);
  if (!handover) return prompt;
  const range = [record.current?.from ?? record.base, record.head];
  const safe = ["--no-ext-diff", "--no-textconv"];
  const diff = await git(repository.place, ["diff", ...safe, ...range]);
  const shown = diff.length > shownDiff ? await git(repository.place, ["diff", shownFiles, ...safe, ...range]) : diff;
  const { earlier } = await run.history(step);
  return handoverPrompt(prompt, handover, shown, deedsOf(earlier, shownCalls));
}
