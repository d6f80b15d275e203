import type { StepKey, Subtask } from "./events.js";
import { plans } from "./phases.js";
import { apply, type RunRecord } from "./record.js";
import type { Limits } from "./types.js";

/** What to do now. */
export type Next =
  | { readonly do: "plan"; readonly key: StepKey }
  | { readonly do: "verify"; readonly key: StepKey }
  | { readonly do: "fix"; readonly key: StepKey }
  | { readonly do: "publish"; readonly key: StepKey }
  | {
      readonly do: "work";
      readonly key: StepKey;
      readonly subtask: Subtask;
      readonly index: number;
    }
  | { readonly waitFor: "review" }
  | { readonly end: true };

/** Says what a run needs next. Pure: the same record always gives the same answer. */
export function next(record: RunRecord): Next {
  if (record.error || record.cancelled || record.published || record.review?.decision === "reject")
    return { end: true };
  // What came after the decision was not decided upon.
  if (record.review?.decision === "approve" && record.review.commit === record.head)
    return { do: "publish", key: "publish" };
  if (plans(record.task) && !record.planned && !record.stopped) return { do: "plan", key: "plan" };
  const subtask = record.subtasks[record.done];
  if (subtask && !record.stopped) return { do: "work", key: `work-${record.done}`, subtask, index: record.done };
  if (record.head === record.base) return { end: true };
  if (record.task.verify !== undefined && record.verdict?.head !== record.head)
    return { do: "verify", key: `verify-${record.verifications}` };
  if (canFix(record)) return { do: "fix", key: `fix-${record.verifications}` };
  if (record.task.review === "auto" && !record.stopped && record.verdict?.status === "passed")
    return { do: "publish", key: "publish" };
  return { waitFor: "review" };
}

/** Says what a run would need next if it was resumed, with other limits or the same. */
export function nextResumed(record: RunRecord, limits?: Limits): Next {
  const event = { type: "resumed" as const, ...(limits && { limits }) };
  return next(apply(record, { seq: record.seq + 1, at: record.updatedAt, event }));
}

function canFix({ verdict, stopped, fixes, task }: RunRecord): boolean {
  return verdict !== null && verdict.status !== "passed" && verdict.fixable && !stopped && fixes < task.limits.fixes;
}
