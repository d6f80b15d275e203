import type { Effort } from "@aifactory/core";
import type { ThinkingConfig, ThinkingLevel } from "@google/genai/web";
import { plainName } from "./models.js";

/**
 * An effort in the words that a model takes; undefined for models that do not think. No effort: the model's own default.
 * Levels and budgets of each model: https://ai.google.dev/gemini-api/docs/thinking
 */
export function thinkingOf(model: string, effort: Effort | undefined): ThinkingConfig | undefined {
  const name = plainName(model);
  // Other vendors' models behind a `baseUrl`, and those from before there were thoughts.
  if (!name.startsWith("gemini-") || /^gemini-(1\.|2\.0)/.test(name)) return undefined;
  if (effort === undefined) return { includeThoughts: true };
  return name.startsWith("gemini-2.5-") ? budgetOf(name, effort) : levelOf(name, effort);
}

/** Whether the model refuses calls of its current turn that carry no thought signature: Gemini 3 and newer. */
export function needsSignatures(model: string): boolean {
  return /^gemini-(?!1\.|2\.)/.test(plainName(model));
}

const levels = {
  none: "MINIMAL",
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  max: "HIGH",
} as const;

/** Nobody can be stopped from thinking, and most know no less than LOW. */
function levelOf(name: string, effort: Effort): ThinkingConfig {
  const knowsMinimal = /^gemini-3(\.[156])?-flash/.test(name);
  const level = levels[effort] === "MINIMAL" && !knowsMinimal ? "LOW" : levels[effort];
  return { includeThoughts: true, ...(isLevel(level) && { thinkingLevel: level }) };
}

/** The SDK's enum is a value of the SDK, which is not loaded yet; its members are these strings. */
function isLevel(level: string): level is ThinkingLevel {
  return /^(MINIMAL|LOW|MEDIUM|HIGH)$/.test(level);
}

const budgets = { none: 0, minimal: 1_024, low: 4_096, medium: 10_000, high: 24_576, max: 32_768 } as const;

/** In tokens. Pro thinks at least 128, the others at most 24,576; with 0 there are no thoughts to be included. */
function budgetOf(name: string, effort: Effort): ThinkingConfig {
  const isPro = name.startsWith("gemini-2.5-pro");
  const thinkingBudget = isPro ? Math.max(128, budgets[effort]) : Math.min(24_576, budgets[effort]);
  return thinkingBudget === 0 ? { thinkingBudget } : { includeThoughts: true, thinkingBudget };
}
