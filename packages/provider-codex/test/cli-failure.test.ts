import { describe, expect, it } from "vitest";
import { read, recorded, session } from "./cli-session.js";

describe("a session of Codex that failed", () => {
  it("tells a retry, and the key to nobody", async () => {
    const { events } = await recorded("wrong-key");
    const words = expect.stringContaining("Incorrect API key provided: Bearer [key]");
    expect(events).toContainEqual({ type: "notice", code: "retry", message: words });
    expect(JSON.stringify(events)).not.toContain("sk-wrong");
  });

  it.each([
    ["wrong-key", { code: "auth", status: 401, message: expect.stringContaining("Check the key for http://127") }],
    ["rate-limit", { code: "rate-limit", retryAfterMs: 1_500 }],
    ["too-many", { code: "rate-limit", status: 429, retryable: true }],
    ["usage-limit", { code: "quota", resetsAt: "2026-11-25T09:46:40.000Z" }],
    ["unknown-model", { code: "unknown-model" }],
    ["refused", { code: "network", message: expect.stringContaining("Is http://127.0.0.1:1234/v1 right") }],
    ["refusal", { code: "refused" }],
    ["invalid-request", { code: "invalid-request", message: "Codex: Bad request." }],
    ["overflow", { code: "context-overflow" }],
    ["too-long", { code: "context-overflow" }],
  ])("that ended with %s is an error of its own", async (name, error) => {
    const { events, finish } = await recorded(name);
    expect(finish).toMatchObject({ reason: { unified: "error" }, error });
    // Each failed before anything was done or counted.
    expect(finish.error).not.toHaveProperty("replaySafe");
    expect(events.filter(({ type }) => type === "usage")).toEqual([]);
  });

  it.each([
    ["what has no name", "Something.", "other", "agent-exited"],
    ["a broken stream", "stream disconnected before completion: Broken.", "other", "cut-stream"],
    [
      "a filtered answer",
      "stream disconnected: Incomplete response returned, reason: content_filter",
      "other",
      "refused",
    ],
    ["a subscription without the model", '{"detail":"The \'x\' model is not supported."}', "other", "unknown-model"],
    [
      "a gateway that is busy",
      "unexpected status 503",
      { httpConnectionFailed: { httpStatusCode: 503 } },
      "overloaded",
    ],
    ["a broken connection", "gone", { responseStreamDisconnected: { httpStatusCode: null } }, "cut-stream"],
  ])("tells %s, and that something may have been done", (_name, message, codexErrorInfo, code) => {
    const spent = {
      method: "thread/tokenUsage/updated",
      params: { threadId: "t1", tokenUsage: { total: { inputTokens: 5 } } },
    };
    const turn = { status: "failed", error: { message, codexErrorInfo } };
    const end = { method: "turn/completed", params: { threadId: "t1", turn } };
    expect(read(session(spent, end)).finish.error).toMatchObject({ code, replaySafe: false });
  });
});
