import { type Scene, type ScenePart, type SceneStop, stopOf } from "@aifactory/core/testing";

interface Asked {
  readonly model: string;
  readonly stream_options?: { readonly include_usage?: boolean };
}

const reasons: { readonly [stop in SceneStop]: string } = {
  stop: "stop",
  "tool-calls": "tool_calls",
  length: "length",
  "content-filter": "content_filter",
  pause: "pause",
};

/** A scene as streamed chunks. */
export function chatFrames(scene: Scene, asked: Asked) {
  const model = scene.servedModel ?? asked.model;
  const chunk = (fields: object): string => {
    const whole = { id: `chatcmpl-${scene.id}`, object: "chat.completion.chunk", created: 1, model, ...fields };
    return `data: ${JSON.stringify(whole)}\n\n`;
  };
  const delta = (said: object, finish_reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta: said, logprobs: null, finish_reason }] });

  const calls = scene.parts.filter(({ type }) => type === "call");
  const framesOf = (part: ScenePart): string[] => {
    if (part.type === "text") return part.chunks.map((content) => delta({ content }));
    if (part.type === "thinking") return part.chunks.map((text) => delta({ reasoning_content: text }));
    if (part.type === "malformed") return ['data: {"choices": [{"del\n\n'];
    if (part.type === "unknown") return [`data: ${JSON.stringify({ object: "sparkle", sparkle: "*" })}\n\n`];
    if (part.type !== "call") throw new Error(`A model has no ${part.type}.`);
    const { id, name, argumentChunks } = part;
    const index = calls.indexOf(part);
    return [
      delta({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
      ...argumentChunks.map((text) => delta({ tool_calls: [{ index, function: { arguments: text } }] })),
    ];
  };

  const usage = asked.stream_options?.include_usage === true ? usageOf(scene) : undefined;
  return {
    body: [delta({ role: "assistant", content: "" }), ...scene.parts.flatMap(framesOf)],
    end: [delta({}, reasons[stopOf(scene)]), ...(usage ? [chunk({ choices: [], usage })] : []), "data: [DONE]\n\n"],
  };
}

function usageOf({ usage }: Scene): object | undefined {
  if (!usage) return undefined;
  const { inputTokens = 0, cacheReadTokens, outputTokens = 0, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cacheReadTokens !== undefined && { prompt_tokens_details: { cached_tokens: cacheReadTokens } }),
    ...(reasoningTokens !== undefined && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}
