import { limitReached, outputRoom } from "../budget.js";
import { defaultDeadlines, timeLimit } from "../deadlines.js";
import type { StepKey } from "../events.js";
import { secretsInSettings } from "../git/settings-secrets.js";
import { mend } from "../history.js";
import { type WorkResult, work } from "../loop.js";
import { systemPrompt } from "../prompts.js";
import type { RunContext } from "../run-context.js";
import { defaultRetry } from "../retry.js";
import { blank, inAllForms } from "../secrecy.js";
import type { Phase, Tool, Usage } from "../types.js";
import { addUsage, estimateCost } from "../usage.js";
import { checkpoint } from "./checkpoint.js";
import { probeAgent } from "./probe.js";
import { watchGit } from "./watch-git.js";

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

/** Lets one model work, with the run's limits, prices, journal and checkpoints around it. */
export async function attempt(run: RunContext, stretch: Stretch): Promise<WorkResult & { durationMs: number }> {
  const { step, phase, prompt, tools, needsWrite, discards, title } = stretch;
  const startedAt = performance.now();
  const { provider, model, asked, facts } = run.model(phase);
  const { task } = run.record;
  const spentBefore = run.record.workMs + run.record.verifyMs;
  const deadlines = { ...defaultDeadlines(provider.kind), ...run.deadlines };
  const worktree = await run.worktree();
  const { messages: history } = await run.history(step);
  const isConfined = worktree.sandbox && (provider.kind === "model" || provider.confines);
  const isolation = isConfined ? "bubblewrap" : "none";
  const secrets = inAllForms(await secretsInSettings(run.repository.place));
  const watch = isConfined ? undefined : await watchGit(run, step);
  const priced = (usage: Usage): Usage => {
    const cost = usage.cost ?? estimateCost(usage, facts?.price);
    return cost ? { ...usage, cost } : usage;
  };
  const hasChanged = (): boolean => run.record.head !== run.record.current?.from;

  await run.emit({ type: "step-started", step, attempt: (run.record.attempts[step] ?? 0) + 1, model: asked });
  const { signal, release } = timeLimit(run.signal, task.limits.minutes * 60_000 - spentBefore);
  const close = async (): Promise<void> => {
    release();
    await watch?.close();
  };
  const { version, error } = await probeAgent(run.model(phase), signal, deadlines.graceMs);
  if (error) {
    await close();
    await watch?.end();
    return { end: "failed", error, text: "", durationMs: Math.round(performance.now() - startedAt) };
  }
  const working = work({
    step,
    provider,
    asked,
    model,
    ...(version !== undefined && { version }),
    isolation,
    system: systemPrompt(),
    history,
    messages: history.length === 0 ? [{ role: "user", text: prompt }] : mend(history, provider.kind),
    tools,
    context: {
      root: worktree.path,
      git: worktree.place,
      ...(worktree.sandbox && { sandbox: worktree.sandbox }),
      ...(watch && { env: watch.env }),
      signal,
      timeoutMs: deadlines.toolMs,
    },
    ...(facts?.contextTokens !== undefined && { contextTokens: facts.contextTokens }),
    needsWrite,
    written: !discards && hasChanged(),
    nudges: task.nudges ?? {},
    deadlines,
    retry: { ...defaultRetry, ...run.retry },
    session: () => run.record.sessions[asked],
    ...(task.effort && { effort: task.effort }),
    emit: run.emit,
    tell: run.tell,
    limit: (turn = {}) => {
      const usage = addUsage(run.record.usage, priced(turn));
      return limitReached({ ...run.record, usage }, spentBefore + performance.now() - startedAt);
    },
    outputRoom: () => outputRoom(run.record, facts),
    priced,
    hide: (text) => blank(text, secrets),
    checkpoint: async () => {
      await watch?.look();
      if (discards) return false;
      await checkpoint(run, step, `${title}\n\nRun ${run.record.id} (${asked}).`);
      return hasChanged();
    },
  });
  const result = await working.finally(close);
  await watch?.end();
  if (discards) await run.discard();
  return { ...result, durationMs: Math.round(performance.now() - startedAt) };
}
