import type { TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { readAnswer } from "../src/events.js";
import { finishOf } from "./stage.js";

const start = (usage: object = {}): object => ({ type: "message_start", message: { model: "claude-opus-5-5", usage } });
const block = (index: number, content_block: object): object => ({ type: "content_block_start", index, content_block });
const piece = (index: number, delta: object): object => ({ type: "content_block_delta", index, delta });
const end = (stop_reason: string, more: object = {}, usage: object = {}): object[] => [
  { type: "message_delta", delta: { stop_reason, ...more }, usage },
  { type: "message_stop" },
];

/** What a stream of events becomes. They are data from outside: no type holds for them. */
function read(events: readonly object[], model = "claude-opus-5-5"): TurnEvent[] {
  const answer = readAnswer(model);
  const said = JSON.parse(JSON.stringify(events)).flatMap((event: never) => [...answer.read(event)]);
  return [...said, ...answer.finish(false)];
}

const callStart = block(0, { type: "tool_use", id: "toolu_1", name: "write_file", input: {} });

describe("a call", () => {
  it("cut by max_tokens is told as the text that came", () => {
    const { reason, message } = finishOf(
      read([
        start(),
        callStart,
        piece(0, { type: "input_json_delta", partial_json: '{"path": "a", "te' }),
        ...end("max_tokens"),
      ]),
    );
    expect(reason).toEqual({ unified: "length", raw: "max_tokens" });
    expect(message.calls).toEqual([
      { id: "toolu_1", name: "write_file", input: undefined, inputText: '{"path": "a", "te' },
    ]);
  });

  it("cut before its first argument does not look like one without arguments", () => {
    const { message } = finishOf(read([start(), callStart, ...end("max_tokens")]));
    expect(message.calls[0]).toMatchObject({ inputText: "" });
  });

  it("that was whole before another was cut stays whole", () => {
    const other = block(1, { type: "tool_use", id: "toolu_2", name: "list_files", input: {} });
    const { message } = finishOf(read([start(), callStart, other, ...end("max_tokens")]));
    expect(message.calls.map(({ inputText }) => inputText)).toEqual([undefined, ""]);
  });

  it("may come with its whole input at once, as other servers send it", () => {
    const whole = block(0, { type: "tool_use", id: "toolu_1", name: "read_file", input: { path: "a" } });
    expect(finishOf(read([start(), whole, ...end("tool_use")])).message.calls[0]?.input).toEqual({ path: "a" });
  });

  it("in an answer that was not ended is none", () => {
    const events = read([start(), callStart, piece(0, { type: "input_json_delta", partial_json: "{}" })]);
    expect(finishOf(events).error?.code).toBe("cut-stream");
    expect(events.filter(({ type }) => type === "tool-call")).toEqual([]);
  });
});

describe("what is not known", () => {
  it("comes through raw: events, blocks, pieces", () => {
    const strange = [
      { type: "weather", sun: true },
      block(0, { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }),
      piece(0, { type: "input_json_delta", partial_json: "{}" }),
      block(1, { type: "text", text: "" }),
      piece(1, { type: "citations_delta", citation: { type: "char_location" } }),
    ];
    const events = read([start(), ...strange, piece(1, { type: "text_delta", text: "Hello." }), ...end("end_turn")]);
    const raw = events.flatMap((event) => (event.type === "raw" ? [event.value] : []));
    expect(raw).toEqual([strange[0], strange[1], strange[2], strange[4]]);
    expect(finishOf(events).message).toEqual({ role: "assistant", text: "Hello.", calls: [] });
  });

  it("does not pass for an end that is known", () => {
    expect(finishOf(read([start(), ...end("new_reason")])).reason).toEqual({ unified: "other", raw: "new_reason" });
  });
});

describe("an end", () => {
  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool-calls"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["pause_turn", "pause"],
    ["refusal", "content-filter"],
  ])("%s is %s", (raw, unified) => {
    expect(finishOf(read([start(), ...end(raw)])).reason).toEqual({ unified, raw });
  });

  it("by refusal says why, where the vendor does", () => {
    const events = read([
      start(),
      ...end("refusal", { stop_details: { type: "refusal", explanation: "It is cyber." } }),
    ]);
    expect(events).toContainEqual({ type: "notice", code: "refusal", message: "It is cyber." });
  });
});

describe("a thought", () => {
  it("that was cut has no signature, and is not kept", () => {
    const thought = block(0, { type: "thinking", thinking: "", signature: "" });
    const events = read([
      start(),
      thought,
      piece(0, { type: "thinking_delta", thinking: "Half a" }),
      ...end("max_tokens"),
    ]);
    expect(events[0]).toMatchObject({ type: "usage" });
    expect(events).toContainEqual({ type: "thinking", text: "Half a" });
    expect(finishOf(events).message.native).toBeUndefined();
  });

  it("without words, but with a signature, is kept", () => {
    const thought = block(0, { type: "thinking", thinking: "", signature: "" });
    const events = read([start(), thought, piece(0, { type: "signature_delta", signature: "s" }), ...end("end_turn")]);
    expect(events.some(({ type }) => type === "thinking")).toBe(false);
    expect(finishOf(events).message.native?.data).toEqual({
      blocks: [{ type: "thinking", thinking: "", signature: "s" }],
    });
  });
});

describe("usage", () => {
  const counts = {
    input_tokens: 100,
    cache_read_input_tokens: 800,
    cache_creation_input_tokens: 200,
    output_tokens: 1,
  };
  const last = (events: readonly TurnEvent[]): TurnEvent | undefined => events.findLast(({ type }) => type === "usage");

  it("adds up the input, and takes the last word on the output", () => {
    const details = { output_tokens: 70, input_tokens: null, output_tokens_details: { thinking_tokens: 30 } };
    expect(last(read([start(counts), ...end("end_turn", {}, details)]))).toEqual({
      type: "usage",
      counts: "turn",
      usage: { inputTokens: 1_100, cacheReadTokens: 800, cacheWriteTokens: 200, outputTokens: 70, reasoningTokens: 30 },
    });
  });

  it("is known of an answer that never ended", () => {
    expect(last(read([start(counts)]))).toMatchObject({ usage: { inputTokens: 1_100, outputTokens: 1 } });
  });

  it("has a cost of its own where a long prompt is dearer", () => {
    const long = { input_tokens: 100_000, cache_read_input_tokens: 100_000, output_tokens: 10_000 };
    const events = [start(long), ...end("end_turn")];
    // 0.5, 0.05 and 2.5 dollars per million.
    expect(last(read(events, "claude-haiku-5-5"))).toMatchObject({
      usage: { cost: { usd: 0.08, basis: "estimated" } },
    });
    expect(JSON.stringify(last(read(events)))).not.toContain("cost");
  });
});
