import assert from "node:assert/strict";
import type { ToolCall } from "../../types.js";
import { calls as call, type Scene, says } from "../scenes.js";
import { type Behaviour, model } from "./behaviour.js";
import { assertReason, describe, play, type Played } from "./turns.js";

const readsReadme: Scene = {
  id: "reads",
  parts: [call("call_1", "read_file", { path: "README.md" })],
};

/** What becomes of the calls that a model makes. */
export const calls: readonly Behaviour[] = [
  {
    name: "a call comes through with its name and its input",
    kinds: model,
    async run(open) {
      const { name, input, inputText } = only(await play(await open([readsReadme])));
      assert.equal(name, "read_file");
      assert.deepEqual(input, { path: "README.md" });
      assert.equal(inputText, undefined);
    },
  },
  {
    name: "every call of the message is an event of its own, once",
    kinds: model,
    async run(open) {
      const { events, finish } = await play(await open([readsReadme]));
      const told = events.flatMap((event) => (event.type === "tool-call" ? [event.call] : []));
      assert.deepEqual(told, finish.message.calls);
    },
  },
  {
    name: "a turn that asks for tools ends with reason tool-calls",
    kinds: model,
    async run(open) {
      assertReason(await play(await open([readsReadme])), "tool-calls");
    },
  },
  {
    name: "arguments in pieces come through whole",
    kinds: model,
    async run(open) {
      const argumentChunks = ['{"pa', 'th": "src/', "日本", '語.txt", "te', 'xt": "a\\', "n\\u00e", '9\\"{}"}'];
      const scene: Scene = {
        id: "pieces",
        parts: [{ type: "call", id: "call_1", name: "read_file", argumentChunks }],
        splitBytes: true,
      };
      assert.deepEqual(only(await play(await open([scene]))).input, {
        path: "src/日本語.txt",
        text: 'a\né"{}',
      });
    },
  },
  {
    name: "parallel calls keep their order and have an id each",
    kinds: model,
    async run(open) {
      const paths = ["a.txt", "b.txt", "a.txt", "c.txt"];
      const parts = paths.map((path, index) => call(`call_${index}`, "read_file", { path }));
      const { finish } = await play(await open([{ id: "parallel", parts }]));
      assert.deepEqual(
        finish.message.calls.map(({ input }) => input),
        paths.map((path) => ({ path })),
      );
      assertIds(finish.message.calls, 4);
    },
  },
  {
    name: "calls of two turns never share an id",
    kinds: model,
    async run(open) {
      const again: Scene = {
        id: "again",
        parts: [call("call_2", "read_file", { path: "README.md" })],
      };
      const stage = await open([readsReadme, again]);
      const first = await play(stage);
      const second = await play(stage);
      assertIds([only(first), only(second)], 2);
    },
  },
  {
    name: "text before a call is kept",
    kinds: model,
    async run(open) {
      const played = await play(await open([{ id: "both", parts: [says("I read it."), ...readsReadme.parts] }]));
      assert.equal(played.finish.message.text, "I read it.");
      assert.equal(only(played).name, "read_file");
    },
  },
  {
    name: "a call without arguments has an empty input",
    kinds: model,
    async run(open) {
      const scene: Scene = {
        id: "bare",
        parts: [{ type: "call", id: "call_1", name: "list_files", argumentChunks: [] }],
      };
      const { name, input, inputText } = only(await play(await open([scene])));
      assert.equal(name, "list_files");
      assert.deepEqual(input ?? {}, {});
      assert.equal(inputText, undefined);
    },
  },
  {
    name: "arguments that are no JSON come through as text",
    kinds: model,
    async run(open) {
      const argumentChunks = ['{"path": ', "README.md}"];
      const scene: Scene = {
        id: "no-json",
        parts: [{ type: "call", id: "call_1", name: "read_file", argumentChunks }],
      };
      const { input, inputText } = only(await play(await open([scene])));
      assert.equal(inputText, argumentChunks.join(""));
      assert(typeof input !== "object" || input === null, "Broken arguments must not look like an object.");
    },
  },
  {
    name: "a call cut by the length limit does not look whole",
    kinds: model,
    async run(open) {
      const argumentChunks = ['{"path": "READ'];
      const scene: Scene = {
        id: "cut-call",
        parts: [{ type: "call", id: "call_1", name: "read_file", argumentChunks }],
        stop: "length",
      };
      const played = await play(await open([scene]));
      assertReason(played, "length");
      assertNoneWhole(played);
    },
  },
];

/** Fails when a call that was cut could be taken for a whole one. */
export function assertNoneWhole({ events, finish }: Played): void {
  const whole = finish.message.calls.filter(({ inputText }) => inputText === undefined);
  assert.deepEqual(whole, [], `A cut call looks whole: ${describe(events)}`);
}

function only({ events, finish }: Played): ToolCall {
  const [first, ...more] = finish.message.calls;
  assert(first && more.length === 0, `One call was made: ${describe(events)}`);
  return first;
}

function assertIds(made: readonly ToolCall[], count: number): void {
  const ids = new Set(made.map(({ id }) => id));
  assert(!ids.has("") && ids.size === count, `Ids must be there and differ: ${JSON.stringify([...ids])}`);
}
