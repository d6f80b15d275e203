import { canaryKey, type Scene, sceneServer } from "@aifactory/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { failureOf } from "../src/failure.js";
import claude from "../src/index.js";
import { messagesProtocol } from "./protocol.js";
import { all, finishOf, turnRequest } from "./stage.js";

const where = { baseURL: "https://api.anthropic.com", key: "sk-1", isAnthropic: true, model: "claude-opus-5-5" };

/** An error of the SDK that carries an answer. */
function answered(status: number | undefined, type: string, message: string, headers = {}, details = {}): Error {
  const error = { type: "error", error: { type, message, details } };
  return Object.assign(new Error("as the SDK puts it"), { status, error, headers: new Headers(headers) });
}

afterEach(() => void vi.unstubAllEnvs());

describe("a failure", () => {
  it.each([
    [401, "authentication_error", "invalid x-api-key", "auth"],
    [403, "permission_error", "Your API key does not have permission", "auth"],
    [402, "billing_error", "Check your payment details", "quota"],
    [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "quota"],
    [400, "invalid_request_error", "You have reached your specified API usage limits.", "quota"],
    [429, "rate_limit_error", "This request would exceed your rate limit of 50 requests per minute", "rate-limit"],
    [529, "overloaded_error", "Overloaded", "overloaded"],
    [undefined, "overloaded_error", "Overloaded", "overloaded"],
    [undefined, "rate_limit_error", "Slow down", "rate-limit"],
    [undefined, "api_error", "Internal server error", "server-error"],
    [undefined, "invalid_request_error", "Bad block", "invalid-request"],
    [500, "api_error", "Internal server error", "server-error"],
    [503, "api_error", "Service unavailable", "server-error"],
    [504, "timeout_error", "Timed out", "timeout"],
    [413, "request_too_large", "Request exceeds the maximum size", "context-overflow"],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context-overflow"],
    [400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 3", "context-overflow"],
    [404, "not_found_error", "model: claude-opus-5-5", "unknown-model"],
    [404, "not_found_error", "Not Found", "invalid-request"],
    [400, "invalid_request_error", "messages.3: the flux capacitor is missing", "invalid-request"],
    [422, "invalid_request_error", "tools.0.name: too long", "invalid-request"],
  ])("%s %s, %s: %s", (status, type, message, code) => {
    const error = failureOf(answered(status, type, message), where, status === undefined);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.status).toBe(status);
  });

  it("with a spent limit of another kind is quota, whatever its status", () => {
    const spent = answered(
      429,
      "rate_limit_error",
      "Limit reached",
      {},
      { error_code: "contract_spend_limit_reached" },
    );
    expect(failureOf(spent, where, false).code).toBe("quota");
  });

  it("says when a spent limit comes back", () => {
    const words =
      "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.";
    expect(failureOf(answered(400, "invalid_request_error", words), where, false)).toMatchObject({
      code: "quota",
      retryable: false,
      resetsAt: "2026-12-01T00:00:00.000Z",
    });
  });

  it("carries the delay, in seconds or as a date", () => {
    const after = (header: string): number | undefined =>
      failureOf(answered(429, "rate_limit_error", "Slow", { "retry-after": header }), where, false).retryAfterMs;
    expect(after("7")).toBe(7_000);
    const delay = after(new Date(Date.now() + 60_000).toUTCString()) ?? 0;
    expect(delay).toBeGreaterThan(50_000);
    expect(delay).toBeLessThanOrEqual(60_000);
    expect(after("soon")).toBeUndefined();
  });

  it("of a name that was misspelt says the near ones", () => {
    const error = failureOf(
      answered(404, "not_found_error", "model: x"),
      { ...where, model: "claude-opus-5.5" },
      false,
    );
    expect(error.message).toContain('There is no model "claude-opus-5.5"');
    expect(error.message).toContain("claude-opus-5-5");
  });

  it("in the stream is the server's when it sent nonsense, and the connection's when that broke", () => {
    expect(failureOf(new SyntaxError("Unexpected end of JSON input"), where, true).code).toBe("server-error");
    expect(failureOf(new TypeError("terminated"), where, true).code).toBe("cut-stream");
  });

  it("does not repeat the key", () => {
    expect(failureOf(answered(401, "authentication_error", "bad key sk-1"), where, false).message).not.toContain(
      "sk-1",
    );
  });
});

describe("a key", () => {
  it("that is missing is auth, with the line to type, and nothing is sent", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "");
    const { url, received, close } = await sceneServer(messagesProtocol, []);
    const { error } = finishOf(await all(claude({ baseURL: url }).turn(turnRequest())));
    await close();
    expect(error).toMatchObject({ code: "auth", retryable: false });
    expect(error?.message).toContain("export ANTHROPIC_API_KEY=");
    expect(received()).toEqual([]);
  });

  it("is read from the environment when the turn begins", async () => {
    const hello: Scene = { id: "hello", parts: [] };
    const { url, close } = await sceneServer(messagesProtocol, [hello]);
    const provider = claude({ baseURL: url });
    vi.stubEnv("ANTHROPIC_API_KEY", ` ${canaryKey}\n`);
    expect(finishOf(await all(provider.turn(turnRequest()))).error).toBeUndefined();
    await close();
  });
});

describe("check", () => {
  it("finds a model, or says what is wrong", async () => {
    const { url, close } = await sceneServer(messagesProtocol, []);
    const check = async (model: string, apiKey = canaryKey) => claude({ baseURL: url, apiKey }).check?.({ model });
    await expect(check("")).resolves.toMatchObject({ billing: "key", notes: [`Claude Opus 5.5 at ${url}.`] });
    await expect(check("claude-opus-9")).rejects.toMatchObject({ name: "AifactoryError", code: "unknown-model" });
    await expect(check("claude-opus-5-5", "wrong")).rejects.toMatchObject({ code: "auth" });
    await close();
  });
});

describe("what is known of a model", () => {
  it("is known of Anthropic's models, and of no other's", async () => {
    vi.stubEnv("ANTHROPIC_BASE_URL", "");
    const facts = await claude().describe?.({ model: "claude-haiku-4-5-20251001" });
    expect(facts).toMatchObject({
      contextTokens: 200_000,
      price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
    });
    expect(await claude().describe?.({ model: "glm-5" })).toEqual({});
    expect(await claude({ baseURL: "http://127.0.0.1:9" }).describe?.({ model: "claude-opus-5-5" })).toEqual({});
  });
});
