import type { Message } from "@aifactory/core";
import { calls, type Scene, says, thinks } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { finishOf, play } from "./stage.js";
import type { WireBlock } from "./wire.js";

const hello: Message = { role: "user", text: "Read them." };
const done: Scene = { id: "done", parts: [says("Done.")] };

describe("thoughts", () => {
  it("go back in their order, unchanged, around text and calls", async () => {
    const parts = [
      thinks("First.", "s1"),
      says("I read."),
      thinks("Then.", "redacted"),
      calls("call_a", "read_file", {}),
    ];
    const { turns, bodies } = await play([{ id: "thinks", parts }, done], (said) => ({ messages: [hello, ...said] }));
    expect(finishOf(turns[1] ?? []).error).toBeUndefined();
    const types = bodies[1]?.messages[1]?.content.map(({ type }) => type);
    expect(types).toEqual(["thinking", "text", "redacted_thinking", "tool_use"]);
  });

  it("that are hidden are kept, and nothing is said of them", async () => {
    const parts = [thinks("Secret.", "redacted"), says("Hello.")];
    const { turns } = await play([{ id: "hidden", parts }], () => ({}));
    const { message } = finishOf(turns[0] ?? []);
    expect(JSON.stringify(message.native)).toContain("redacted_thinking");
    expect(turns[0]?.some(({ type }) => type === "thinking" || type === "raw")).toBe(false);
  });

  it("stay away when the message was changed since", async () => {
    const parts = [thinks("Both.", "s1"), calls("call_a", "read_file", {}), calls("call_b", "read_file", {})];
    const { turns, bodies } = await play([{ id: "two", parts }, done], (said) => ({
      messages: [
        hello,
        ...said.flatMap((message): Message[] => {
          if (message.role === "tool") return message.callId === "call_a" ? [message] : [];
          return message.role === "assistant" ? [{ ...message, calls: message.calls.slice(0, 1) }] : [];
        }),
      ],
    }));
    expect(finishOf(turns[1] ?? []).error).toBeUndefined();
    expect(bodies[1]?.messages[1]?.content.map(({ type }) => type)).toEqual(["tool_use"]);
  });
});

describe("the history", () => {
  it("has the words of a message, whatever its envelope says", async () => {
    const { bodies } = await play([{ id: "says", parts: [thinks("Hm.", "s1"), says("Hello.")] }, done], (said) => ({
      messages: [
        hello,
        ...said.map((message) => ({ ...message, text: "Good day." })),
        ...(said.length > 0 ? [hello] : []),
      ],
    }));
    expect(bodies[1]?.messages[1]?.content).toEqual([{ type: "text", text: "Good day." }]);
  });

  it("stands alone where there are no system text and no tools", async () => {
    const { bodies } = await play([done], () => ({ system: " ", tools: [] }));
    expect(Object.keys(bodies[0] ?? {}).filter((key) => key === "system" || key === "tools")).toEqual([]);
  });

  it("has arguments that were no JSON in an object", async () => {
    const made = { id: "call_1", name: "read_file", input: undefined, inputText: '{"path": ' };
    const { bodies } = await play([done], () => ({
      messages: [
        hello,
        { role: "assistant", text: "", calls: [made] },
        { role: "tool", callId: "call_1", name: "read_file", text: "No JSON.", isError: true },
      ],
    }));
    expect(bodies[0]?.messages[1]?.content[0]?.input).toEqual({ invalid_json: '{"path": ' });
  });

  it("has one message for all that one side says in a row, and none that is empty", async () => {
    const { bodies } = await play([done], () => ({
      messages: [
        hello,
        { role: "assistant", text: " \n", calls: [] },
        { role: "user", text: "" },
        { role: "assistant", text: "Yes?", calls: [] },
        { role: "assistant", text: "Well?", calls: [{ id: "call_1", name: "read file!", input: "a" }] },
        { role: "tool", callId: "call_1", name: "read file!", text: "", isError: true },
        { role: "user", text: "half \u{1F44B}".slice(0, -1) },
      ],
    }));
    const content = bodies[0]?.messages.map((message) => message.content.map(withoutMark));
    expect(content).toEqual([
      [
        { type: "text", text: "Read them." },
        { type: "text", text: "(empty)" },
      ],
      [
        { type: "text", text: "Yes?" },
        { type: "text", text: "Well?" },
        { type: "tool_use", id: "call_1", name: "read_file_", input: {} },
      ],
      [
        { type: "tool_result", tool_use_id: "call_1", content: "(empty)", is_error: true },
        { type: "text", text: "half \u{FFFD}" },
      ],
    ]);
  });

  it("may use an id again, as other vendors' do", async () => {
    const made = { id: "call_0", name: "read_file", input: {} };
    const result = { role: "tool", callId: "call_0", name: "read_file", isError: false } as const;
    const { turns, bodies } = await play([done], () => ({
      messages: [
        hello,
        { role: "assistant", text: "", calls: [made] },
        { ...result, text: "one" },
        { role: "assistant", text: "", calls: [made] },
        { ...result, text: "two" },
      ],
    }));
    expect(finishOf(turns[0] ?? []).error).toBeUndefined();
    const [first, second] = (bodies[0]?.messages ?? []).filter(({ role }) => role === "assistant");
    expect(first?.content[0]?.id).toBe("call_0");
    expect(bodies[0]?.messages[4]?.content[0]).toMatchObject({ tool_use_id: second?.content[0]?.id, content: "two" });
  });

  it("may end with the assistant's own words after a pause", async () => {
    const pause: Scene = { id: "pause", parts: [says("Searching… \n")], stop: "pause" };
    const { turns } = await play([pause, done], (said) => ({ messages: [hello, ...said] }));
    expect(turns.map((events) => finishOf(events).reason.unified)).toEqual(["pause", "stop"]);
  });
});

describe("the cache", () => {
  it("holds tools, system and the ends of the last two requests, and moves with every turn", async () => {
    const reads = ["a", "b", "c"].map((id): Scene => ({ id, parts: [calls(`call_${id}`, "read_file", {})] }));
    const { bodies } = await play([...reads, done], (said) => ({ messages: [hello, ...said] }));
    const marked = bodies.map(({ tools = [], system = [], messages }) => [
      [...tools, ...system].filter((block) => block.cache_control).length,
      messages.flatMap(({ content }, at) => (content.some((block) => block.cache_control) ? [at] : [])),
    ]);
    expect(marked).toEqual([
      [2, [0]],
      [2, [0, 2]],
      [2, [2, 4]],
      [2, [4, 6]],
    ]);
  });

  it("sees the same beginning in every request", async () => {
    const odd = calls("tool/1 ü", "read_file", {});
    const { bodies } = await play([{ id: "odd", parts: [] }, done], (_said, turn) => ({
      messages: [
        hello,
        { role: "assistant", text: "", calls: [{ id: "tool/1 ü", name: odd.type, input: {} }] },
        { role: "tool", callId: "tool/1 ü", name: odd.type, text: "x", isError: false },
        ...(turn === 1 ? [{ role: "assistant", text: "Hm.", calls: [] } as const, hello] : []),
      ],
    }));
    const plain = bodies.map(({ messages }) => JSON.stringify(messages).replaceAll(/,"cache_control":{.*?}/g, ""));
    expect(plain[1]?.startsWith(plain[0]?.slice(0, -1) ?? "-")).toBe(true);
  });
});

function withoutMark(block: WireBlock): object {
  return Object.fromEntries(Object.entries(block).filter(([key]) => key !== "cache_control"));
}
