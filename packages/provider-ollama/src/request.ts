import type { AssistantMessage, Effort, Message, TurnRequest } from "@aifactory/core";
import type { ChatRequest, Message as WireMessage, Options, Tool, ToolCall } from "ollama";
import type { LocalModel } from "./models.js";

/** A request as Ollama takes it; the library does not know all of it yet. */
export type WireRequest = Omit<ChatRequest, "messages" | "stream"> & {
  readonly stream: true;
  readonly messages: (WireMessage & { tool_call_id?: string })[];
  /** False: a prompt that does not fit is an error, not cut. Versions before 0.12 ignore it. */
  readonly truncate: false;
  /** False: an answer that fills the window ends, rather than pushing the prompt out of it. */
  readonly shift: false;
};

/** What a request takes besides the turn. */
export interface RequestSettings {
  readonly contextTokens: number;
  readonly keepAlive: string | number;
  readonly parameters?: Partial<Options>;
}

/** A turn's request in Ollama's words. */
export function toWire(
  { model, system, messages, tools, effort, maxOutputTokens }: TurnRequest,
  local: LocalModel,
  { contextTokens, keepAlive, parameters }: RequestSettings,
): WireRequest {
  const think = thinkFor(effort, local);
  return {
    model,
    stream: true,
    truncate: false,
    shift: false,
    messages: [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      ...messages.map((message) => messageToWire(message, model)),
    ],
    ...(tools.length > 0 && { tools: tools.map(toolToWire) }),
    ...(think !== undefined && { think }),
    keep_alive: keepAlive,
    options: {
      ...parameters,
      num_ctx: contextTokens,
      ...(maxOutputTokens !== undefined && { num_predict: maxOutputTokens }),
    },
  };
}

/** Bytes of what the model has to read. */
export function promptBytes({ system, messages, tools }: TurnRequest): number {
  const read = messages.map(({ text, ...rest }) => text + ("calls" in rest ? JSON.stringify(rest.calls) : ""));
  return Buffer.byteLength([system, JSON.stringify(tools), ...read].join("\n"));
}

function messageToWire(message: Message, model: string): WireMessage & { tool_call_id?: string } {
  switch (message.role) {
    case "user":
      return { role: "user", content: message.text };
    case "assistant":
      return assistantToWire(message, model);
    case "tool":
      return {
        role: "tool",
        // There is no other way to say that a call failed.
        content: message.isError ? `Error: ${message.text}` : message.text,
        tool_name: message.name,
        tool_call_id: message.callId,
      };
    default:
      return message satisfies never;
  }
}

function assistantToWire({ text, calls, native }: AssistantMessage, model: string): WireMessage {
  const mine = native?.provider === "ollama" && native.model === model ? native.data : undefined;
  const thinking = typeof mine === "object" && mine !== null && "thinking" in mine ? mine.thinking : undefined;
  return {
    role: "assistant",
    content: text,
    ...(typeof thinking === "string" && { thinking }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, input }): ToolCall & { id: string } => ({
        id,
        // Arguments must be an object here; what was none is told by the result.
        function: { name, arguments: isObject(input) ? input : {} },
      })),
    }),
  };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toolToWire({ name, description, inputSchema }: TurnRequest["tools"][number]): Tool {
  return { type: "function", function: { name, description, parameters: inputSchema } };
}

/** A model that can't think refuses to be asked; one that takes levels can't be told not to. */
function thinkFor(effort: Effort | undefined, { thinking, levels }: LocalModel): ChatRequest["think"] {
  if (!thinking || effort === undefined) return undefined;
  if (!levels) return effort !== "none";
  if (effort === "medium") return "medium";
  return effort === "high" || effort === "max" ? "high" : "low";
}
