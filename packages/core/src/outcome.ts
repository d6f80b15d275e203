import { type ErrorData, errorData } from "./errors.js";
import type { DiffStat } from "./events.js";
import { next } from "./next.js";
import type { RunRecord } from "./record.js";
import type { Usage, Verdict } from "./types.js";

/**
 * How a run came out. `ready`: everything asked for is done, something changed, and no verdict speaks against it.
 * `partial`: some of it is done. All others are what they say; none of them is a success.
 */
export type OutcomeStatus = "ready" | "partial" | "no-changes" | "stalled" | "failed" | "cancelled";

/** What happened in a run: plain JSON, to be read by another process, next week. */
export interface Outcome {
  readonly id: string;
  /** The repository, absolute. */
  readonly repo: string;
  readonly status: OutcomeStatus;
  /** `none`: there is nothing to decide upon. */
  readonly review: "none" | "pending" | "approved" | "rejected";
  readonly branch: string;
  /** Commit ids: where it started and its newest checkpoint. */
  readonly base: string;
  readonly head: string;
  /** The branch that `approve` merges into; absent when the run did not start from a branch. */
  readonly baseRef?: string;
  readonly stat: DiffStat;
  readonly verdict: Verdict | null;
  /** Model strings asked for, each with what really served when the vendor says it. */
  readonly models: RunRecord["models"];
  readonly subtasks: { readonly done: number; readonly total: number };
  readonly turns: number;
  /** Models that went on where another could not, and why. */
  readonly handovers: RunRecord["handovers"];
  /** Over the whole run; `cost` says its basis and is absent when no amount is known. */
  readonly usage: Usage;
  /** Turns of which no cost is known: above 0, `usage.cost` is only a part. */
  readonly uncosted: number;
  readonly nudges: RunRecord["nudges"];
  readonly recovered: RunRecord["recovered"];
  readonly notices: RunRecord["notices"];
  /** Uncommitted paths of the user's checkout when the run began; not part of it. */
  readonly dirty: readonly string[];
  readonly startedAt: string;
  readonly workMs: number;
  readonly verifyMs: number;
  /** Why it is not `ready`. */
  readonly error?: ErrorData;
}

/** Decides how a run came out, from git and the verdict. Pure. */
export function outcomeOf(record: RunRecord, repo: string): Outcome {
  const {
    id,
    branch,
    base,
    head,
    baseRef,
    stat,
    verdict,
    models,
    handovers,
    turns,
    usage,
    uncosted,
    nudges,
    recovered,
    notices,
    dirty,
  } = record;
  const [status, error] = statusOf(record);
  return {
    id,
    repo,
    status,
    review: reviewOf(record),
    branch,
    base,
    head,
    ...(baseRef !== undefined && { baseRef }),
    stat,
    verdict,
    models,
    subtasks: {
      done: Math.min(record.done, record.subtasks.length),
      total: record.subtasks.length,
    },
    turns,
    handovers,
    usage,
    uncosted,
    nudges,
    recovered,
    notices,
    dirty,
    startedAt: record.startedAt,
    workMs: record.workMs,
    verifyMs: record.verifyMs,
    ...(error && { error }),
  };
}

function statusOf(record: RunRecord): [OutcomeStatus, (ErrorData | undefined)?] {
  const { error, cancelled, stopped, head, base, verdict, done, subtasks } = record;
  if (cancelled && error) return ["cancelled", error];
  if (error) return ["failed", error];
  if (stopped) return [stoppedStatus(record), stopped.error];
  if (head === base) return ["no-changes", errorData("no-changes", "The run ended without a change to any file.")];
  if (done < subtasks.length) return ["partial"];
  if (verdict && verdict.status !== "passed" && verdict.status !== "unproven") {
    return ["failed", errorData("verification-failed", `Verification: ${verdict.status}. ${verdict.summary}`)];
  }
  return ["ready"];
}

function stoppedStatus({ stopped, done, head, base }: RunRecord): OutcomeStatus {
  if (done > 0) return "partial";
  if (stopped?.end === "stalled") return "stalled";
  return stopped?.end === "limit" && head !== base ? "partial" : "failed";
}

function reviewOf(record: RunRecord): Outcome["review"] {
  if (record.published) return "approved";
  if (record.review?.decision === "reject") return "rejected";
  return isPending(record) ? "pending" : "none";
}

/** Whether a person can decide: there is a change, and nothing is left to be done without a person. */
export function isPending(record: RunRecord): boolean {
  const step = next(record);
  const isFailedWithWork =
    "end" in step && record.error !== null && record.head !== record.base && !record.published && !record.review;
  return "waitFor" in step || isFailedWithWork || (record.review?.decision === "approve" && !record.published);
}
