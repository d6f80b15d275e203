import { describe, expect, it } from "vitest";
import { cutPrompt, windowFor } from "../src/context.js";

describe("windowFor", () => {
  it("is never Ollama's silent default", () => {
    expect(windowFor({ bytes: 100 })).toBe(16_384);
  });

  it("grows in doublings with what is sent and what is asked for", () => {
    expect(windowFor({ bytes: 60_000 })).toBe(32_768);
    expect(windowFor({ bytes: 100, outputTokens: 40_000 })).toBe(65_536);
  });

  it("ends at the model's window", () => {
    expect(windowFor({ bytes: 10_000_000, modelTokens: 40_960 })).toBe(40_960);
    expect(windowFor({ bytes: 100, modelTokens: 8_192 })).toBe(8_192);
    expect(windowFor({ bytes: 100, modelTokens: 8_192, configuredTokens: 32_768 })).toBe(8_192);
  });

  it("keeps what the Modelfile sets and what was loaded before", () => {
    expect(windowFor({ bytes: 100, configuredTokens: 65_536 })).toBe(65_536);
    expect(windowFor({ bytes: 100, lastTokens: 131_072 })).toBe(131_072);
  });
});

describe("cutPrompt", () => {
  it("says nothing of a prompt that was read whole", () => {
    expect(cutPrompt(40_000, 11_000, 16_384)).toBeUndefined();
  });

  it("says nothing when the count is absent: old versions leave it out for a cached prompt", () => {
    expect(cutPrompt(40_000, undefined, 16_384)).toBeUndefined();
    expect(cutPrompt(40_000, 0, 16_384)).toBeUndefined();
  });

  it("says that a full window cuts", () => {
    expect(cutPrompt(200_000, 16_384, 16_384)).toContain("fills the window of 16384 tokens");
  });

  it("says that far too few tokens were read", () => {
    expect(cutPrompt(60_000, 2_051, 16_384)).toContain("2051 tokens of a prompt of about 21429");
  });
});
