import { describe, expect, it } from "vitest";
import { closeNames, defaultModel, knownModels, longPromptCost, modelFacts } from "../src/models.js";

describe("models", () => {
  it("have a price that changes with the date, where Google said so", () => {
    const day = (date: string): object | undefined => modelFacts("gemini-4-argon", new Date(date)).price;
    expect(day("2026-11-30T23:00:00Z")).toEqual({ input: 2, output: 10, cacheRead: 0.1 });
    expect(day("2026-12-01T00:00:00Z")).toEqual({ input: 4, output: 20, cacheRead: 0.2 });
  });

  it("are known by both of their names, and nothing is said of others", () => {
    expect(modelFacts("models/gemini-2.5-pro")).toEqual(modelFacts("gemini-2.5-pro"));
    expect(knownModels).toContain(defaultModel);
    expect(modelFacts("gemini-9")).toEqual({});
  });

  it("cost more for a long prompt, and only for that", () => {
    expect(longPromptCost("gemini-3.1-pro-preview", { inputTokens: 200_000 })).toBeUndefined();
    expect(longPromptCost("gemini-3.1-pro-preview", { inputTokens: 200_001 })?.usd).toBeCloseTo(0.8, 3);
    expect(longPromptCost("gemini-4-argon", { inputTokens: 300_000 })).toBeUndefined();
  });

  it("are near to what was mistyped, and only then", () => {
    expect(closeNames("gemini-4-argonn")[0]).toBe("gemini-4-argon");
    expect(closeNames("gpt-7")).toEqual([]);
  });
});
