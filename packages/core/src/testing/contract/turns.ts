import assert from "node:assert/strict";
import type { ErrorCode, ErrorData } from "../../errors.js";
import type { FinishEvent, TurnEvent, TurnRequest, Usage } from "../../types.js";
import { usageMeter } from "../../usage.js";
import type { StageInFolder } from "./behaviour.js";

/** A turn that is over. */
export interface Played {
  readonly events: readonly TurnEvent[];
  readonly finish: FinishEvent;
}

/** A turn in progress. */
export interface Underway {
  /** What has come so far. */
  readonly events: readonly TurnEvent[];
  /** Resolves with the first event of a type; rejects when the turn ends without one. */
  first(type: TurnEvent["type"]): Promise<TurnEvent>;
  abort(): void;
  /** Whether it has ended, one way or another. */
  hasEnded(): boolean;
  /** Rejects when it threw, hung, or ended without a finish. */
  played(): Promise<Played>;
  /** Resolves with what was thrown, if anything was. */
  thrown(): Promise<unknown>;
}

/** The request of a first turn. Everything can be replaced. */
export function turnRequest(stage: StageInFolder, changes: Partial<TurnRequest> = {}): TurnRequest {
  return Object.freeze<TurnRequest>({
    model: stage.model,
    system: "You are a careful engineer.",
    messages: [{ role: "user", text: "Say hello." }],
    tools: stage.provider.kind === "model" ? [readFile, listFiles] : [],
    cwd: stage.cwd,
    signal: new AbortController().signal,
    ...changes,
  });
}

const readFile = {
  name: "read_file",
  description: "Reads a file.",
  inputSchema: {
    type: "object",
    properties: { path: { type: "string", description: "Path of the file." } },
    required: ["path"],
    additionalProperties: false,
  },
} as const;

const listFiles = {
  name: "list_files",
  description: "Lists the files.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
} as const;

/** Takes a turn to its end. */
export async function play(stage: StageInFolder, changes: Partial<TurnRequest> = {}): Promise<Played> {
  return begin(stage, changes).played();
}

/** Starts a turn and reads it in the background. */
export function begin(stage: StageInFolder, changes: Partial<TurnRequest> = {}): Underway {
  const { patienceMs } = stage;
  const controller = new AbortController();
  const request = turnRequest(stage, { signal: controller.signal, ...changes });
  const events: TurnEvent[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((resume) => resume());
  let ended = false;

  const read = async (): Promise<unknown> => {
    try {
      for await (const event of stage.provider.turn(request)) {
        events.push(event);
        wake();
      }
      return undefined;
    } catch (error) {
      return error ?? new Error("threw nothing");
    } finally {
      ended = true;
      wake();
    }
  };
  const reading = read();
  const thrown = async (): Promise<unknown> => within(reading, patienceMs, "The turn did not end");

  return {
    events,
    abort: () => controller.abort(),
    hasEnded: () => ended,
    thrown,
    async first(type) {
      const found = async (): Promise<TurnEvent> => {
        for (;;) {
          const event = events.find((candidate) => candidate.type === type);
          if (event) return event;
          if (ended) assert.fail(`The turn ended without a ${type} event: ${describe(events)}`);
          await new Promise<void>((resolve) => waiting.add(resolve));
        }
      };
      return within(found(), patienceMs, `No ${type} event came`);
    },
    async played() {
      const error = await thrown();
      assert.equal(error, undefined, `turn() threw instead of finishing: ${String(error)}`);
      const finish = events.findLast((event) => event.type === "finish");
      assert(finish, `The turn ended without a finish event: ${describe(events)}`);
      return { events, finish };
    },
  };
}

async function within<Value>(promise: Promise<Value>, ms: number, complaint: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `${complaint} within ${ms / 1_000} s.` })),
      ms,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Events in short, for messages of failed tests. */
export function describe(events: readonly TurnEvent[]): string {
  return JSON.stringify(events).slice(0, 2_000);
}

/** The joined text of all events of one type. */
export function joined(events: readonly TurnEvent[], type: "text" | "thinking"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

/** What the turn used, counted as core counts it. */
export function usageOf(events: readonly TurnEvent[]): Usage | undefined {
  const meter = usageMeter(undefined);
  for (const event of events) if (event.type === "usage") meter.count(event);
  return meter.turn();
}

/** Fails unless the turn ended for this reason; says the error if there is one. */
export function assertReason({ finish }: Played, unified: FinishEvent["reason"]["unified"]): void {
  const why = finish.error ? ` (${finish.error.code}: ${finish.error.message})` : "";
  assert.equal(
    finish.reason.unified,
    unified,
    `The turn ended with reason ${finish.reason.unified}${why}, not ${unified}.`,
  );
}

/** The error of a turn; fails unless it ended with this one. */
export function errorOf(played: Played, code: ErrorCode): ErrorData {
  assertReason(played, "error");
  const { error } = played.finish;
  assert(error, "reason is error, but there is none");
  assert.equal(error.code, code, `${error.code} instead of ${code}: ${error.message}`);
  assert(error.message.length > 10, "The message says nothing.");
  return error;
}
