import type { AssistantMessage, ToolCall } from "@aifactory/core";

/**
 * A block of an answer as it is kept in `native`. Of a call only the place is kept: the rest stands in the message.
 * Thoughts must go back unchanged, in their order, and only to the model that made them.
 */
export type KeptBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string };

/** The provider's name, and the one that may open its envelopes. */
export const providerName = "claude";

/** The envelope of an answer; none when the message itself says all there is. */
export function seal(model: string, blocks: readonly KeptBlock[]): Pick<AssistantMessage, "native"> {
  const isPlain = blocks.every(({ type }) => type === "text" || type === "tool_use");
  return isPlain ? {} : { native: { provider: providerName, model, data: { blocks } } };
}

/** The blocks of an answer, with its thoughts when this very model had them. */
export function openEnvelope({ text, calls, native }: AssistantMessage, model: string): readonly KeptBlock[] {
  const isOurs = native?.provider === providerName && native.model === model;
  const kept = isOurs ? blocksIn(native.data) : [];
  // A message that was changed since contradicts its envelope, and the vendor would refuse both.
  if (kept.length > 0 && textOf(kept) === text && idsOf(kept) === idsOf(calls.map(placeOf))) return kept;
  return [{ type: "text", text }, ...calls.map(placeOf)];
}

function placeOf({ id }: ToolCall): KeptBlock {
  return { type: "tool_use", id };
}

function textOf(blocks: readonly KeptBlock[]): string {
  return blocks.map((block) => (block.type === "text" ? block.text : "")).join("");
}

function idsOf(blocks: readonly KeptBlock[]): string {
  return JSON.stringify(blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])));
}

/** What comes out of a journal may be of an older version: blocks that are no longer known empty the envelope. */
function blocksIn(data: unknown): readonly KeptBlock[] {
  if (typeof data !== "object" || data === null || !("blocks" in data) || !Array.isArray(data.blocks)) return [];
  return data.blocks.every(isKept) ? data.blocks : [];
}

function isKept(block: unknown): block is KeptBlock {
  if (typeof block !== "object" || block === null || !("type" in block)) return false;
  const wanted = fields[String(block.type)];
  return wanted !== undefined && wanted.every((field) => typeof Object(block)[field] === "string");
}

const fields: { readonly [type: string]: readonly string[] } = {
  thinking: ["thinking", "signature"],
  redacted_thinking: ["data"],
  text: ["text"],
  tool_use: ["id"],
};
