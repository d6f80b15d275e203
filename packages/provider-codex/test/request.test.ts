import type { AssistantMessage, Message, TurnRequest } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { toChat } from "../src/chat-request.js";
import { closeNames, knownModels, modelFacts, wireEffort } from "../src/models.js";
import { toResponses } from "../src/responses-request.js";
import { allowsStrict } from "../src/strictness.js";

const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" };
const call = {
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name: "read_file",
  arguments: "{}",
};
const made = { id: "call_1", name: "read_file", input: {} };
const user: Message = { role: "user", text: "Go." };

function request(messages: readonly Message[], more: Partial<TurnRequest> = {}): TurnRequest {
  const { signal } = new AbortController();
  return { model: "", system: "", messages, tools: [], cwd: "/somewhere", signal, ...more };
}

function replied(more: Partial<AssistantMessage>, output: readonly object[]): AssistantMessage {
  const native = { provider: "codex", model: "gpt-6-sol", data: { output } };
  return { role: "assistant", text: "", calls: [], native, ...more };
}

function items(message: AssistantMessage): unknown {
  const { input } = toResponses(request([user, message]), "gpt-6-sol");
  return Array.isArray(input) ? input.slice(1) : input;
}

describe("the model's own items", () => {
  it("go back as they came", () => {
    expect(items(replied({ calls: [made] }, [reasoning, call]))).toEqual([reasoning, call]);
  });

  it("leave out a call that was taken away, and the reasoning that would stand alone", () => {
    expect(items(replied({}, [reasoning, call]))).toEqual([]);
  });

  it("get a call that the vendor does not know of put behind them", () => {
    const added = { id: "other", name: "list files", input: {} };
    expect(items(replied({ calls: [made, added] }, [reasoning, call]))).toEqual([
      reasoning,
      call,
      { type: "function_call", call_id: "other", name: "list_files", arguments: "{}" },
    ]);
  });

  it("do not cross from one API to the other", () => {
    const thought = { thought: { reasoning: "Hm." } };
    const native = { provider: "codex", model: "gpt-6-sol", data: thought };
    expect(items(replied({ text: "Hi.", native }, []))).toEqual([{ role: "assistant", content: "Hi." }]);
    const other = replied({ text: "Hi." }, [reasoning, call]);
    expect(toChat(request([user, other]), "gpt-6-sol", false).messages[1]).toEqual({
      role: "assistant",
      content: "Hi.",
    });
  });
});

describe("the id of a call", () => {
  const outputId = (callId: string) => {
    const message: Message = { role: "tool", callId, name: "x", text: "", isError: false };
    return toChat(request([message]), "qwen3", false).messages;
  };

  it.each(["functions.read_file:0", "c".repeat(41)])("%s is made one that is accepted", (id) => {
    expect(outputId(id)).toMatchObject([{ tool_call_id: expect.stringMatching(/^call_\w{24}$/) }]);
    expect(outputId(id)).toEqual(outputId(id));
  });

  it("stays what it is when it can", () => {
    expect(outputId("call_a-1")).toMatchObject([{ tool_call_id: "call_a-1" }]);
  });
});

describe("a request", () => {
  it("has the limit under the name that the endpoint knows, and never one that is refused", () => {
    const asked = request([user], { maxOutputTokens: 5 });
    expect(toResponses(asked, "gpt-6-sol").max_output_tokens).toBe(16);
    expect(toChat(asked, "gpt-6-sol", true)).toMatchObject({ max_completion_tokens: 5 });
    expect(toChat(asked, "qwen3", false)).toMatchObject({ max_tokens: 5 });
  });

  it.each([
    ["gpt-6.2-sol", "none", "low"],
    ["gpt-6-sol", "none", "none"],
    ["gpt-6-sol", "minimal", "low"],
    ["gpt-6-sol", "max", "max"],
    ["gpt-5.4", "max", "xhigh"],
    ["gpt-5-mini", "minimal", "minimal"],
    ["gpt-5-mini", "max", "high"],
    ["qwen3", "max", "high"],
    ["gpt-4.1", "high", undefined],
    ["gpt-5-chat-latest", "high", undefined],
  ] as const)("for %s turns effort %s into %s", (model, effort, wire) => {
    expect(wireEffort(model, effort)).toBe(wire);
  });
});

describe("strict mode", () => {
  const closed = { type: "object", additionalProperties: false } as const;
  const path = { path: { type: "string" } };

  it("takes closed objects whose properties are all required", () => {
    const inner = { ...closed, properties: path, required: ["path"] };
    const properties = { all: { type: "array", items: inner }, one: { anyOf: [inner, { type: "null" }] } };
    expect(allowsStrict({ ...closed, properties, required: ["all", "one"] })).toBe(true);
  });

  it.each([
    [{ ...closed, properties: path }],
    [{ ...closed, properties: path, required: [] }],
    [{ type: "object", properties: path, required: ["path"] }],
    [{ ...closed, properties: { path: { type: "string", minLength: 1 } }, required: ["path"] }],
    [{ ...closed, properties: { path: { type: "object" } }, required: ["path"] }],
    [{ type: "string" }],
  ])("does not take %o", (schema) => {
    expect(allowsStrict(schema)).toBe(false);
  });
});

describe("what is known of models", () => {
  it("is a price for each, and nothing of others", () => {
    for (const name of knownModels) expect(modelFacts(name).price?.output).toBeGreaterThan(0);
    expect(modelFacts("qwen3")).toEqual({});
    expect(modelFacts("toString")).toEqual({});
  });

  it("finds the near names, the nearest first", () => {
    expect(closeNames("gpt6.2-sol", knownModels)[0]).toBe("gpt-6.2-sol");
    expect(closeNames("llama", knownModels)).toEqual([]);
  });
});
