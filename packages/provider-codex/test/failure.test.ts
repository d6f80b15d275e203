import { APIConnectionError, APIError } from "openai";
import { describe, expect, it } from "vitest";
import { failureOf } from "../src/failure.js";

const openAI = {
  baseURL: "https://api.openai.com/v1",
  key: "sk-secret",
  isOpenAI: true,
  model: "gpt-6-sool",
};
const local = { baseURL: "http://127.0.0.1:8080/v1", key: "", isOpenAI: false, model: "qwen3" };

/** An answer with this status and error, as the SDK throws it. */
function thrown(status: number, error: object, headers: { [name: string]: string } = {}) {
  return APIError.generate(status, { error }, undefined, new Headers(headers));
}

describe("a failure", () => {
  it.each([
    // OpenAI's own.
    [401, { code: "invalid_api_key", message: "Incorrect API key." }, "auth"],
    [403, { code: "unsupported_country_region_territory", message: "No." }, "auth"],
    [429, { code: "rate_limit_exceeded", message: "Too fast." }, "rate-limit"],
    [429, { code: "insufficient_quota", message: "Nothing left." }, "quota"],
    [400, { code: "billing_hard_limit_reached", message: "Nothing left." }, "quota"],
    [400, { code: "context_length_exceeded", message: "Too long." }, "context-overflow"],
    [404, { code: "model_not_found", message: "No." }, "unknown-model"],
    [404, { code: null, message: "Item with id 'rs_1' not found." }, "invalid-request"],
    [400, { code: "unknown_parameter", message: "Unknown parameter: 'x'." }, "invalid-request"],
    [500, { code: null, message: "Broken." }, "server-error"],
    [503, { code: "server_is_overloaded", message: "Busy." }, "overloaded"],
    // llama.cpp, vLLM, OpenRouter.
    [400, { code: 400, type: "exceed_context_size_error", message: "Too long." }, "context-overflow"],
    [400, { code: 400, message: "This model's maximum context length is 4096." }, "context-overflow"],
    [404, { code: 404, message: "The model `qwen3` does not exist." }, "unknown-model"],
    [400, { code: 400, message: "qwen3 is not a valid model ID" }, "unknown-model"],
    [402, { code: 402, message: "Insufficient credits" }, "quota"],
  ])("with status %i and %o is %s", (status, error, code) => {
    const failure = failureOf(thrown(status, error), local, false);
    expect(failure).toMatchObject({ code, status });
    expect(failure.message).toContain(error.message);
  });

  it("in mid-stream takes its status out of the error", () => {
    const sent = new APIError(undefined, { code: 503, message: "Busy." }, undefined, new Headers());
    expect(failureOf(sent, local, true)).toMatchObject({ code: "overloaded", retryable: true });
  });

  it("of a gateway that writes the status as text is the same", () => {
    const sent = new APIError(undefined, { code: "429", message: "Too fast." }, undefined, new Headers());
    expect(failureOf(sent, local, true)).toMatchObject({ code: "rate-limit", retryable: true });
  });

  it.each([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "7", "retry-after-ms": "250" }, 250],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
    [{}, undefined],
  ])("of rate carries the delay of %o", (headers, delay) => {
    const failure = failureOf(thrown(429, { message: "Too fast." }, headers), openAI, false);
    expect(failure.retryAfterMs).toBe(delay);
  });

  it("with a delay in the future carries what is left of it", () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const failure = failureOf(thrown(429, { message: "No." }, { "retry-after": date }), openAI, false);
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it("of the model names those that are near, and where all are", () => {
    const { message } = failureOf(thrown(404, { code: "model_not_found" }), openAI, false);
    expect(message).toContain('"gpt-6-sool"');
    expect(message).toContain("Near to it: gpt-6-sol");
    const other = failureOf(thrown(404, { code: "model_not_found" }), local, false).message;
    expect(other).not.toContain("gpt");
    expect(other).toContain("http://127.0.0.1:8080/v1/models");
  });

  it("of a path that is not there says what may be wrong with the address", () => {
    const missing = thrown(404, { message: "Not Found" });
    expect(failureOf(missing, local, false)).toMatchObject({ code: "invalid-request" });
    expect(failureOf(missing, local, false).message).toContain('codex({ api: "chat" })');
    expect(failureOf(missing, openAI, false).message).not.toContain("codex(");
  });

  it("never repeats the key or a proxy's page", () => {
    const wrong = thrown(401, { message: "Incorrect API key provided: sk-secret" });
    expect(failureOf(wrong, openAI, false).message).not.toContain("sk-secret");
    const page = APIError.generate(502, undefined, "<html><body>Bad", new Headers());
    const failure = failureOf(page, openAI, false);
    expect(failure).toMatchObject({ code: "server-error", retryable: true, status: 502 });
    expect(failure.message).not.toContain("<");
  });

  it("of the connection says why, and is another thing before and within the answer", () => {
    const cause = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    const refused = failureOf(new APIConnectionError({ cause }), local, false);
    expect(refused).toMatchObject({ code: "network", retryable: true });
    expect(refused.message).toContain("ECONNREFUSED");
    expect(failureOf(new TypeError("terminated"), local, true).code).toBe("cut-stream");
  });
});
