import { createHash } from "node:crypto";
import type { AssistantMessage, Message, ToolCall, ToolMessage } from "@aifactory/core";
import type Anthropic from "@anthropic-ai/sdk";
import { type KeptBlock, openEnvelope } from "./envelope.js";

/** One turn of a conversation in the vendor's words; its content is always a list. */
export interface WireTurn {
  role: "user" | "assistant";
  content: Anthropic.ContentBlockParam[];
}

/**
 * A conversation in the vendor's words: roles alternate, the user begins, nothing is empty.
 *
 * @param model Who is asked; only its own thoughts go along.
 */
export function toTurns(messages: readonly Message[], model: string): WireTurn[] {
  const ids = wireIds();
  const turns: WireTurn[] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = blocksOf(message, model, ids);
    const last = turns.at(-1);
    if (content.length === 0) continue;
    if (last?.role === role) last.content.push(...content);
    else turns.push({ role, content });
  }
  trimEnd(turns.at(-1));
  return turns;
}

/** After a pause the assistant's own words come last, and the vendor wants them without blanks at their end. */
function trimEnd(turn: WireTurn | undefined): void {
  const block = turn?.content.at(-1);
  if (turn?.role === "assistant" && block?.type === "text") block.text = block.text.trimEnd();
}

function blocksOf(message: Message, model: string, ids: WireIds): Anthropic.ContentBlockParam[] {
  if (message.role === "user") return [{ type: "text", text: spoken(message.text) }];
  if (message.role === "tool") return [resultOf(message, ids)];
  return openEnvelope(message, model).flatMap((block) => blockOf(block, message, ids));
}

function blockOf(block: KeptBlock, { calls }: AssistantMessage, ids: WireIds): Anthropic.ContentBlockParam[] {
  if (block.type === "text") return block.text.trim() === "" ? [] : [{ type: "text", text: whole(block.text) }];
  if (block.type !== "tool_use") return [block];
  const call = calls.find(({ id }) => id === block.id);
  return call ? [callOf(call, ids)] : [];
}

function callOf(call: ToolCall, ids: WireIds): Anthropic.ToolUseBlockParam {
  const name = call.name.replaceAll(/[^\w-]/g, "_").slice(0, 128) || "unnamed";
  return { type: "tool_use", id: ids.ofCall(call.id), name, input: inputOf(call) };
}

/** The vendor takes objects only, so what was no JSON goes into one. */
function inputOf({ input, inputText }: ToolCall): unknown {
  if (inputText !== undefined) return { invalid_json: whole(inputText) };
  return typeof input === "object" && input !== null && !Array.isArray(input) ? input : {};
}

function resultOf({ callId, text, isError }: ToolMessage, ids: WireIds): Anthropic.ToolResultBlockParam {
  const result = { type: "tool_result", tool_use_id: ids.ofResult(callId), content: spoken(text) } as const;
  return isError ? { ...result, is_error: true } : result;
}

/** Text that must not be missing: the vendor refuses blanks, also as the words of an error. */
function spoken(text: string): string {
  return text.trim() === "" ? "(empty)" : whole(text);
}

/** Output that was cut may end in half a character, which the vendor refuses. */
function whole(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, "\u{FFFD}");
}

interface WireIds {
  ofCall(id: string): string;
  /** The result belongs to the last call of that id. */
  ofResult(id: string): string;
}

/**
 * Ids as the vendor takes them: letters, digits, `_` and `-`, each once in a conversation. Those of other vendors may be
 * anything. The same conversation always gives the same ids, or the cache would miss.
 */
function wireIds(): WireIds {
  const taken = new Set<string>();
  const latest = new Map<string, string>();
  return {
    ofCall(id) {
      const isFine = /^[\w-]+$/.test(id) && !taken.has(id);
      const wire = isFine
        ? id
        : `toolu_${createHash("sha256").update(`${taken.size} ${id}`).digest("hex").slice(0, 24)}`;
      taken.add(wire);
      latest.set(id, wire);
      return wire;
    },
    ofResult: (id) => latest.get(id) ?? id,
  };
}
