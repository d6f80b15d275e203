import { createHash } from "node:crypto";
import type { AssistantMessage, Message, TurnRequest } from "@aifactory/core";
import type {
  FunctionTool,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  ResponseOutputItem,
} from "openai/resources/responses/responses";
import { wireCallId } from "./call-ids.js";
import type { CodexOptions } from "./endpoint.js";
import { reasons, wireEffort } from "./models.js";
import { argumentsOf } from "./reply.js";
import { allowsStrict } from "./strictness.js";

const idLimit = 64;

/** A turn's request for the Responses API. Nothing is stored there: what the model thought travels in `native`. */
export function toResponses(
  request: TurnRequest,
  model: string,
  { reasoningSummary: summary }: CodexOptions = {},
): ResponseCreateParamsStreaming {
  const { system, messages, tools, cwd, effort, maxOutputTokens } = request;
  const asked = effort && wireEffort(model, effort);
  const reasoning = { ...(asked && { effort: asked }), ...(summary && { summary }) };
  return {
    model,
    stream: true,
    store: false,
    input: messages.flatMap((message) => itemsOf(message, model)),
    // The same for all turns of a run, other for every other run.
    prompt_cache_key: createHash("sha256").update(`${cwd}\n${system}`).digest("hex").slice(0, 32),
    ...(system !== "" && { instructions: system }),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    // A model that does not reason refuses both.
    ...(reasons(model) && {
      include: ["reasoning.encrypted_content"],
      ...(Object.keys(reasoning).length > 0 && { reasoning }),
    }),
    // Fewer are refused.
    ...(maxOutputTokens !== undefined && { max_output_tokens: Math.max(16, maxOutputTokens) }),
  };
}

function toolOf({ name, description, inputSchema }: TurnRequest["tools"][number]): FunctionTool {
  const strict = allowsStrict(inputSchema);
  return { type: "function", name, description, parameters: inputSchema, strict };
}

function itemsOf(message: Message, model: string): readonly ResponseInputItem[] {
  if (message.role === "user") return [{ role: "user", content: message.text }];
  if (message.role === "assistant") return assistantItems(message, model);
  const { callId, text, isError } = message;
  const output = isError ? `Error: ${text}` : text;
  return [{ type: "function_call_output", call_id: wireCallId(callId, idLimit), output }];
}

function assistantItems(message: AssistantMessage, model: string): readonly ResponseInputItem[] {
  const ids = new Set(message.calls.map(({ id }) => id));
  const own = outputOf(message, model).filter(
    // A call that nobody answers is refused.
    (item) => item.type !== "function_call" || ids.has(item.call_id),
  );
  const kept = new Set(own.map((item) => (item.type === "function_call" ? item.call_id : "")));
  const calls = message.calls.filter(({ id }) => !kept.has(id));
  const says = own.length === 0 && message.text !== "";
  return [
    // Reasoning that nothing follows is refused.
    ...own.slice(0, calls.length > 0 ? own.length : own.findLastIndex(isFollowing) + 1),
    ...(says ? [{ role: "assistant" as const, content: message.text }] : []),
    ...calls.map((call) => ({
      type: "function_call" as const,
      call_id: wireCallId(call.id, idLimit),
      name: call.name.replaceAll(/[^\w-]/g, "_").slice(0, 64),
      arguments: argumentsOf(call),
    })),
  ];
}

/** What a reply of the Responses API leaves in `native`. */
export interface ResponsesEnvelope {
  readonly output: readonly NativeItem[];
}

/** An item that can be given back as it came. */
export type NativeItem = Extract<ResponseOutputItem, { type: "message" | "reasoning" | "function_call" }>;

/** Only the model that made them may get its own items again. */
function outputOf({ native }: AssistantMessage, model: string): readonly NativeItem[] {
  if (native?.provider !== "codex" || native.model !== model) return [];
  return isEnvelope(native.data) ? native.data.output : [];
}

function isEnvelope(data: unknown): data is ResponsesEnvelope {
  if (typeof data !== "object" || data === null || !("output" in data)) return false;
  return Array.isArray(data.output);
}

function isFollowing({ type }: NativeItem): boolean {
  return type !== "reasoning";
}
