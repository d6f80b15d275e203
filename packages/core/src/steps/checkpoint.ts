import type { StepKey, Subtask } from "../events.js";
import type { RunContext } from "../run-context.js";

/** Commits what changed in the worktree and says so. */
export async function checkpoint(run: RunContext, step: StepKey, message: string): Promise<void> {
  const worktree = await run.worktree();
  const made = await worktree.checkpoint(message);
  if (made) await run.emit({ type: "checkpoint", step, ...made });
  const left = worktree.leftOut();
  if (left.length === 0) return;
  const told = `Not committed, and gone with the worktree: ${left.join("; ")}`;
  const isNews = run.record.notices.every((notice) => notice.message !== told);
  if (isNews) await run.emit({ type: "notice", step, code: "not-committed", message: told });
}

/** The first line of a commit: what is being done, in at most 72 characters. */
export function commitTitle({ title }: Pick<Subtask, "title">): string {
  const line = title.trim().split("\n")[0] ?? "";
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}
