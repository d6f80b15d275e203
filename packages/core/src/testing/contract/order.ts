import assert from "node:assert/strict";
import type { TurnRequest } from "../../types.js";
import { calls as call, type Scene, says, textOf } from "../scenes.js";
import { type Behaviour, both, type Open } from "./behaviour.js";
import { begin, describe, joined, play, turnRequest, type Underway } from "./turns.js";

/** What holds for every turn, however it goes. */
export const order: readonly Behaviour[] = [
  {
    name: "exactly one finish, and it comes last",
    kinds: both,
    run: async (open) =>
      everyTurn(open, ({ events }) => {
        const ends = events.filter(({ type }) => type === "finish");
        assert.equal(ends.length, 1, `${ends.length} finish events: ${describe(events)}`);
        assert.equal(events.at(-1)?.type, "finish", `Something comes after the finish: ${describe(events)}`);
      }),
  },
  {
    name: "a turn never throws",
    kinds: both,
    run: async (open) =>
      everyTurn(open, async (turn) => {
        const thrown = await turn.thrown();
        assert.equal(thrown, undefined, `It threw: ${String(thrown)}`);
      }),
  },
  {
    name: "an error is there exactly when the reason is error",
    kinds: both,
    run: async (open) =>
      everyTurn(open, async (turn) => {
        const { finish } = await turn.played();
        assert.equal(finish.error !== undefined, finish.reason.unified === "error", JSON.stringify(finish));
      }),
  },
  {
    name: "the message has exactly the text that was said, also after a failure",
    kinds: both,
    run: async (open) =>
      everyTurn(open, async (turn) => {
        const { events, finish } = await turn.played();
        assert.equal(finish.message.text, joined(events, "text"));
      }),
  },
  {
    name: "concurrent turns do not mix",
    kinds: both,
    async run(open) {
      const scenes = ["one", "two", "three"].map((id): Scene => ({
        id,
        parts: [says(...Array<string>(40).fill(`${id} `))],
      }));
      const stage = await open(scenes);
      const played = await Promise.all(scenes.map(async () => play(stage)));
      const texts = played.map(({ finish }) => finish.message.text);
      assert.deepEqual(new Set(texts), new Set(scenes.map(textOf)));
    },
  },
  {
    name: "the request is not changed",
    kinds: both,
    async run(open) {
      const stage = await open([{ id: "frozen", parts: [says("Hello.")] }]);
      const { signal, ...data } = turnRequest(stage);
      const { finish } = await play(stage, { ...freeze(data), signal } satisfies TurnRequest);
      assert.equal(finish.error, undefined, finish.error?.message);
      assert.equal(finish.message.text, "Hello.");
    },
  },
];

/** A turn of every sort: an answer, a call, and every way to fail. */
const gallery: readonly Scene[] = [
  { id: "answer", parts: [says("Hello, ", "world.")] },
  { id: "call", parts: [says("I read."), call("call_1", "read_file", { path: "a" })] },
  { id: "auth", parts: [], fault: { kind: "auth" } },
  { id: "broken", parts: [], fault: { kind: "server-error" } },
  { id: "refused", parts: [], fault: { kind: "refused" } },
  { id: "unfinished", parts: [says("Half an ")], ending: "unfinished" },
  { id: "cut", parts: [says("Half an ")], ending: "cut" },
  { id: "malformed", parts: [says("Hello, "), { type: "malformed" }, says("world.")] },
];

async function everyTurn(open: Open, check: (turn: Underway) => void | Promise<void>): Promise<void> {
  for (const scene of gallery) {
    const stage = await open([scene]);
    // An agent has no calls that we could run.
    if (stage.provider.kind === "agent" && scene.id === "call") continue;
    const turn = begin(stage);
    await turn.thrown();
    await check(turn);
  }
  const stage = await open([{ id: "aborted", parts: [says("Half an ")], ending: "stall" }]);
  const turn = begin(stage, { signal: AbortSignal.abort() });
  await turn.thrown();
  await check(turn);
}

function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
