import type { TurnRequest } from "@aifactory/core";
import type Anthropic from "@anthropic-ai/sdk";
import { toTurns, type WireTurn } from "./history.js";
import { defaultOutputTokens, modelFacts } from "./models.js";
import { thinkingOf, type ThinkingParams } from "./thinking.js";

/** Marks the end of what is to be kept in the cache. A request may have four such marks. */
const mark = { cache_control: { type: "ephemeral" } } as const;

/** A turn's request in the vendor's words. */
export function toWire(request: TurnRequest, model: string): Anthropic.MessageCreateParamsStreaming {
  const { system, tools, effort } = request;
  const turns = toTurns(request.messages, model);
  const most = modelFacts(model).maxOutputTokens;
  const maxTokens = Math.min(request.maxOutputTokens ?? most ?? defaultOutputTokens, most ?? Infinity);
  return {
    model,
    max_tokens: maxTokens,
    stream: true,
    ...allowed(thinkingOf(model, effort, maxTokens), turns),
    ...(tools.length > 0 && { tools: toTools(tools) }),
    ...(system.trim() !== "" && { system: [{ type: "text", text: system, ...mark }] }),
    messages: withMarks(turns),
  };
}

function toTools(tools: TurnRequest["tools"]): Anthropic.Tool[] {
  return tools.map(({ name, description, inputSchema }, at) => ({
    name,
    description,
    input_schema: { ...inputSchema, type: "object" },
    ...(at === tools.length - 1 && mark),
  }));
}

/** With a budget, the vendor wants a thought before the calls that are being answered; those made elsewhere have none. */
function allowed(params: ThinkingParams, turns: readonly WireTurn[]): ThinkingParams {
  if (params.thinking?.type !== "enabled") return params;
  const content = turns.findLast(({ role }) => role === "assistant")?.content ?? [];
  const isThought = content[0]?.type === "thinking" || content[0]?.type === "redacted_thinking";
  return isThought || !content.some(({ type }) => type === "tool_use") ? params : {};
}

/**
 * Marks the last two turns of the user: the last one to keep all that was said, the one before because that is where the
 * previous request ended. The vendor looks for kept ends only 20 blocks back, which a turn with many calls exceeds.
 */
function withMarks(turns: readonly WireTurn[]): Anthropic.MessageParam[] {
  const marked = new Set(turns.filter(({ role }) => role === "user").slice(-2));
  return turns.map((turn) => (marked.has(turn) ? { ...turn, content: markLast(turn.content) } : turn));
}

function markLast(content: readonly Anthropic.ContentBlockParam[]): Anthropic.ContentBlockParam[] {
  return content.map((block, at) => {
    const isMarkable = block.type === "text" || block.type === "tool_result";
    return isMarkable && at === content.length - 1 ? { ...block, ...mark } : block;
  });
}
