import type { ErrorData } from "../errors.js";
import type { DiffStat, Isolation, RecordEvent, StepKey, Subtask, WorkEnd } from "../events.js";
import type { Task } from "../task.js";
import type { Usage } from "./turn-event.js";
import type { Verdict } from "./verdict.js";

/** The whole life of a run as plain data: no secret and no path of a machine other than the user's own `repo`. */
export interface RunRecord {
  readonly v: 1;
  readonly id: string;
  /** Number of the last event in it. */
  readonly seq: number;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly task: Task;
  readonly base: string;
  readonly baseRef?: string;
  readonly branch: string;
  /** The newest checkpoint, or the base. */
  readonly head: string;
  readonly stat: DiffStat;
  readonly dirty: readonly string[];
  readonly subtasks: readonly Subtask[];
  readonly planned: boolean;
  /** How many subtasks are finished. */
  readonly done: number;
  /** Why work ended before all subtasks were finished. */
  readonly stopped: {
    readonly end: Exclude<WorkEnd, "finished">;
    readonly error?: ErrorData;
  } | null;
  /** The step that was started last, and the commit from which it began, however often it was started since. */
  readonly current: { readonly step: StepKey; readonly from: string } | null;
  /** Models that could not go on, and which took their place: the former are not asked again. */
  readonly handovers: readonly Handover[];
  /** How often each kind of step was started. */
  readonly attempts: { readonly [step: StepKey]: number };
  readonly verdict: Verdict | null;
  readonly verifications: number;
  /** Rounds of fixing since the last request of a person. */
  readonly fixes: number;
  /** The decision of a person; null while there is none. */
  readonly review: {
    readonly decision: "approve" | "reject";
    readonly commit: string;
    readonly at: string;
    /** Where an approved commit goes, `refs/heads/…`. */
    readonly ref?: string;
    readonly by?: string;
    readonly text?: string;
  } | null;
  readonly published: { readonly commit: string; readonly ref: string; readonly at: string } | null;
  readonly error: ErrorData | null;
  readonly cancelled: boolean;
  readonly turns: number;
  /** Model strings in the order in which they were first asked, each with what really served and what was in force. */
  readonly models: readonly ModelServed[];
  readonly usage: Usage;
  /** Turns of which no cost is known. */
  readonly uncosted: number;
  /** By model string: what its provider's session has counted so far, in whatever step and process. */
  readonly sessions: { readonly [model: string]: Usage };
  readonly nudges: readonly { readonly rule: string; readonly level: number }[];
  readonly recovered: readonly { readonly name: string; readonly format: string }[];
  readonly notices: readonly { readonly code: string; readonly message: string }[];
  /** Milliseconds of work and of verification; the wait for a person is in neither. */
  readonly workMs: number;
  readonly verifyMs: number;
}

/** A model that worked on a run. */
export interface ModelServed {
  /** The model string. */
  readonly asked: string;
  /** What really served, when the vendor says it. */
  readonly served?: string;
  /** Of an agent's program, when it says it. */
  readonly version?: string;
  /** What its commands or its program ran in. */
  readonly isolation: Isolation;
}

/** One model that went on where another could not. */
export interface Handover {
  readonly step: StepKey;
  /** Model strings. */
  readonly from: string;
  readonly to: string;
  readonly error: ErrorData;
}

/** An event as the journal numbers and dates it. */
export interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly event: RecordEvent;
}
