import type { Usage } from "@aifactory/core";
import type { GenerateContentResponseUsageMetadata } from "@google/genai/web";

/** What the vendor counts, as far as we read it. Each chunk's numbers are the answer's totals so far. */
export type WireCounts = Pick<
  GenerateContentResponseUsageMetadata,
  "promptTokenCount" | "cachedContentTokenCount" | "candidatesTokenCount" | "thoughtsTokenCount"
>;

/** Later counts over earlier ones; what they do not name stays. */
export function addCounts(earlier: WireCounts, later: WireCounts): WireCounts {
  return { ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, count]) => typeof count === "number")) };
}

/** Counts in our words. The vendor's `promptTokenCount` has the cached ones in it, `candidatesTokenCount` no thoughts. */
export function usageOf(counts: WireCounts): Usage {
  const { promptTokenCount, cachedContentTokenCount, candidatesTokenCount, thoughtsTokenCount } = counts;
  const outputs = [candidatesTokenCount, thoughtsTokenCount].filter((count) => count !== undefined);
  return {
    ...(promptTokenCount !== undefined && { inputTokens: promptTokenCount }),
    ...(cachedContentTokenCount !== undefined && { cacheReadTokens: cachedContentTokenCount }),
    ...(outputs.length > 0 && { outputTokens: outputs.reduce((sum, count) => sum + count, 0) }),
    ...(thoughtsTokenCount !== undefined && { reasoningTokens: thoughtsTokenCount }),
  };
}
