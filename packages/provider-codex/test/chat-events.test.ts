import type { Message, TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { readChat } from "../src/chat-events.js";
import { finish } from "../src/reply.js";

const chunk = (delta: object, finish_reason: string | null = null) => ({
  model: "qwen3-coder",
  choices: [{ index: 0, delta, finish_reason }],
});
const piece = (said: object) => chunk({ tool_calls: [said] });
const end = (reason: string) => chunk({}, reason);

/** The events of a reply, as they stand in the SDK's stream. */
function read(chunks: readonly object[], messages: readonly Message[] = []) {
  const reader = readChat("qwen3-coder", messages);
  const said: TurnEvent[] = chunks.flatMap((one) => [...reader.read(one as never)]);
  said.push(...finish(reader.reply, false, undefined));
  const last = said.at(-1);
  if (last?.type !== "finish") throw new Error("No finish.");
  return { said, finish: last };
}

describe("the chunks of a chat completion", () => {
  it("are calls woven into each other, told apart by index", () => {
    const { calls } = read([
      piece({ index: 0, id: "one", function: { name: "read_file", arguments: "" } }),
      piece({ index: 1, id: "two", function: { name: "list_files" } }),
      piece({ index: 1, function: { arguments: '{"b":' } }),
      piece({ index: 0, function: { arguments: '{"a":1}' } }),
      piece({ index: 1, function: { arguments: "2}" } }),
      end("tool_calls"),
    ]).finish.message;
    expect(calls).toEqual([
      { id: "one", name: "read_file", input: { a: 1 } },
      { id: "two", name: "list_files", input: { b: 2 } },
    ]);
  });

  it.each([{ index: 0 }, {}])("are two calls when the ids differ, whatever the index (%o)", (place) => {
    const { calls } = read([
      piece({ ...place, id: "one", function: { name: "read_file", arguments: '{"a":1}' } }),
      piece({ ...place, id: "two", function: { name: "read_file", arguments: '{"a":2}' } }),
      end("tool_calls"),
    ]).finish.message;
    expect(calls.map(({ input }) => input)).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("get ids of their own where a server counts from 0 again or sends none", () => {
    const earlier: Message = {
      role: "assistant",
      text: "",
      calls: [{ id: "call_0", name: "read_file", input: {} }],
    };
    const { calls } = read(
      [
        piece({ index: 0, id: "call_0", function: { name: "read_file" } }),
        piece({ index: 1, function: { name: "read_file" } }),
        piece({ index: 2, function: { name: "read_file" } }),
        end("tool_calls"),
      ],
      [earlier],
    ).finish.message;
    expect(new Set([...calls.map(({ id }) => id), "call_0", ""]).size).toBe(5);
  });

  it("ask for tools even when the server says stop", () => {
    const { reason } = read([piece({ index: 0, id: "one", function: { name: "read_file" } }), end("stop")]).finish;
    expect(reason).toEqual({ unified: "tool-calls", raw: "stop" });
  });

  it("keep a refusal's words and call it a refusal", () => {
    const { reason, message } = read([chunk({ refusal: "I won't." }), end("stop")]).finish;
    expect(reason).toEqual({ unified: "content-filter", raw: "refusal" });
    expect(message.text).toBe("I won't.");
  });

  it("show a call cut before its first argument as one that is no JSON", () => {
    const { calls } = read([
      piece({ index: 0, id: "one", function: { name: "read_file", arguments: "" } }),
      end("length"),
    ]).finish.message;
    expect(calls).toEqual([{ id: "one", name: "read_file", input: undefined, inputText: "" }]);
  });

  it("say a thought once when a server sends it under both names", () => {
    const { said, finish: last } = read([chunk({ reasoning: "Hm.", reasoning_content: "Hm." }), end("stop")]);
    expect(said.filter(({ type }) => type === "thinking")).toEqual([{ type: "thinking", text: "Hm." }]);
    expect(last.message.native?.data).toMatchObject({ thought: { reasoning: "Hm." } });
  });

  it("have no number where the server has null", () => {
    const usage = { prompt_tokens: 3, completion_tokens: null, prompt_tokens_details: null };
    const [first] = read([{ model: "m", choices: [], usage }, end("stop")]).said;
    expect(first).toStrictEqual({ type: "usage", counts: "turn", usage: { inputTokens: 3 } });
  });

  it("are raw where the text is no text", () => {
    const { said, finish: last } = read([chunk({ content: [{ type: "thinking" }] }), end("stop")]);
    expect(said[0]?.type).toBe("raw");
    expect(last.message.text).toBe("");
  });

  it("are whole with their reason, and cut without one, also when usage came", () => {
    const usage = { model: "m", choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } };
    expect(read([chunk({ content: "Hi." }), end("stop")]).finish.error).toBeUndefined();
    expect(read([chunk({ content: "Hi." }), usage]).finish.error?.code).toBe("cut-stream");
  });
});
