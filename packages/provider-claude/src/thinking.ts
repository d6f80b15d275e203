import type { Effort } from "@aifactory/core";
import type Anthropic from "@anthropic-ai/sdk";

/** The part of a request that says how much to think. */
export type ThinkingParams = Pick<Anthropic.MessageCreateParams, "thinking" | "output_config">;

/**
 * How a model is told to think. `budget`: in tokens. `adaptive`: by effort; `byDefault` says whether it thinks unasked, and
 * `off` how that is stopped, where it can be.
 */
type Style =
  | { readonly by: "budget" }
  | {
      readonly by: "adaptive";
      readonly byDefault: boolean;
      readonly off?: "disabled" | "between_tools";
    };

/**
 * First match first. What each model takes stands on its page at https://platform.claude.com/docs/en/models/overview and
 * in https://platform.claude.com/docs/en/build-with-claude/thinking; all others are answered with status 400.
 */
const styles: readonly (readonly [RegExp, Style])[] = [
  [/^claude-(3|instant|\w+-4(-[0-5])?(-\d{8})?$)/, { by: "budget" }],
  [/^claude-\w+-4-/, { by: "adaptive", byDefault: false, off: "disabled" }],
  [/^claude-(opus|sonnet)-5(-\d{8})?$|^claude-haiku-5-5/, { by: "adaptive", byDefault: true, off: "disabled" }],
  [/^claude-sonnet-5-5/, { by: "adaptive", byDefault: true, off: "between_tools" }],
  // It can't be stopped. New models are taken to be like the newest that are known.
  [/^claude-/, { by: "adaptive", byDefault: true }],
  // Other vendors' models, behind servers that speak this protocol, mostly know the older form.
  [/./, { by: "budget" }],
];

const budgets = { minimal: 1_024, low: 4_096, medium: 10_000, high: 24_000, max: 48_000 } as const;

/** Newer models say nothing of what they think unless they are asked to. */
const adaptive = { type: "adaptive", display: "summarized" } as const;

/**
 * An effort in the words that a model takes. No effort: its own default.
 *
 * @param maxTokens What the answer may have at most, thinking included.
 */
export function thinkingOf(model: string, effort: Effort | undefined, maxTokens: number): ThinkingParams {
  const style = styles.find(([pattern]) => pattern.test(model))?.[1];
  if (style?.by !== "adaptive") return budgetOf(effort, maxTokens);
  const { byDefault, off } = style;
  if (effort === undefined) return byDefault ? { thinking: adaptive } : {};
  if (effort === "none" && off) return { thinking: { type: off } };
  const level = effort === "none" || effort === "minimal" ? "low" : effort;
  return { thinking: adaptive, output_config: { effort: level } };
}

/** At most half of the answer; the vendor wants at least 1,024 tokens. */
function budgetOf(effort: Effort | undefined, maxTokens: number): ThinkingParams {
  if (effort === undefined || effort === "none") return {};
  const tokens = Math.min(budgets[effort], Math.floor(maxTokens / 2));
  return tokens < 1_024 ? {} : { thinking: { type: "enabled", budget_tokens: tokens } };
}
