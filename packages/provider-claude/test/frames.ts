import { type Scene, type ScenePart, type SceneStop, stopOf } from "@aifactory/core/testing";
import type { Usage } from "@aifactory/core";
import { sealed } from "./seal.js";

const stops: { readonly [stop in SceneStop]: string } = {
  stop: "end_turn",
  "tool-calls": "tool_use",
  length: "max_tokens",
  "content-filter": "refusal",
  pause: "pause_turn",
};

/** A scene in the vendor's stream. A thought with the signature `redacted` is sent as one that nobody may read. */
export function framesOf(
  scene: Scene,
  model: string,
): { readonly body: readonly string[]; readonly end: readonly string[] } {
  const { parts, usage, servedModel = model } = scene;
  const stop = { stop_reason: stops[stopOf(scene)], stop_sequence: null };
  const message = { id: `msg_${scene.id}`, type: "message", role: "assistant", content: [], stop_reason: null };
  return {
    body: [
      frame("message_start", { message: { ...message, model: servedModel, usage: usage && inputCounts(usage) } }),
      frame("ping", {}),
      ...parts.flatMap((part, index) => partFrames(part, index, model)),
    ],
    end: [frame("message_delta", { delta: stop, usage: usage && outputCounts(usage) }), frame("message_stop", {})],
  };
}

/** One event of the stream. */
export function frame(type: string, content: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...content })}\n\n`;
}

function inputCounts({ inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 }: Usage): object {
  return {
    input_tokens: inputTokens - cacheReadTokens - cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    output_tokens: 1,
  };
}

function outputCounts({ outputTokens, reasoningTokens: thinking }: Usage): object {
  const details = thinking === undefined ? null : { thinking_tokens: thinking };
  return { output_tokens: outputTokens, output_tokens_details: details };
}

function partFrames(part: ScenePart, index: number, model: string): string[] {
  if (part.type === "malformed") return ['event: content_block_delta\ndata: {"type": "content_blo\n\n'];
  if (part.type === "unknown") return [frame("content_block_hint", { index, hint: "la la la" })];
  if (part.type === "text") {
    const pieces = part.chunks.map((text) => ({ type: "text_delta", text }));
    return blockFrames(index, { type: "text", text: "" }, pieces);
  }
  if (part.type === "call") {
    const pieces = part.argumentChunks.map((json) => ({ type: "input_json_delta", partial_json: json }));
    return blockFrames(index, { type: "tool_use", id: part.id, name: part.name, input: {} }, pieces);
  }
  if (part.type !== "thinking") throw new Error(`A model does not ${part.type}.`);
  const { chunks, signature = "" } = part;
  const seal = sealed({ model, text: chunks.join(""), signature });
  if (signature === "redacted") return blockFrames(index, { type: "redacted_thinking", data: seal }, []);
  const pieces = chunks.map((thinking) => ({ type: "thinking_delta", thinking }));
  const signed = [...pieces, { type: "signature_delta", signature: seal }];
  return blockFrames(index, { type: "thinking", thinking: "", signature: "" }, signed);
}

function blockFrames(index: number, block: object, pieces: readonly object[]): string[] {
  return [
    frame("content_block_start", { index, content_block: block }),
    ...pieces.map((delta) => frame("content_block_delta", { index, delta })),
    frame("content_block_stop", { index }),
  ];
}
