import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Scene, says } from "../scenes.js";
import { type Behaviour, both, model } from "./behaviour.js";
import { assertNoneWhole } from "./calls.js";
import { assertReason, begin, play } from "./turns.js";

const stalls: Scene = { id: "stalls", parts: [says("Half an ")], ending: "stall" };

/** How a turn ends when it is told to. */
export const aborts: readonly Behaviour[] = [
  {
    name: "aborted before it begins: nothing is sent",
    kinds: both,
    async run(open) {
      const stage = await open([{ id: "never", parts: [says("Hello.")] }]);
      assertReason(await play(stage, { signal: AbortSignal.abort() }), "aborted");
      assert.equal(stage.requests().length, 0);
    },
  },
  {
    name: "aborted while the server says nothing",
    kinds: both,
    async run(open) {
      const stage = await open([{ id: "silence", parts: [], fault: { kind: "silence" } }]);
      const turn = begin(stage);
      await requestSeen(() => stage.requests().length);
      turn.abort();
      const played = await turn.played();
      assertReason(played, "aborted");
      assert.equal(played.finish.message.text, "");
    },
  },
  {
    name: "aborted before the first event",
    kinds: model,
    async run(open) {
      const stage = await open([{ id: "no-event", parts: [], ending: "stall" }]);
      const turn = begin(stage);
      await requestSeen(() => stage.requests().length);
      turn.abort();
      assertReason(await turn.played(), "aborted");
    },
  },
  {
    name: "aborted in mid-text: what was said is kept",
    kinds: model,
    async run(open) {
      const turn = begin(await open([stalls]));
      await turn.first("text");
      turn.abort();
      const played = await turn.played();
      assertReason(played, "aborted");
      assert.equal(played.finish.message.text, "Half an ");
      assert.equal(played.finish.error, undefined);
    },
  },
  {
    name: "aborted in mid-call: the call does not look whole",
    kinds: model,
    async run(open) {
      const half = {
        type: "call",
        id: "call_1",
        name: "read_file",
        argumentChunks: ['{"path": "READ'],
      } as const;
      const turn = begin(await open([{ id: "mid-call", parts: [says("Reading. "), half], ending: "stall" }]));
      await turn.first("text");
      turn.abort();
      const played = await turn.played();
      assertReason(played, "aborted");
      assertNoneWhole(played);
    },
  },
  {
    name: "a stall is ended by nothing but an abort: deadlines are core's",
    kinds: both,
    async run(open) {
      const stage = await open([stalls]);
      const turn = begin(stage);
      await requestSeen(() => stage.requests().length);
      await sleep(300);
      assert(!turn.hasEnded(), "The turn ended by itself.");
      turn.abort();
      assertReason(await turn.played(), "aborted");
    },
  },
  {
    name: "an abort ends one turn and not another",
    kinds: both,
    async run(open) {
      const stage = await open([stalls, { ...stalls, id: "stalls-too" }]);
      const [one, other] = [begin(stage), begin(stage)];
      await requestSeen(() => stage.requests().length - 1);
      one.abort();
      assertReason(await one.played(), "aborted");
      await sleep(100);
      assert(!other.hasEnded(), "The other turn ended too.");
      other.abort();
      assertReason(await other.played(), "aborted");
    },
  },
];

async function requestSeen(count: () => number): Promise<void> {
  for (let tries = 0; count() < 1; tries++) {
    assert(tries < 1_000, "The vendor was sent nothing within 20 s.");
    await sleep(20);
  }
}
