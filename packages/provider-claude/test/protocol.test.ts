import { canaryKey } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { messagesProtocol } from "./protocol.js";
import { sealed } from "./seal.js";
import type { MessagesBody, WireBlock, WireMessage } from "./wire.js";

// The vendor of these tests must be as strict as the real one, or the others prove nothing.

const text = (words: string): WireBlock => ({ type: "text", text: words });
const user = (...content: WireBlock[]): WireMessage => ({ role: "user", content });
const assistant = (...content: WireBlock[]): WireMessage => ({ role: "assistant", content });
const call = (id: string, more: Partial<WireBlock> = {}): WireBlock => ({
  type: "tool_use",
  id,
  name: "read",
  input: {},
  ...more,
});
const result = (id: string, content = "x"): WireBlock => ({ type: "tool_result", tool_use_id: id, content });
const hello = user(text("Hello."));
const signature = sealed({ model: "claude-opus-5-5", text: "Hm.", signature: "s" });
const mark = { cache_control: { type: "ephemeral" } };

const fine: MessagesBody = { model: "claude-opus-5-5", max_tokens: 100, stream: true, messages: [hello] };
const headers = { authorization: `Bearer ${canaryKey}`, "anthropic-version": "2026-10-21" };

function rejection(body: object, sent: object = headers, url = "/v1/messages"): string | undefined {
  const answer = messagesProtocol.reject({ method: "POST", url, headers: { ...sent }, body: { ...fine, ...body } });
  return answer && `${answer.status} ${JSON.stringify(answer.body)}`;
}

describe("the vendor of these tests", () => {
  it("takes what is right", () => {
    const thought = { type: "thinking", thinking: "Hm.", signature };
    const messages = [hello, assistant(thought, call("a"), call("b")), user(result("b"), result("a"), text("Go on."))];
    expect(rejection({ messages, system: [{ ...text("Be good."), ...mark }] })).toBeUndefined();
  });

  it.each<[string, object]>([
    ["max_tokens: Field required", { max_tokens: undefined }],
    ["maximum allowed number of output tokens", { max_tokens: 128_001 }],
    ["temperature: Extra inputs", { temperature: 1 }],
    ["at least one message", { messages: [] }],
    ["first message must use", { messages: [assistant(text("Hello.")), hello] }],
    ["roles must alternate", { messages: [hello, hello] }],
    ["content must be non-empty", { messages: [user()] }],
    ["non-whitespace text", { messages: [user(text(" \n"))] }],
    ["no low surrogate", { messages: [user(text("\u{D83D}"))] }],
    ["without `tool_result`", { messages: [hello, assistant(call("a")), hello] }],
    ["without `tool_result`", { messages: [hello, assistant(call("a"))] }],
    ["unexpected `tool_use_id`", { messages: [user(result("a"))] }],
    ["must come first", { messages: [hello, assistant(call("a")), user(text("Hm."), result("a"))] }],
    ["must be unique", { messages: [hello, assistant(call("a"), call("a")), user(result("a"))] }],
    ["tool_use.id: String", { messages: [hello, assistant(call("a/1")), user(result("a/1"))] }],
    ["tool_use.name: String", { messages: [hello, assistant(call("a", { name: "a b" })), user(result("a"))] }],
    ["valid dictionary", { messages: [hello, assistant(call("a", { input: "{}" })), user(result("a"))] }],
    ["cannot be empty if", { messages: [hello, assistant(call("a")), user({ ...result("a", ""), is_error: true })] }],
    ["unexpected 'thinking' of 'user'", { messages: [user({ type: "thinking", thinking: "Hm.", signature })] }],
    ["trailing whitespace", { messages: [hello, assistant(text("Hm. "))] }],
    ["Invalid `signature`", { messages: [hello, assistant({ type: "thinking", thinking: "Hm!", signature }), hello] }],
    [
      "Invalid `signature`",
      { messages: [hello, assistant({ type: "thinking", thinking: "Hm.", signature: "s" }), hello] },
    ],
    [
      "Invalid `signature`",
      { model: "claude-opus-5", messages: [hello, assistant({ type: "thinking", thinking: "Hm.", signature }), hello] },
    ],
    [
      "Extra inputs",
      { messages: [hello, assistant({ type: "thinking", thinking: "Hm.", signature, ...mark }), hello] },
    ],
    ["Found 5", { messages: [user(...Array.from("12345", (words) => ({ ...text(words), ...mark })))] }],
    ["tools.0.custom.name", { tools: [{ name: "a b", input_schema: { type: "object" } }] }],
    ["input_schema.type", { tools: [{ name: "a", input_schema: {} }] }],
    ["does not support oneOf", { tools: [{ name: "a", input_schema: { type: "object", oneOf: [] } }] }],
    ["must be unique", { tools: Array.from("12", () => ({ name: "a", input_schema: { type: "object" } })) }],
    ["must be non-empty", { system: [text("")] }],
    ["thinking.type.enabled", { thinking: { type: "enabled", budget_tokens: 2_000 } }],
    ["thinking.type.disabled", { thinking: { type: "disabled" } }],
    ["thinking.type.adaptive", { model: "claude-haiku-4-5", thinking: { type: "adaptive" } }],
    [
      "greater than or equal to 1024",
      { model: "claude-haiku-4-5", thinking: { type: "enabled", budget_tokens: 1_000 } },
    ],
    ["must be greater than", { model: "claude-haiku-4-5", thinking: { type: "enabled", budget_tokens: 2_000 } }],
    ["effort parameter", { model: "claude-haiku-4-5", output_config: { effort: "low" } }],
    ["output_config.effort", { output_config: { effort: "minimal" } }],
  ])("refuses: %s (%#)", (words, body) => {
    expect(rejection(body)).toMatch(/^400 /);
    expect(rejection(body)).toContain(words);
  });

  it("wants calls that are being answered to begin with a thought, where there is a budget", () => {
    const messages = [hello, assistant(call("a")), user(result("a"))];
    const body = { model: "claude-haiku-4-5", max_tokens: 9_000, messages };
    expect(rejection({ ...body, thinking: { type: "enabled", budget_tokens: 2_000 } })).toContain(
      "Expected `thinking`",
    );
    expect(rejection(body)).toBeUndefined();
  });

  it("wants a key, a version and the right place", () => {
    expect(rejection({}, { ...headers, authorization: undefined })).toContain("401");
    expect(rejection({}, { ...headers, authorization: "Bearer wrong" })).toContain("401");
    expect(rejection({}, { ...headers, "anthropic-version": undefined })).toContain("anthropic-version");
    expect(rejection({}, headers, "/v1/v1/messages")).toContain("404");
  });
});
