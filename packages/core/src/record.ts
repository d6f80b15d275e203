import type { ErrorData } from "./errors.js";
import type { DiffStat, RecordEvent, StepKey, Subtask, WorkEnd } from "./events.js";
import type { Task } from "./task.js";
import type { Usage, Verdict } from "./types.js";
import { addUsage } from "./usage.js";

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
    readonly by?: string;
    readonly text?: string;
  } | null;
  readonly published: { readonly commit: string; readonly ref: string; readonly at: string } | null;
  readonly error?: ErrorData;
  readonly cancelled: boolean;
  readonly turns: number;
  /** Model strings in the order in which they were first asked, each with what really served. */
  readonly models: readonly { readonly asked: string; readonly served?: string }[];
  readonly usage: Usage;
  /** Turns of which no cost is known. */
  readonly uncosted: number;
  readonly nudges: readonly { readonly rule: string; readonly level: number }[];
  readonly recovered: readonly { readonly name: string; readonly format: string }[];
  readonly notices: readonly { readonly code: string; readonly message: string }[];
  /** Milliseconds of work and of verification; the wait for a person is in neither. */
  readonly workMs: number;
  readonly verifyMs: number;
}

/** An event as the journal numbers and dates it. */
export interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly event: RecordEvent;
}

/** What is known after an event. Pure; an event that is in the record already changes nothing. */
export function apply(record: RunRecord | undefined, { seq, at, event }: Entry): RunRecord {
  if (!record) {
    if (event.type !== "run-started") throw new TypeError("The first event of a run is run-started.");
    return begin(seq, at, event);
  }
  if (seq <= record.seq) return record;
  return { ...record, ...change(record, event, at), seq, updatedAt: at };
}

function begin(seq: number, at: string, event: Extract<RecordEvent, { type: "run-started" }>): RunRecord {
  const task = event.spec;
  return {
    v: 1,
    id: event.id,
    seq,
    startedAt: at,
    updatedAt: at,
    task,
    base: event.base,
    ...(event.baseRef !== undefined && { baseRef: event.baseRef }),
    branch: event.branch,
    head: event.base,
    stat: { files: 0, insertions: 0, deletions: 0 },
    dirty: event.dirty,
    subtasks: [{ title: task.prompt, phase: "code" }],
    planned: false,
    done: 0,
    stopped: null,
    attempts: {},
    verdict: null,
    verifications: 0,
    fixes: 0,
    review: null,
    published: null,
    cancelled: false,
    turns: 0,
    models: [],
    usage: {},
    uncosted: 0,
    nudges: [],
    recovered: [],
    notices: [],
    workMs: 0,
    verifyMs: 0,
  };
}

function change(record: RunRecord, event: RecordEvent, at: string): Partial<RunRecord> {
  switch (event.type) {
    case "run-started":
    case "message":
      return {};
    case "step-started":
      return {
        attempts: { ...record.attempts, [event.step]: event.attempt },
        ...(event.step.startsWith("fix") && event.attempt === 1 && { fixes: record.fixes + 1 }),
      };
    case "turn-finished":
      return {
        turns: record.turns + 1,
        models: served(record.models, event.model, event.servedModel),
        usage: addUsage(record.usage, event.usage ?? {}),
        uncosted: record.uncosted + (event.usage?.cost ? 0 : 1),
        workMs: record.workMs + event.durationMs,
      };
    case "recovered":
      return {
        recovered: [...record.recovered, { name: event.call.name, format: event.call.recovered ?? "" }],
      };
    case "nudged":
      return { nudges: [...record.nudges, { rule: event.rule, level: event.level }] };
    case "notice":
      return { notices: [...record.notices, { code: event.code, message: event.message }] };
    case "checkpoint":
      return { head: event.commit, stat: event.stat };
    case "plan-finished":
      return { planned: true, subtasks: event.subtasks };
    case "work-finished":
      return finishWork(record, event);
    case "verify-finished":
      return {
        verdict: event.verdict,
        verifications: record.verifications + 1,
        verifyMs: record.verifyMs + event.durationMs,
      };
    case "reviewed":
      return decide(record, event, at);
    case "published":
      return { published: { commit: event.commit, ref: event.ref, at } };
    case "run-failed":
      return { error: event.error };
    case "run-cancelled":
      return { error: event.error, cancelled: true };
  }
}

function finishWork(record: RunRecord, event: Extract<RecordEvent, { type: "work-finished" }>): Partial<RunRecord> {
  if (event.end !== "finished") return { stopped: { end: event.end, ...(event.error && { error: event.error }) } };
  return event.step.startsWith("work") ? { done: record.done + 1 } : {};
}

function decide(record: RunRecord, event: Extract<RecordEvent, { type: "reviewed" }>, at: string): Partial<RunRecord> {
  if (event.decision !== "changes") {
    const { decision, commit, by, text } = event;
    return {
      review: {
        decision,
        commit,
        at,
        ...(by !== undefined && { by }),
        ...(text !== undefined && { text }),
      },
    };
  }
  // What the reviewer asks for is one more subtask; what had stopped the work before no longer counts.
  const asked: Subtask = { title: event.text ?? "", phase: "fix" };
  return {
    stopped: null,
    verdict: null,
    subtasks: [...record.subtasks.slice(0, record.done), asked],
    fixes: 0,
  };
}

function served(models: RunRecord["models"], asked: string, by: string | undefined): RunRecord["models"] {
  if (models.some((model) => model.asked === asked && (by === undefined || model.served === by))) return models;
  const open = models.findIndex((model) => model.asked === asked && model.served === undefined);
  const entry = { asked, ...(by !== undefined && { served: by }) };
  return open < 0 ? [...models, entry] : models.with(open, entry);
}
