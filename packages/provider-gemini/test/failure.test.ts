import { ApiError } from "@google/genai/web";
import { describe, expect, it } from "vitest";
import { failureOf, nextMidnight } from "../src/failure.js";

const where = {
  baseUrl: "https://generativelanguage.googleapis.com",
  key: "secret-key",
  isGoogle: true,
  model: "gemini-3.8-flahs",
};

/** An error as the SDK throws it. */
function refused(status: number, message: string, details: readonly object[] = []) {
  const body = { error: { code: status, message, status: "ANY", details } };
  return failureOf(new ApiError({ status, message: JSON.stringify(body) }), where, false);
}

function quota(quotaId: string): object {
  return { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] };
}

const delay = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "26.5s" };
const used = "You exceeded your current quota, please check your plan and billing details.";

describe("what the vendor answers", () => {
  it.each([
    [400, "API key not valid. Please pass a valid API key.", "auth"],
    [400, "API key expired. Please renew the API key.", "auth"],
    [401, "Request had invalid authentication credentials.", "auth"],
    [403, "Method doesn't allow unregistered callers.", "auth"],
    [400, "User location is not supported. Please enable billing on your project.", "quota"],
    [429, "Your prepayment credits are depleted.", "quota"],
    [429, "Resource has been exhausted (e.g. check quota).", "rate-limit"],
    [429, used, "quota"],
    [
      400,
      "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).",
      "context-overflow",
    ],
    [413, "Request Entity Too Large", "context-overflow"],
    [404, "models/x is not found for API version v1beta, or is not supported for generateContent.", "unknown-model"],
    [404, "Requested entity was not found.", "invalid-request"],
    [400, 'Invalid JSON payload received. Unknown name "const"', "invalid-request"],
    [503, "The model is overloaded. Please try again later.", "overloaded"],
    [500, "An internal error has occurred.", "server-error"],
    [504, "Deadline expired before operation could complete.", "server-error"],
  ])("%i %s is %s", (status, message, code) => {
    expect(refused(status, message)).toMatchObject({ code, status });
    expect(refused(status, message).message).toContain(message);
  });

  it("is auth by its reason, whatever the words", () => {
    const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_SERVICE_BLOCKED" };
    const error = refused(400, "Blocked.", [info]);
    expect(error.code).toBe("auth");
    expect(error.message).toContain("export GEMINI_API_KEY=");
  });

  it("is a rate limit by the minute, with the delay", () => {
    const error = refused(429, used, [quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), delay]);
    expect(error).toMatchObject({ code: "rate-limit", retryable: true, retryAfterMs: 26_500 });
  });

  it("is a quota by the day, with its end instead of a delay", () => {
    const error = refused(429, used, [quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), delay]);
    expect(error).toMatchObject({ code: "quota", retryable: false });
    expect(error).not.toHaveProperty("retryAfterMs");
    const hours = (Date.parse(error.resetsAt ?? "") - Date.now()) / 3_600_000;
    expect(hours > 0 && hours <= 25).toBe(true);
  });

  it("names models that are called alike, where they are Google's", () => {
    const thrown = new ApiError({ status: 404, message: JSON.stringify({ error: { message: "model not found" } }) });
    expect(failureOf(thrown, where, false).message).toContain("Near to it: gemini-3.8-flash");
    expect(failureOf(thrown, { ...where, isGoogle: false }, false).message).not.toContain("Near to it");
  });

  it("is found in every wrapping of the SDK, and the key is taken out", () => {
    const body = { error: { code: 503, message: "Busy, secret-key." } };
    const wrapped = { error: { message: JSON.stringify(body), code: 503, status: "Service Unavailable" } };
    for (const message of [
      JSON.stringify([body]),
      JSON.stringify(wrapped),
      `got status: UNAVAILABLE. ${JSON.stringify(body)}`,
    ])
      expect(failureOf(new ApiError({ status: 503, message }), where, true).message).toBe(
        `${where.baseUrl}: Busy, [key].`,
      );
  });

  it("is no page of HTML", () => {
    const page = JSON.stringify({ error: { message: "<html>Bad Gateway</html>", code: 502, status: "Bad Gateway" } });
    const error = failureOf(new ApiError({ status: 502, message: page }), where, false);
    expect(error).toMatchObject({ code: "server-error", message: `${where.baseUrl}: Status 502.` });
  });
});

describe("what breaks", () => {
  it("is told by its root before the answer, and is a cut stream after its beginning", () => {
    const refusal = new TypeError("fetch failed", { cause: new Error("outer", { cause: new Error("ECONNREFUSED") }) });
    expect(failureOf(refusal, where, false)).toMatchObject({
      code: "network",
      message: expect.stringContaining("ECONNREFUSED"),
    });
    expect(failureOf(new TypeError("terminated"), where, true).code).toBe("cut-stream");
    expect(failureOf(new SyntaxError("Unexpected end"), where, true).code).toBe("server-error");
    expect(failureOf("nothing", where, false).code).toBe("network");
  });
});

describe("the next midnight in California", () => {
  it.each([
    ["2026-11-24T11:00:00Z", "2026-11-25T08:00:00.000Z"],
    ["2026-07-01T06:59:59Z", "2026-07-01T07:00:00.000Z"],
    ["2026-07-01T07:00:00Z", "2026-07-02T07:00:00.000Z"],
    // The night in which the clocks go back.
    ["2026-11-01T07:30:00Z", "2026-11-02T08:00:00.000Z"],
  ])("after %s is %s", (after, midnight) => {
    expect(nextMidnight(new Date(after)).toISOString()).toBe(midnight);
  });
});
