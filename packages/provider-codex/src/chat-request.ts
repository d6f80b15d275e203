import type { AssistantMessage, Message, TurnRequest } from "@aifactory/core";
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions/completions";
import { wireCallId } from "./call-ids.js";
import { wireEffort } from "./models.js";
import { argumentsOf } from "./reply.js";
import { allowsStrict } from "./strictness.js";

const idLimit = 40;

/**
 * A turn's request for chat completions.
 *
 * @param isOpenAI Other servers get what the oldest of them know: no strict tools, and the limit under its old name.
 */
export function toChat(
  { system, messages, tools, effort, maxOutputTokens }: TurnRequest,
  model: string,
  isOpenAI: boolean,
): ChatCompletionCreateParamsStreaming {
  const asked = effort && wireEffort(model, effort);
  const limit = isOpenAI ? "max_completion_tokens" : "max_tokens";
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
      ...messages.flatMap((message) => messagesOf(message, model)),
    ],
    ...(tools.length > 0 && { tools: tools.map((tool) => toolOf(tool, isOpenAI)) }),
    ...(asked && { reasoning_effort: asked }),
    ...(maxOutputTokens !== undefined && { [limit]: maxOutputTokens }),
  };
}

function toolOf(
  { name, description, inputSchema }: TurnRequest["tools"][number],
  isOpenAI: boolean,
): ChatCompletionFunctionTool {
  const strict = isOpenAI && allowsStrict(inputSchema) ? { strict: true } : {};
  return { type: "function", function: { name, description, parameters: inputSchema, ...strict } };
}

function messagesOf(message: Message, model: string): readonly ChatCompletionMessageParam[] {
  if (message.role === "user") return [{ role: "user", content: message.text }];
  if (message.role === "assistant") return assistantMessages(message, model);
  const { callId, text, isError } = message;
  const content = isError ? `Error: ${text}` : text;
  return [{ role: "tool", tool_call_id: wireCallId(callId, idLimit), content }];
}

function assistantMessages(message: AssistantMessage, model: string): readonly ChatCompletionMessageParam[] {
  const { text, calls } = message;
  // A message with nothing in it is refused.
  if (text === "" && calls.length === 0) return [];
  const made = calls.map((call): ChatCompletionMessageFunctionToolCall => ({
    id: wireCallId(call.id, idLimit),
    type: "function",
    function: {
      name: call.name.replaceAll(/[^\w-]/g, "_").slice(0, 64),
      arguments: argumentsOf(call),
    },
  }));
  return [
    {
      role: "assistant",
      content: text,
      ...(made.length > 0 && { tool_calls: made }),
      ...thoughtOf(message, model),
    },
  ];
}

/** What a reply by chat completions leaves in `native`: the thought, under the name that the server has for it. */
export interface ChatEnvelope {
  readonly thought: { readonly [field in ThoughtField]?: string };
}

/** How servers name what the model thinks: DeepSeek, LM Studio and llama.cpp; newer vLLM and OpenRouter. */
export const thoughtFields = ["reasoning_content", "reasoning"] as const;

/** One of those names. */
export type ThoughtField = (typeof thoughtFields)[number];

/** Only the model that thought it may read its thought again. Some refuse a call that comes back without it. */
function thoughtOf({ native }: AssistantMessage, model: string): ChatEnvelope["thought"] {
  if (native?.provider !== "codex" || native.model !== model) return {};
  return isEnvelope(native.data) ? native.data.thought : {};
}

function isEnvelope(data: unknown): data is ChatEnvelope {
  if (typeof data !== "object" || data === null || !("thought" in data)) return false;
  return typeof data.thought === "object";
}
