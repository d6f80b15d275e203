import type { Committed } from "../checkpoint.js";
import { noticesOf } from "../checkpoint/left-out.js";
import type { RecordEvent, StepKey, Subtask } from "../events.js";
import { runDirectory } from "../journal.js";
import type { RunRecord } from "../record.js";
import type { Repository } from "../repository.js";
import type { RunContext } from "../run-context.js";
import { keptIn } from "../worktree/kept.js";

/** Commits what changed in the worktree and says so. */
export async function checkpoint(run: RunContext, step: StepKey, message: string): Promise<void> {
  const worktree = await run.worktree();
  const committed = await worktree.checkpoint(message);
  for (const event of eventsOf(committed, step, run.record, run.repository)) await run.emit(event);
}

/** What there is to tell of a checkpoint: the commit, and what it could not take, once. */
export function eventsOf(
  { made, left }: Committed,
  step: StepKey,
  { id, notices }: RunRecord,
  { commonDir }: Repository,
): readonly RecordEvent[] {
  const news = noticesOf(left, keptIn(runDirectory(commonDir, id))).filter(({ message }) =>
    notices.every((notice) => notice.message !== message),
  );
  return [
    ...(made ? [{ type: "checkpoint" as const, step, ...made }] : []),
    ...news.map((notice) => ({ type: "notice" as const, step, ...notice })),
  ];
}

/** The first line of a commit: what is being done, in at most 72 characters; git takes no NUL. */
export function commitTitle({ title }: Pick<Subtask, "title">): string {
  const line = title.replaceAll("\0", " ").trim().split("\n")[0] ?? "";
  return line.length > 72 ? `${line.slice(0, 71)}…` : line;
}
