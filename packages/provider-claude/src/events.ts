import {
  type AssistantMessage,
  type ErrorData,
  errorData,
  type FinishEvent,
  type FinishReason,
  type TurnEvent,
  type Usage,
} from "@aifactory/core";
import type Anthropic from "@anthropic-ai/sdk";
import { addPiece, beginBlock, type Block, callsIn, keptBlocks } from "./blocks.js";
import { seal } from "./envelope.js";
import { longPromptCost } from "./models.js";
import { addCounts, usageOf, type WireCounts } from "./usage.js";

/** Reads one answer of the vendor. */
export interface AnswerReader {
  read(event: Anthropic.RawMessageStreamEvent): Generator<TurnEvent>;
  /**
   * The last events of the turn. An answer that the vendor did not end has no calls: they could be cut.
   *
   * @param thrown What broke the turn, if anything did.
   */
  finish(isAborted: boolean, thrown?: ErrorData): Generator<TurnEvent>;
}

const reasons: { readonly [reason: string]: FinishReason } = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool-calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  pause_turn: "pause",
  refusal: "content-filter",
} satisfies { readonly [reason in Anthropic.StopReason]: FinishReason };

/**
 * Reads the vendor's stream in our words. Purely: it asks nobody anything.
 *
 * @param model Who was asked; the only one who may see its thoughts again.
 */
export function readAnswer(model: string): AnswerReader {
  // By their number on the wire, in the order in which they came.
  const blocks = new Map<number, Block>();
  let text = "";
  let servedModel: string | undefined;
  let counts: WireCounts = {};
  let stopReason: string | null = null;
  let isWhole = false;

  function* said(type: "text" | "thinking", piece: string): Generator<TurnEvent> {
    if (piece === "") return;
    if (type === "text") text += piece;
    yield { type, text: piece };
  }

  function* counted(more: WireCounts | null | undefined): Generator<TurnEvent> {
    if (!more) return;
    counts = addCounts(counts, more);
    const usage: Usage = usageOf(counts);
    const cost = longPromptCost(model, usage);
    yield { type: "usage", counts: "turn", usage: { ...usage, ...(cost && { cost }) } };
  }

  function* read(event: Anthropic.RawMessageStreamEvent): Generator<TurnEvent> {
    if (event.type === "message_start") {
      servedModel = event.message.model;
      yield* counted(event.message.usage);
    } else if (event.type === "content_block_start") {
      const block = beginBlock(event.content_block);
      if (!block) return yield { type: "raw", value: event };
      blocks.set(event.index, block);
      if (block.type === "text") yield* said("text", block.text);
      if (block.type === "thinking") yield* said("thinking", block.thinking);
    } else if (event.type === "content_block_delta") {
      const { delta } = event;
      if (!addPiece(blocks.get(event.index), delta)) yield { type: "raw", value: event };
      else if (delta.type === "text_delta") yield* said("text", delta.text);
      else if (delta.type === "thinking_delta") yield* said("thinking", delta.thinking);
    } else if (event.type === "message_delta") {
      stopReason = event.delta.stop_reason;
      const why = event.delta.stop_details?.explanation;
      if (why) yield { type: "notice", code: "refusal", message: why };
      yield* counted(event.usage);
    } else if (event.type === "message_stop") isWhole = true;
    else if (event.type !== "content_block_stop") yield { type: "raw", value: event };
    return undefined;
  }

  function* finish(isAborted: boolean, thrown?: ErrorData): Generator<TurnEvent> {
    const served = servedModel === undefined ? {} : { servedModel };
    const cut: FinishEvent = {
      type: "finish",
      reason: { unified: "aborted" },
      message: { role: "assistant", text, calls: [] },
      ...served,
    };
    if (isWhole) {
      const unified = reasons[stopReason ?? ""] ?? "other";
      const reason = { unified, ...(stopReason !== null && { raw: stopReason }) };
      const all = [...blocks.values()];
      const calls = callsIn(all, unified !== "tool-calls" && unified !== "stop");
      for (const call of calls) yield { type: "tool-call", call };
      const message: AssistantMessage = { role: "assistant", text, calls, ...seal(model, keptBlocks(all)) };
      yield { type: "finish", reason, message, ...served };
    } else if (isAborted) yield cut;
    else yield { ...cut, reason: { unified: "error" }, error: thrown ?? errorData("cut-stream", withoutEnd) };
  }

  return { read, finish };
}

const withoutEnd = "The stream ended without the answer's end. Sending the request again may help.";
