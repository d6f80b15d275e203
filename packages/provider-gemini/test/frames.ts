import { type Scene, type ScenePart, stopOf } from "@aifactory/core/testing";
import { sealed, tokenFor } from "./seal.js";
import type { GeminiBody, WirePart } from "./wire.js";

/** The stream of an answer, as Google sends it. */
export function framesOf(scene: Scene, model: string, body: GeminiBody): { body: string[]; end: string[] } {
  const thought = scene.parts.find((part) => part.type === "thinking");
  const secret = { model, thinking: thought?.chunks.join("") ?? "", signature: thought?.signature ?? "" };
  const signed = (part: WirePart): WirePart => ({ ...part, thoughtSignature: sealed({ ...secret, part }) });
  const meta = { modelVersion: scene.servedModel ?? model, responseId: scene.id };
  const chunk = (part: object): string =>
    frame({ candidates: [{ content: { role: "model", parts: [part] }, index: 0 }], ...usageOf(scene, false), ...meta });

  const firstCall = scene.parts.findIndex(({ type }) => type === "call");
  const frames = scene.parts.flatMap((part, at): string[] => {
    if (part.type === "text") return part.chunks.map((text) => chunk({ text }));
    if (part.type === "thinking") return part.chunks.map((text) => chunk({ text, thought: true }));
    if (part.type === "malformed") return ['data: {"candidates": [{"content": {"pa\r\n\r\n'];
    if (part.type === "unknown") return [chunk({ hologram: { scene: "opera" } })];
    const call = part.type === "call" && callOf(part, model);
    if (!call) return [];
    // Older models sign only what they thought for.
    const isSigned = at === firstCall && (thought !== undefined || !model.startsWith("gemini-2"));
    return [chunk(isSigned ? signed(call) : call)];
  });

  // What was thought for an answer without calls is signed in an empty part at its end.
  const parts = thought && firstCall < 0 ? [signed({ text: "" })] : [];
  return { body: frames, end: [frame({ ...ending(scene, parts, model, body), ...usageOf(scene, true), ...meta })] };
}

/** One server-sent event. */
export function frame(data: object): string {
  return `data: ${JSON.stringify(data)}\r\n\r\n`;
}

/** Google reads the arguments itself; a call that it can't read is never sent. */
function callOf(
  { id, name, argumentChunks }: Extract<ScenePart, { type: "call" }>,
  model: string,
): WirePart | undefined {
  const hasIds = !model.startsWith("gemini-2");
  const text = argumentChunks.join("");
  if (text !== "" && !isJson(text)) return undefined;
  return { functionCall: { ...(hasIds && { id }), name, ...(text !== "" && { args: JSON.parse(text) }) } };
}

function ending(scene: Scene, parts: readonly WirePart[], model: string, body: GeminiBody): object {
  const stop = stopOf(scene);
  if (stop === "content-filter" && scene.parts.length === 0)
    return { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } };
  const isUnreadable = scene.parts.some((part) => part.type === "call" && !callOf(part, model));
  const finishReason = isUnreadable && stop === "tool-calls" ? "MALFORMED_FUNCTION_CALL" : reasons[stop];
  const candidate = { content: { role: "model", ...(parts.length > 0 && { parts }) }, finishReason, index: 0 };
  const token = stop === "pause" && { continuationToken: tokenFor(model, body.contents) };
  return { candidates: [{ ...candidate, ...token }] };
}

const reasons = {
  stop: "STOP",
  "tool-calls": "STOP",
  length: "MAX_TOKENS",
  "content-filter": "SAFETY",
  pause: "CONTINUATION",
} as const;

/** Every chunk carries the totals so far. */
function usageOf({ usage }: Scene, isWhole: boolean): object {
  if (!usage) return {};
  const { inputTokens = 0, cacheReadTokens, outputTokens = 0, reasoningTokens } = usage;
  const said = outputTokens - (reasoningTokens ?? 0);
  return {
    usageMetadata: {
      promptTokenCount: inputTokens,
      ...(cacheReadTokens !== undefined && { cachedContentTokenCount: cacheReadTokens }),
      ...(reasoningTokens !== undefined && { thoughtsTokenCount: reasoningTokens }),
      candidatesTokenCount: isWhole ? said : Math.min(1, said),
      totalTokenCount: inputTokens + outputTokens,
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
