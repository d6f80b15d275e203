import assert from "node:assert/strict";
import { type Scene, says } from "../scenes.js";
import { type Behaviour, both, model } from "./behaviour.js";
import { assertNoneWhole } from "./calls.js";
import { describe, errorOf, play } from "./turns.js";

/** What becomes of a stream that fails. */
export const brokenStreams: readonly Behaviour[] = [
  {
    name: "an error in mid-stream is an error and keeps what was said",
    kinds: model,
    async run(open) {
      const played = await play(await open([{ id: "mid", parts: [says("Half an ")], fault: { kind: "overloaded" } }]));
      errorOf(played, "overloaded");
      assert.equal(played.finish.message.text, "Half an ");
    },
  },
  {
    name: "a cut stream is cut-stream, not an answer",
    kinds: model,
    async run(open) {
      const played = await play(await open([{ id: "cut", parts: [says("Half an ")], ending: "cut" }]));
      assert.equal(errorOf(played, "cut-stream").retryable, true);
      assert.equal(played.finish.message.text, "Half an ");
    },
  },
  {
    name: "a stream without its last event is cut-stream",
    kinds: both,
    async run(open) {
      const played = await play(await open([{ id: "unfinished", parts: [says("Half an ")], ending: "unfinished" }]));
      errorOf(played, "cut-stream");
    },
  },
  {
    name: "a call in a cut stream does not look whole",
    kinds: model,
    async run(open) {
      const part = {
        type: "call",
        id: "call_1",
        name: "read_file",
        argumentChunks: ['{"path": "READ'],
      } as const;
      const played = await play(await open([{ id: "cut-call", parts: [part], ending: "unfinished" }]));
      errorOf(played, "cut-stream");
      assertNoneWhole(played);
    },
  },
  {
    name: "a malformed event is never passed over in silence",
    kinds: both,
    async run(open) {
      const scene: Scene = {
        id: "malformed",
        parts: [says("Hello, "), { type: "malformed" }, says("world.")],
      };
      const { events, finish } = await play(await open([scene]));
      const isTold = finish.reason.unified === "error" || events.some(({ type }) => type === "raw");
      assert(isTold, `Neither an error nor raw: ${describe(events)}`);
    },
  },
];
