import { EventEmitter } from "eventemitter3";
import { type ErrorData, toError } from "./errors.js";
import type { Task } from "./task.js";
import type {
  AssistantMessage,
  FinishReason,
  Limits,
  Message,
  Phase,
  ToolCall,
  TurnEvent,
  Usage,
  Verdict,
} from "./types.js";

/** Names a step of a run: `plan`, `work-0`, `verify-1`, `fix-1`, `publish`. Messages, turns and checkpoints carry it. */
export type StepKey = string;

/** One piece of the work: the whole prompt, one item of the plan, or what a reviewer asked for. */
export interface Subtask {
  readonly title: string;
  /** What must be true when it is done. */
  readonly doneWhen?: string;
  readonly phase: Exclude<Phase, "plan">;
}

/** What commands and agent programs were shut in with. */
export type Isolation = "bubblewrap" | "none";

/** Lines and files of a change, as git counts them. */
export interface DiffStat {
  readonly files: number;
  readonly insertions: number;
  readonly deletions: number;
}

/** How a stretch of work ended. Only `finished` means that the model thinks it is done and something was written. */
export type WorkEnd = "finished" | "stalled" | "limit" | "failed" | "refused";

/** What moves a record on. It is written to the journal before anything that depends on it happens. */
export type RecordEvent =
  | {
      readonly type: "run-started";
      readonly id: string;
      readonly spec: Task;
      /** The commit that the run starts from. */
      readonly base: string;
      /** The branch it came from, `refs/heads/…`; absent when the base was no branch. */
      readonly baseRef?: string;
      readonly branch: string;
      /** Uncommitted paths in the user's checkout: reported, never touched and never part of the run. */
      readonly dirty: readonly string[];
    }
  | {
      readonly type: "step-started";
      readonly step: StepKey;
      readonly attempt: number;
      readonly model?: string;
    }
  | {
      readonly type: "message";
      readonly step: StepKey;
      readonly message: Message;
      /** With the first result of a turn's calls: how long all of them took. */
      readonly toolsMs?: number;
    }
  | {
      readonly type: "turn-finished";
      readonly step: StepKey;
      /** The model string asked for, and what really served when the vendor says it. */
      readonly model: string;
      readonly servedModel?: string;
      /** Of an agent's program. */
      readonly version?: string;
      readonly reason: FinishReason;
      /** What its commands or its program ran in. */
      readonly isolation: Isolation;
      readonly usage?: Usage;
      /** What the provider's session has counted so far, over all turns of the run. */
      readonly session?: Usage;
      readonly durationMs: number;
    }
  | { readonly type: "recovered"; readonly step: StepKey; readonly call: ToolCall }
  | {
      readonly type: "nudged";
      readonly step: StepKey;
      readonly rule: string;
      readonly level: number;
      readonly text: string;
    }
  | {
      readonly type: "checkpoint";
      readonly step: StepKey;
      readonly commit: string;
      readonly stat: DiffStat;
    }
  | { readonly type: "plan-finished"; readonly subtasks: readonly Subtask[] }
  | {
      readonly type: "work-finished";
      readonly step: StepKey;
      readonly end: WorkEnd;
      readonly error?: ErrorData;
      readonly durationMs: number;
    }
  | {
      readonly type: "verify-finished";
      readonly step: StepKey;
      readonly verdict: Verdict;
      readonly durationMs: number;
    }
  | {
      readonly type: "reviewed";
      readonly decision: "approve" | "reject" | "changes";
      /** The commit that was decided upon. */
      readonly commit: string;
      /** Where an approved one is to go, `refs/heads/…`; absent in journals of before. */
      readonly ref?: string;
      readonly by?: string;
      readonly text?: string;
    }
  | {
      /** A model had no quota, was down or stalled: the next one of the task's list goes on. */
      readonly type: "handed-over";
      readonly step: StepKey;
      readonly from: string;
      readonly to: string;
      readonly error: ErrorData;
    }
  | {
      /** A run that had broken off goes on. */
      readonly type: "resumed";
      /** Limits that take the place of the task's. */
      readonly limits?: Limits;
    }
  | { readonly type: "published"; readonly commit: string; readonly ref: string }
  | { readonly type: "run-failed"; readonly error: ErrorData }
  | { readonly type: "run-cancelled"; readonly error: ErrorData }
  | {
      readonly type: "notice";
      readonly code: string;
      readonly message: string;
      readonly step?: StepKey;
    };

/** What can be watched while it happens and is not kept. */
export type LiveEvent =
  | { readonly type: "turn-event"; readonly step: StepKey; readonly event: TurnEvent }
  | { readonly type: "tool-started"; readonly step: StepKey; readonly call: ToolCall }
  | {
      readonly type: "tool-finished";
      readonly step: StepKey;
      readonly call: ToolCall;
      readonly text: string;
      readonly isError: boolean;
    }
  | {
      readonly type: "retry";
      readonly step: StepKey;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ErrorData;
    }
  | { readonly type: "reply"; readonly step: StepKey; readonly message: AssistantMessage }
  | { readonly type: "progress"; readonly step: StepKey; readonly line: string };

/** Everything a run tells. */
export type RunEvent = RecordEvent | LiveEvent;

type EventMap = {
  [Type in RunEvent["type"]]: (event: Extract<RunEvent, { type: Type }>, runId: string) => void;
} & {
  /** Every event. */
  event: (event: RunEvent, runId: string) => void;
};

/** Tells what happens in runs. One can be given to many runs: the run's id is the second argument. */
export class TaskEvents extends EventEmitter<EventMap> {}

/** Tells one event, under its own name and under `event`. A listener that throws, or rejects, stops nobody: it is a warning. */
export function tell(events: TaskEvents | undefined, event: RunEvent, runId: string): void {
  if (!events) return;
  for (const name of [event.type, "event"] as const) {
    for (const listener of events.listeners(name)) {
      // One that was added by `once` goes before it is called, as always.
      events.off(name, listener, undefined, true);
      const called = (async () => listener.call(events, event, runId))();
      called.catch((error: unknown) => process.emitWarning(`A listener of ${name} failed: ${toError(error).message}`));
    }
  }
}
