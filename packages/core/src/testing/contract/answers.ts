import assert from "node:assert/strict";
import { type Scene, says, textOf, thinks } from "../scenes.js";
import { type Behaviour, both, model } from "./behaviour.js";
import { assertReason, begin, describe, joined, play, usageOf } from "./turns.js";

const hello: Scene = { id: "hello", parts: [says("Hello, ", "world", ".")] };

/** What a whole answer looks like. */
export const answers: readonly Behaviour[] = [
  {
    name: "text deltas join to the message's text",
    kinds: both,
    async run(open) {
      const played = await play(await open([hello]));
      assertReason(played, "stop");
      assert.equal(joined(played.events, "text"), "Hello, world.");
      assert.equal(played.finish.message.text, "Hello, world.");
      assert.equal(played.finish.message.role, "assistant");
      assert.deepEqual(played.finish.message.calls, []);
    },
  },
  {
    name: "text arrives while it is said, not at the end",
    kinds: model,
    async run(open) {
      const turn = begin(await open([{ ...hello, ending: "stall" }]));
      await turn.first("text");
      turn.abort();
      await turn.played();
    },
  },
  {
    name: "characters split over chunks arrive whole",
    kinds: both,
    async run(open) {
      const scene: Scene = {
        id: "unicode",
        parts: [says("Grüße – 日本語 ", "👩‍👩‍👧 ½\u2028ende")],
        splitBytes: true,
      };
      const played = await play(await open([scene]));
      assert.equal(played.finish.message.text, textOf(scene));
      assert.equal(joined(played.events, "text"), textOf(scene));
    },
  },
  {
    name: "an answer of several megabytes arrives whole",
    kinds: both,
    async run(open) {
      const chunk = "0123456789abcdé\n".repeat(16_384);
      const scene: Scene = { id: "huge", parts: [says(...Array<string>(16).fill(chunk))] };
      const { finish } = await play(await open([scene]));
      assert.equal(finish.message.text.length, textOf(scene).length);
      assert(finish.message.text === textOf(scene), "The text came through changed.");
    },
  },
  {
    name: "an empty answer stays empty",
    kinds: model,
    async run(open) {
      const played = await play(await open([{ id: "empty", parts: [] }]));
      assert.equal(played.finish.message.text, "");
      assert.deepEqual(played.finish.message.calls, []);
      assert(!["tool-calls", "aborted"].includes(played.finish.reason.unified), describe(played.events));
    },
  },
  {
    name: "thinking is told apart from the answer",
    kinds: both,
    async run(open) {
      const played = await play(await open([{ id: "thinks", parts: [thinks("Let me see.", "sig-1"), says("Done.")] }]));
      assert.equal(joined(played.events, "thinking"), "Let me see.");
      assert.equal(joined(played.events, "text"), "Done.");
      assert.equal(played.finish.message.text, "Done.");
    },
  },
  {
    name: "an answer cut by the length limit says so",
    kinds: model,
    async run(open) {
      const played = await play(await open([{ ...hello, stop: "length" }]));
      assertReason(played, "length");
      assert.equal(played.finish.message.text, "Hello, world.");
    },
  },
  {
    name: "a refusal is content-filter, not an answer",
    kinds: model,
    async run(open) {
      assertReason(await play(await open([{ id: "no", parts: [], stop: "content-filter" }])), "content-filter");
    },
  },
  {
    name: "a pause is a pause",
    kinds: model,
    async run(open) {
      const played = await play(await open([{ ...hello, stop: "pause" }]));
      assertReason(played, "pause");
      assert.equal(played.finish.message.text, "Hello, world.");
    },
  },
  {
    name: "the vendor's own stop reason is kept",
    kinds: model,
    async run(open) {
      const { finish } = await play(await open([hello]));
      assert(typeof finish.reason.raw === "string" && finish.reason.raw !== "", "reason.raw is absent.");
    },
  },
  {
    name: "the model that really served is reported",
    kinds: both,
    async run(open) {
      const { finish } = await play(await open([{ ...hello, servedModel: "another-model-1" }]));
      assert.equal(finish.servedModel, "another-model-1");
    },
  },
  {
    name: "an unknown event becomes raw and the turn goes on",
    kinds: both,
    async run(open) {
      const scene: Scene = {
        id: "unknown",
        parts: [says("Hello, "), { type: "unknown" }, says("world.")],
      };
      const played = await play(await open([scene]));
      assertReason(played, "stop");
      assert.equal(played.finish.message.text, "Hello, world.");
      assert(
        played.events.some(({ type }) => type === "raw"),
        `Nothing raw: ${describe(played.events)}`,
      );
    },
  },
];

/** How tokens are counted. */
export const usage: readonly Behaviour[] = [
  {
    name: "usage is counted once",
    kinds: both,
    async run(open) {
      const counted = usageOf(
        (await play(await open([{ ...hello, usage: { inputTokens: 1_100, outputTokens: 70 } }]))).events,
      );
      assert.equal(counted?.inputTokens, 1_100);
      assert.equal(counted?.outputTokens, 70);
    },
  },
  {
    name: "cached and reasoning tokens are part of their totals",
    kinds: model,
    async run(open) {
      const reported = {
        inputTokens: 1_100,
        cacheReadTokens: 900,
        outputTokens: 70,
        reasoningTokens: 30,
      };
      const counted = usageOf((await play(await open([{ ...hello, usage: reported }]))).events);
      const { inputTokens, cacheReadTokens, outputTokens, reasoningTokens } = counted ?? {};
      assert.deepEqual({ inputTokens, cacheReadTokens, outputTokens, reasoningTokens }, reported);
    },
  },
  {
    name: "numbers that nobody reported stay absent",
    kinds: both,
    async run(open) {
      const { events } = await play(await open([hello]));
      const { cost: _cost, ...tokens } = usageOf(events) ?? {};
      assert.deepEqual(
        Object.entries(tokens).filter(([, value]) => value !== undefined),
        [],
      );
    },
  },
];
