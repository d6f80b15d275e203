import type { ErrorData, TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { failureFrom } from "../src/failure.js";
import { finish } from "../src/reply.js";
import { readResponses } from "../src/responses-events.js";

const where = {
  baseURL: "https://api.openai.com/v1",
  key: "sk-secret",
  isOpenAI: true,
  model: "gpt-6-sol",
};
const text = (delta: string) => ({ type: "response.output_text.delta", delta });
const done = (output_index: number, item: object) => ({
  type: "response.output_item.done",
  output_index,
  item,
});
const call = (id: string, more: object = {}) => ({
  type: "function_call",
  id: `fc_${id}`,
  call_id: id,
  name: "read_file",
  arguments: '{"path":"a"}',
  status: "completed",
  ...more,
});
const end = (more: object = {}, type = "response.completed") => ({
  type,
  response: { model: "gpt-6-sol", status: "completed", output: [], usage: null, ...more },
});

/** The events of a reply, as they stand in the SDK's stream. */
function read(events: readonly object[], thrown?: ErrorData) {
  const reader = readResponses("gpt-6-sol", (words) => failureFrom(words, where));
  const said: TurnEvent[] = events.flatMap((event) => [...reader.read(event as never)]);
  said.push(...finish(reader.reply, false, thrown));
  const last = said.at(-1);
  if (last?.type !== "finish") throw new Error("No finish.");
  return { said, finish: last };
}

function cut(reason: string) {
  const response = { status: "incomplete", incomplete_details: { reason } };
  return read([text("Half"), end(response, "response.incomplete")]).finish.reason;
}

describe("the events of a response", () => {
  it("keep a refusal's words and call it a refusal", () => {
    const item = { type: "message", content: [{ type: "refusal", refusal: "I won't." }] };
    const { finish: last } = read([{ type: "response.refusal.delta", delta: "I won't." }, done(0, item), end()]);
    expect(last.reason).toEqual({ unified: "content-filter", raw: "refusal" });
    expect(last.message.text).toBe("I won't.");
  });

  it("tell a cut by the filter from one by length", () => {
    expect(cut("max_output_tokens")).toEqual({ unified: "length", raw: "max_output_tokens" });
    expect(cut("content_filter")).toEqual({ unified: "content-filter", raw: "content_filter" });
    expect(cut("the_moon")).toEqual({ unified: "other", raw: "the_moon" });
  });

  it.each([
    ["server_error", "server-error", true],
    ["rate_limit_exceeded", "rate-limit", true],
    ["server_is_overloaded", "overloaded", true],
    ["context_length_exceeded", "context-overflow", false],
    ["insufficient_quota", "quota", false],
    ["invalid_prompt", "invalid-request", false],
  ])("make of the failure %s the error %s", (code, ours, retryable) => {
    const failed = end({ status: "failed", error: { code, message: "Why." } }, "response.failed");
    const flat = { type: "error", code, message: "Why.", param: null };
    for (const failure of [failed, flat]) {
      const { error, reason, message } = read([text("Half"), failure]).finish;
      expect(error).toMatchObject({ code: ours, retryable });
      expect(error?.message).toContain("Why.");
      expect(reason.unified).toBe("error");
      expect(message.text).toBe("Half");
    }
  });

  it("take the delay out of the words when there is no header", () => {
    const message = "Rate limit reached. Please try again in 1.5s.";
    const failure = { type: "error", code: "rate_limit_exceeded", message };
    expect(read([failure]).finish.error?.retryAfterMs).toBe(1_500);
  });

  it("pass no call on when the end is missing, however whole the call looks", () => {
    const { said, finish: last } = read([done(0, call("call_1"))]);
    expect(last.error?.code).toBe("cut-stream");
    expect(said.some(({ type }) => type === "tool-call")).toBe(false);
    expect(last.message).toEqual({ role: "assistant", text: "", calls: [] });
  });

  it("show a cut call as one that is no JSON, even when nothing of it had come", () => {
    const response = {
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      output: [call("call_1", { arguments: "", status: "incomplete" })],
    };
    const { calls } = read([end(response, "response.incomplete")]).finish.message;
    expect(calls).toEqual([{ id: "call_1", name: "read_file", input: undefined, inputText: "" }]);
  });

  it("do not count an item twice that the end names again", () => {
    const { calls } = read([done(0, call("call_1")), end({ output: [call("call_1")] })]).finish.message;
    expect(calls).toHaveLength(1);
  });

  it("keep for the next turn only what can go back", () => {
    const open = { type: "reasoning", id: "rs_1", summary: [] };
    const sealed = { ...open, id: "rs_2", encrypted_content: "gAAAA" };
    const search = { type: "web_search_call", id: "ws_1" };
    const { said, finish: last } = read([
      done(0, open),
      done(1, sealed),
      done(2, search),
      done(3, call("call_1")),
      end(),
    ]);
    expect(last.message.native).toEqual({
      provider: "codex",
      model: "gpt-6-sol",
      data: { output: [sealed, call("call_1")] },
    });
    expect(said.filter(({ type }) => type === "raw")).toHaveLength(1);
  });

  it("count what was written to the cache", () => {
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 10, cache_write_tokens: 80 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 0 },
    };
    expect(read([end({ usage })]).said[0]).toEqual({
      type: "usage",
      counts: "turn",
      usage: {
        inputTokens: 100,
        cacheReadTokens: 10,
        cacheWriteTokens: 80,
        outputTokens: 5,
        reasoningTokens: 0,
      },
    });
  });
});
