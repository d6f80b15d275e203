import type { ToolCall } from "@aifactory/core";
import type Anthropic from "@anthropic-ai/sdk";
import type { KeptBlock } from "./envelope.js";

/** A block of an answer while it arrives. */
export type Block =
  | { readonly type: "text"; text: string }
  | { readonly type: "thinking"; thinking: string; signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly start: unknown; json: string };

/** A block as it begins; undefined for one of a kind that we do not know. */
export function beginBlock(block: Anthropic.ContentBlock): Block | undefined {
  if (block.type === "text") return { type: "text", text: block.text };
  if (block.type === "thinking") {
    return { type: "thinking", thinking: block.thinking, signature: block.signature ?? "" };
  }
  if (block.type === "redacted_thinking") return { type: "redacted_thinking", data: block.data };
  if (block.type !== "tool_use") return undefined;
  return { type: "tool_use", id: block.id, name: block.name, start: block.input, json: "" };
}

/** Adds a piece; false when it is none that we know, or of another kind than its block. */
export function addPiece(block: Block | undefined, piece: Anthropic.RawContentBlockDelta): boolean {
  if (block?.type === "text" && piece.type === "text_delta") block.text += piece.text;
  else if (block?.type === "thinking" && piece.type === "thinking_delta") block.thinking += piece.thinking;
  else if (block?.type === "thinking" && piece.type === "signature_delta") block.signature = piece.signature;
  else if (block?.type === "tool_use" && piece.type === "input_json_delta") block.json += piece.partial_json;
  else return false;
  return true;
}

/**
 * The calls of an answer.
 *
 * @param isCut Whether the answer ended in the midst of its last block: a call there must not look whole.
 */
export function callsIn(blocks: readonly Block[], isCut: boolean): readonly ToolCall[] {
  return blocks.flatMap((block, at) => {
    if (block.type !== "tool_use") return [];
    return [callOf(block, isCut && at === blocks.length - 1)];
  });
}

function callOf({ id, name, start, json }: Extract<Block, { type: "tool_use" }>, isCut: boolean): ToolCall {
  // Some servers send the whole input at once, where Anthropic sends an empty object.
  if (json === "" && !isCut) return { id, name, input: start ?? {} };
  const input = parsed(json);
  const isWhole = typeof input === "object" && input !== null;
  return isWhole ? { id, name, input } : { id, name, input: undefined, inputText: json };
}

/** What of an answer must go back. A thought that was cut has no signature yet, and would be refused. */
export function keptBlocks(blocks: readonly Block[]): readonly KeptBlock[] {
  return blocks.flatMap((block): KeptBlock[] => {
    if (block.type === "tool_use") return [{ type: "tool_use", id: block.id }];
    return block.type === "thinking" && block.signature === "" ? [] : [{ ...block }];
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
