import type { Message, TurnRequest } from "@aifactory/core";
import type { FunctionDeclaration, GenerateContentConfig, GenerateContentParameters } from "@google/genai/web";
import { toContents, toolName } from "./contents.js";
import { tokenOf } from "./envelope.js";
import { modelFacts } from "./models.js";
import { toParameters } from "./schema.js";
import { thinkingOf } from "./thinking.js";

/** A turn's request in the vendor's words. */
export function toWire(request: TurnRequest, model: string, abortSignal: AbortSignal): GenerateContentParameters {
  const { system, tools, effort, maxOutputTokens } = request;
  const { messages, continuationToken } = resumed(request.messages, model);
  const thinkingConfig = thinkingOf(model, effort);
  const most = modelFacts(model).maxOutputTokens ?? Infinity;
  const config: GenerateContentConfig = {
    abortSignal,
    // The SDK would take up a broken or paused stream by itself: trying again is core's.
    automaticContinuation: false,
    ...(system.trim() !== "" && { systemInstruction: { parts: [{ text: system }] } }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: tools.map(toDeclaration) }] }),
    ...(thinkingConfig && { thinkingConfig }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens: Math.min(maxOutputTokens, most) }),
    ...(continuationToken !== undefined && { continuationToken }),
  };
  return { model, contents: toContents(messages, model), config };
}

/** A paused answer goes on from its token, and the conversation is sent as it was before that answer began. */
function resumed(messages: readonly Message[], model: string) {
  const last = messages.at(-1);
  const continuationToken = last?.role === "assistant" ? tokenOf(last, model) : undefined;
  if (continuationToken === undefined) return { messages };
  const spoken = messages.findLastIndex(({ role }) => role !== "assistant");
  return { messages: messages.slice(0, spoken + 1), continuationToken };
}

function toDeclaration({ name, description, inputSchema }: TurnRequest["tools"][number]): FunctionDeclaration {
  const parametersJsonSchema = toParameters(inputSchema);
  return { name: toolName(name), description, ...(parametersJsonSchema && { parametersJsonSchema }) };
}
