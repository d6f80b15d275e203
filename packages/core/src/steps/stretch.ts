import { limitReached } from "../budget.js";
import type { StepKey, Subtask } from "../events.js";
import { changedSince, readGitState } from "../guard.js";
import { type WorkResult, work } from "../loop.js";
import { systemPrompt } from "../prompts.js";
import { estimateCost } from "../usage.js";
import type { RunContext } from "../run-context.js";
import { defaultDeadlines } from "../deadlines.js";
import { defaultRetry } from "../turn.js";
import type { Message, Phase, Tool, Usage } from "../types.js";

/** One stretch of work in a run's worktree. */
export interface Stretch {
  readonly step: StepKey;
  readonly phase: Phase;
  readonly prompt: string;
  readonly tools: readonly Tool[];
  readonly needsWrite: boolean;
  /** Whether what is written is taken back. Default: it is committed. */
  readonly discards?: boolean;
  /** What checkpoints are called. */
  readonly title: string;
}

/** Lets the model of a phase work, with the run's limits, prices, journal and checkpoints around it. */
export async function stretch(
  run: RunContext,
  { step, phase, prompt, tools, needsWrite, discards, title }: Stretch,
): Promise<WorkResult & { durationMs: number }> {
  const startedAt = performance.now();
  const { provider, model, asked, facts } = run.models[phase];
  const { task, head: startedFrom } = run.record;
  const spentBefore = run.record.workMs + run.record.verifyMs;
  const spentMs = (): number => spentBefore + performance.now() - startedAt;
  const deadlines = { ...defaultDeadlines(provider.kind), ...run.deadlines };
  const worktree = await run.worktree();
  const signal = AbortSignal.any([
    run.signal,
    AbortSignal.timeout(Math.max(1, task.limits.minutes * 60_000 - spentBefore)),
  ]);
  const messages: Message[] = [{ role: "user", text: prompt }];
  const watch = await watchGit(run, step);
  let checkpoints = 0;

  await run.emit({
    type: "step-started",
    step,
    attempt: (run.record.attempts[step] ?? 0) + 1,
    model: asked,
  });
  const result = await work({
    step,
    provider,
    asked,
    model,
    system: systemPrompt(),
    messages,
    tools,
    context: { root: worktree.path, git: worktree.place, signal, timeoutMs: deadlines.toolMs },
    needsWrite,
    nudges: task.nudges ?? {},
    deadlines,
    retry: { ...defaultRetry, ...run.retry },
    ...(task.effort && { effort: task.effort }),
    emit: run.emit,
    tell: run.tell,
    limit: () => limitReached(run.record, spentMs()),
    priced: (usage: Usage | undefined) => {
      if (!usage || usage.cost) return usage;
      const cost = estimateCost(usage, facts?.price);
      return cost ? { ...usage, cost } : usage;
    },
    checkpoint: async () => {
      await watch();
      if (discards) return false;
      checkpoints += 1;
      await checkpoint(run, step, `${title}\n\nCheckpoint ${checkpoints} of run ${run.record.id} (${asked}).`);
      return run.record.head !== startedFrom;
    },
  });
  if (discards) await run.discard();
  return { ...result, durationMs: Math.round(performance.now() - startedAt) };
}

/** Commits what changed in the worktree and says so. */
export async function checkpoint(run: RunContext, step: StepKey, message: string): Promise<void> {
  const made = await (await run.worktree()).checkpoint(message);
  if (made) await run.emit({ type: "checkpoint", step, ...made });
}

/** Reports what changed in the shared git directory, where it could make git run something. Our own git never runs it. */
async function watchGit({ repository, emit }: RunContext, step: StepKey): Promise<() => Promise<void>> {
  let before = await readGitState(repository.commonDir);
  return async () => {
    const now = await readGitState(repository.commonDir);
    const changed = changedSince(before, now);
    before = now;
    if (changed.length === 0) return;
    const message = `While the model worked, the repository's git directory changed: ${changed.join(", ")}. Look at that before you run git there: it may run what stands in it.`;
    await emit({ type: "notice", step, code: "git-changed", message });
  };
}

/** The first line of a commit: what is being done, in at most 72 characters. */
export function commitTitle({ title }: Pick<Subtask, "title">): string {
  const line = title.trim().split("\n")[0] ?? "";
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}
