import {
  type AssistantMessage,
  type ErrorData,
  errorData,
  type FinishEvent,
  type FinishReason,
  type TurnEvent,
} from "@aifactory/core";
import type { GenerateContentResponse, FinishReason as WireReason } from "@google/genai/web";
import { seal } from "./envelope.js";
import { longPromptCost } from "./models.js";
import { replyParts } from "./reply-parts.js";
import { addCounts, usageOf, type WireCounts } from "./usage.js";

/** A piece of an answer, as far as we read it. */
export type Chunk = Pick<GenerateContentResponse, "candidates" | "promptFeedback" | "usageMetadata" | "modelVersion">;

/** Reads one answer of the vendor. */
export interface AnswerReader {
  read(chunk: Chunk): Generator<TurnEvent>;
  /**
   * The last events of the turn. An answer that the vendor did not end has no calls: core must not run half of them.
   *
   * @param thrown What broke the turn, if anything did.
   */
  finish(isAborted: boolean, thrown?: ErrorData): Generator<TurnEvent>;
}

/** All others are `other`: above all calls that could not be read, and answers that the model broke off. */
const reasons: { readonly [reason in `${WireReason}`]?: FinishReason } = {
  STOP: "stop",
  MAX_TOKENS: "length",
  CONTINUATION: "pause",
  SAFETY: "content-filter",
  RECITATION: "content-filter",
  BLOCKLIST: "content-filter",
  PROHIBITED_CONTENT: "content-filter",
  SPII: "content-filter",
};

/** What a person should know of reasons that say little. */
const notices: { readonly [reason in `${WireReason}`]?: string } = {
  MALFORMED_FUNCTION_CALL: "Gemini wrote a call that it could not read itself, and does not say what it was.",
  UNEXPECTED_TOOL_CALL: "Gemini called a tool though none was offered.",
  TOO_MANY_TOOL_CALLS: "Gemini broke off because it had made too many calls in a row.",
};

/**
 * Reads the vendor's stream in our words. Purely: it asks nobody anything.
 *
 * @param model Who was asked; the only one who may see its thoughts again.
 * @param hasListPrice Whether it was Google who was asked: others have other prices.
 */
export function readAnswer(model: string, hasListPrice: boolean): AnswerReader {
  const parts = replyParts();
  let text = "";
  let servedModel: string | undefined;
  let counts: WireCounts = {};
  let token: string | undefined;
  /** What the vendor ended with, in its words. */
  let end: { readonly raw: string; readonly unified: FinishReason } | undefined;

  function* read(chunk: Chunk): Generator<TurnEvent> {
    const { candidates: [candidate] = [], promptFeedback, usageMetadata } = chunk;
    servedModel = chunk.modelVersion ?? servedModel;
    if (!candidate && !promptFeedback && !usageMetadata) yield { type: "raw", value: chunk };
    for (const part of candidate?.content?.parts ?? [])
      for (const event of parts.add(part)) {
        if (event.type === "text") text += event.text;
        yield event;
      }
    if (usageMetadata) {
      counts = addCounts(counts, usageMetadata);
      const usage = usageOf(counts);
      const cost = hasListPrice ? longPromptCost(model, usage) : undefined;
      yield { type: "usage", counts: "turn", usage: { ...usage, ...(cost && { cost }) } };
    }
    token = candidate?.continuationToken ?? token;
    const { finishReason } = candidate ?? {};
    if (finishReason) end = { raw: finishReason, unified: reasons[finishReason] ?? "other" };
    // The prompt itself was not to its liking; then there is no candidate.
    else if (promptFeedback?.blockReason) end = { raw: promptFeedback.blockReason, unified: "content-filter" };
    const notice = finishReason && notices[finishReason];
    if (notice) yield { type: "notice", code: finishReason.toLowerCase(), message: notice };
  }

  function* finish(isAborted: boolean, thrown?: ErrorData): Generator<TurnEvent> {
    const served = servedModel === undefined ? {} : { servedModel };
    const cut: FinishEvent = {
      type: "finish",
      reason: { unified: "aborted" },
      message: { role: "assistant", text, calls: [] },
      ...served,
    };
    if (end) {
      const { raw, unified } = end;
      // A refusal takes back what was said before it, calls too.
      const calls = unified === "content-filter" ? [] : parts.calls;
      for (const call of calls) yield { type: "tool-call", call };
      const envelope =
        unified === "content-filter" ? {} : seal(model, parts.kept, unified === "pause" ? token : undefined);
      const message: AssistantMessage = { role: "assistant", text, calls, ...envelope };
      const asks = unified === "stop" && calls.length > 0;
      yield { type: "finish", reason: { unified: asks ? "tool-calls" : unified, raw }, message, ...served };
    } else if (isAborted) yield cut;
    else yield { ...cut, reason: { unified: "error" }, error: thrown ?? errorData("cut-stream", withoutEnd) };
  }

  return { read, finish };
}

const withoutEnd = "Gemini's stream ended without a finish reason. Sending the request again may help.";
