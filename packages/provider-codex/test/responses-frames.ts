import { type Scene, type ScenePart, stopOf } from "@aifactory/core/testing";
import { type OfferedTool, offeredTools, type WithTools } from "./responses-tools.js";
import { sealed } from "./seal.js";

interface Asked extends WithTools {
  readonly model: string;
  readonly include?: readonly string[];
  readonly reasoning?: { readonly summary?: string };
}

/** One event, as it is sent. */
export function sse(event: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A scene as a streamed response. */
export function responsesFrames(scene: Scene, asked: Asked) {
  const output: object[] = [];
  const stop = stopOf(scene);
  const model = scene.servedModel ?? asked.model;
  let sequence_number = 0;
  const send = (type: string, fields: object): string => sse({ type, sequence_number: sequence_number++, ...fields });
  const response = { id: `resp_${scene.id}`, object: "response", model, error: null, incomplete_details: null };

  const frames = [send("response.created", { response: { ...response, status: "in_progress", output: [] } })];
  for (const part of scene.parts) {
    if (part.type === "malformed") frames.push('event: response.output_text.delta\ndata: {"type": "resp\n\n');
    else if (part.type === "unknown") frames.push(send("response.sparkle.delta", { delta: "*" }));
    else {
      const output_index = output.length;
      // Length and filter cut the last item: no event says that it is done.
      const isCut = part === scene.parts.at(-1) && (stop === "length" || (scene.ending ?? "whole") !== "whole");
      const { item, events } = itemOf(part, `${scene.id}_${output_index}`, asked);
      const status = isCut ? "incomplete" : "completed";
      output.push({ ...item, ...("status" in item && { status }) });
      frames.push(send("response.output_item.added", { output_index, item: { ...item, ...emptied(item) } }));
      for (const [type, fields] of events) frames.push(send(type, { output_index, ...fields }));
      if (!isCut) frames.push(send("response.output_item.done", { output_index, item: output.at(-1) }));
    }
  }
  const reason = { length: "max_output_tokens", "content-filter": "content_filter" }[stop as string];
  const status = reason ? "incomplete" : "completed";
  const end = {
    ...response,
    status,
    incomplete_details: reason ? { reason } : null,
    output,
    usage: usageOf(scene),
  };
  return { body: frames, end: [send(`response.${status}`, { response: end })] };
}

type Events = (readonly [type: string, fields: object])[];

function itemOf(part: ScenePart, id: string, asked: Asked): { item: object; events: Events } {
  if (part.type === "text") {
    const text = part.chunks.join("");
    const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
    const place = { item_id: `msg_${id}`, content_index: 0 };
    return {
      item: { id: `msg_${id}`, type: "message", role: "assistant", status: "completed", content, phase: null },
      events: [
        ["response.content_part.added", { ...place, part: { type: "output_text", text: "" } }],
        ...part.chunks.map((delta) => ["response.output_text.delta", { ...place, delta }] as const),
        ["response.output_text.done", { ...place, text }],
        ["response.content_part.done", { ...place, part: content[0] }],
      ],
    };
  }
  if (part.type === "thinking") {
    const text = part.chunks.join("");
    const summary = asked.reasoning?.summary === undefined ? [] : [{ type: "summary_text", text }];
    const place = { item_id: `rs_${id}`, summary_index: 0 };
    const { model, include = [] } = asked;
    const seal = sealed({ model, id: `rs_${id}`, text, signature: part.signature ?? "" });
    const encrypted = include.includes("reasoning.encrypted_content") && { encrypted_content: seal };
    return {
      item: { id: `rs_${id}`, type: "reasoning", summary, ...encrypted },
      events: summary.flatMap((whole): Events => [
        ["response.reasoning_summary_part.added", { ...place, part: { ...whole, text: "" } }],
        ...part.chunks.map((delta) => ["response.reasoning_summary_text.delta", { ...place, delta }] as const),
        ["response.reasoning_summary_text.done", { ...place, text }],
        ["response.reasoning_summary_part.done", { ...place, part: whole }],
      ]),
    };
  }
  if (part.type !== "call") throw new Error(`A model has no ${part.type}.`);
  const text = part.argumentChunks.join("");
  const freeform = offeredTools(asked).find(({ type, name }) => type === "custom" && name === part.name);
  if (freeform) return customCall(part.id, freeform, id, part.argumentChunks);
  const place = { item_id: `fc_${id}` };
  return {
    item: {
      id: `fc_${id}`,
      type: "function_call",
      status: "completed",
      call_id: part.id,
      name: part.name,
      arguments: text,
    },
    events: part.argumentChunks.map((delta) => ["response.function_call_arguments.delta", { ...place, delta }]),
  };
}

/** The call of a tool that takes plain text. */
function customCall(
  call_id: string,
  { name, namespace }: OfferedTool,
  id: string,
  chunks: readonly string[],
): { item: object; events: Events } {
  const place = { item_id: `ctc_${id}` };
  const where = namespace === undefined ? {} : { namespace };
  return {
    item: {
      id: `ctc_${id}`,
      type: "custom_tool_call",
      status: "completed",
      call_id,
      name,
      ...where,
      input: chunks.join(""),
    },
    events: chunks.map((delta) => ["response.custom_tool_call_input.delta", { ...place, delta }]),
  };
}

/** An item when it is announced. */
function emptied(item: object): object {
  if ("input" in item) return { input: "", status: "in_progress" };
  if ("arguments" in item) return { arguments: "", status: "in_progress" };
  return "content" in item ? { content: [], status: "in_progress" } : { summary: [] };
}

function usageOf({ usage }: Scene): object | null {
  if (!usage) return null;
  const { inputTokens = 0, cacheReadTokens, outputTokens = 0, reasoningTokens } = usage;
  return {
    input_tokens: inputTokens,
    ...(cacheReadTokens !== undefined && { input_tokens_details: { cached_tokens: cacheReadTokens } }),
    output_tokens: outputTokens,
    ...(reasoningTokens !== undefined && { output_tokens_details: { reasoning_tokens: reasoningTokens } }),
    total_tokens: inputTokens + outputTokens,
  };
}
