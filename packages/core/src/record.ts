import type { RecordEvent, Subtask } from "./events.js";
import type { Task } from "./task.js";
import type { Limits } from "./types.js";
import type { Entry, RunRecord } from "./types/run-record.js";
import { addUsage } from "./usage.js";

export type { Entry, Handover, RunRecord } from "./types/run-record.js";

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
    current: null,
    handovers: [],
    attempts: {},
    verdict: null,
    verifications: 0,
    fixes: 0,
    review: null,
    published: null,
    error: null,
    cancelled: false,
    turns: 0,
    models: [],
    usage: {},
    uncosted: 0,
    sessions: {},
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
      return {};
    case "message":
      return { workMs: record.workMs + (event.toolsMs ?? 0) };
    case "step-started":
      return {
        attempts: { ...record.attempts, [event.step]: event.attempt },
        current: record.current?.step === event.step ? record.current : { step: event.step, from: record.head },
        ...(event.step.startsWith("fix") && event.attempt === 1 && { fixes: record.fixes + 1 }),
      };
    case "turn-finished":
      return {
        turns: record.turns + 1,
        models: served(record.models, event),
        usage: addUsage(record.usage, event.usage ?? {}),
        uncosted: record.uncosted + (event.usage?.cost ? 0 : 1),
        ...(event.session && { sessions: { ...record.sessions, [event.model]: event.session } }),
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
    case "handed-over": {
      const { step, from, to, error } = event;
      return { handovers: [...record.handovers, { step, from, to, error }] };
    }
    case "resumed":
      return {
        error: null,
        cancelled: false,
        stopped: null,
        task: { ...record.task, limits: { ...record.task.limits, ...given(event.limits) } },
      };
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
  return { current: null, ...(event.step.startsWith("work") && { done: record.done + 1 }) };
}

function decide(record: RunRecord, event: Extract<RecordEvent, { type: "reviewed" }>, at: string): Partial<RunRecord> {
  if (event.decision !== "changes") {
    const { decision, commit, ref, by, text } = event;
    return {
      review: {
        decision,
        commit,
        at,
        ...(ref !== undefined && { ref }),
        ...(by !== undefined && { by }),
        ...(text !== undefined && { text }),
      },
    };
  }
  // What the reviewer asks for is one more subtask; what had stopped the work before no longer counts, nor does an approval
  // that broke off.
  const asked: Subtask = { title: event.text ?? "", phase: "fix" };
  return {
    error: null,
    cancelled: false,
    stopped: null,
    current: null,
    verdict: null,
    review: null,
    subtasks: [...record.subtasks.slice(0, record.done), asked],
    fixes: 0,
  };
}

/** The limits that really are given, so that nothing is overwritten by nothing. */
export function given({ turns, fixes, minutes, tokens, usd }: Limits = {}): Partial<Task["limits"]> {
  return {
    ...(turns !== undefined && { turns }),
    ...(fixes !== undefined && { fixes }),
    ...(minutes !== undefined && { minutes }),
    ...(tokens !== undefined && { tokens }),
    ...(usd !== undefined && { usd }),
  };
}

function served(
  models: RunRecord["models"],
  { model: asked, servedModel, version, isolation }: Extract<RecordEvent, { type: "turn-finished" }>,
): RunRecord["models"] {
  const known = models.findIndex(
    ({ served: by, ...model }) =>
      model.asked === asked &&
      model.isolation === isolation &&
      model.version === version &&
      (by === undefined || servedModel === undefined || by === servedModel),
  );
  const by = servedModel ?? models[known]?.served;
  const entry = {
    asked,
    ...(by !== undefined && { served: by }),
    ...(version !== undefined && { version }),
    isolation,
  };
  return known < 0 ? [...models, entry] : models.with(known, entry);
}
