import type { Usage } from "@aifactory/core";

/** What the vendor counts, as far as we read it. Each number is the answer's total so far. */
export interface WireCounts {
  readonly input_tokens?: number | null | undefined;
  readonly cache_read_input_tokens?: number | null | undefined;
  readonly cache_creation_input_tokens?: number | null | undefined;
  readonly output_tokens?: number | null | undefined;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null | undefined;
}

/** Later counts over earlier ones; what they do not name stays. */
export function addCounts(earlier: WireCounts, later: WireCounts): WireCounts {
  const named = Object.entries(later).filter(([, count]) => count !== undefined && count !== null);
  return { ...earlier, ...Object.fromEntries(named) };
}

/** Counts in our words. The vendor's `input_tokens` are those that the cache had no part in; ours are all. */
export function usageOf(counts: WireCounts): Usage {
  const { input_tokens: plain, cache_read_input_tokens: read, cache_creation_input_tokens: written } = counts;
  const inputs = [plain, read, written].filter((count) => typeof count === "number");
  return known({
    inputTokens: inputs.length === 0 ? undefined : inputs.reduce((sum, count) => sum + count, 0),
    cacheReadTokens: read,
    cacheWriteTokens: written,
    outputTokens: counts.output_tokens,
    reasoningTokens: counts.output_tokens_details?.thinking_tokens,
  });
}

/** Only the numbers that are there: what nobody reported stays absent. */
function known(numbers: { readonly [name in Exclude<keyof Usage, "cost">]: number | null | undefined }): Usage {
  return Object.fromEntries(Object.entries(numbers).filter(([, count]) => typeof count === "number"));
}
