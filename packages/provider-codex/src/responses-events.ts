import type { ErrorData, FinishReason, ToolCall, TurnEvent, Usage } from "@aifactory/core";
import type {
  Response,
  ResponseOutputItem,
  ResponseStreamEvent,
  ResponseUsage,
} from "openai/resources/responses/responses";
import type { VendorWords } from "./failure.js";
import { callOf, type Reply, type ReplyReader, reportedCounts } from "./reply.js";
import type { NativeItem, ResponsesEnvelope } from "./responses-request.js";

/** Events that say again what others said, or nothing that we pass on. */
const repeated: ReadonlySet<string> = new Set([
  "response.created",
  "response.queued",
  "response.in_progress",
  "response.output_item.added",
  "response.content_part.added",
  "response.content_part.done",
  "response.output_text.done",
  "response.output_text.annotation.added",
  "response.refusal.done",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.done",
  "response.reasoning_summary_part.done",
  "response.reasoning_summary_text.done",
  "response.reasoning_text.done",
]);

/**
 * Reads the events of a streamed response.
 *
 * @param fail Makes an error of the vendor's words.
 */
export function readResponses(
  model: string,
  fail: (words: VendorWords) => ErrorData,
): ReplyReader<ResponseStreamEvent> {
  const reply: Reply = { text: "" };
  const items: ResponseOutputItem[] = [];

  const endWith = (response: Response): void => {
    // An item that was cut is nowhere but here.
    response.output?.forEach((item, at) => (items[at] ??= item));
    // Absent places are left out by filter.
    const output = items.filter(isNative);
    const calls = output.flatMap((item) => (item.type === "function_call" ? [toCall(item)] : []));
    const data: ResponsesEnvelope = { output: output.filter(canGoBack) };
    reply.servedModel = response.model;
    reply.end = {
      reason: reasonOf(response, output, calls),
      calls,
      ...(data.output.length > 0 && { native: { provider: "codex", model, data } }),
    };
  };

  return {
    reply,
    *read(event) {
      const { type } = event;
      if (type === "response.output_text.delta" || type === "response.refusal.delta") {
        reply.text += event.delta;
        yield { type: "text", text: event.delta };
      } else if (type === "response.reasoning_summary_text.delta" || type === "response.reasoning_text.delta") {
        yield { type: "thinking", text: event.delta };
      } else if (type === "response.reasoning_summary_part.added") {
        if (event.summary_index > 0) yield { type: "thinking", text: "\n\n" };
      } else if (type === "response.output_item.done") {
        items[event.output_index] = event.item;
        if (!isNative(event.item)) yield { type: "raw", value: event };
      } else if (type === "response.completed" || type === "response.incomplete") {
        yield* usageEvents(event.response.usage);
        endWith(event.response);
      } else if (type === "response.failed") {
        yield* usageEvents(event.response.usage);
        reply.servedModel = event.response.model;
        reply.error = fail(event.response.error ?? { message: "The response failed." });
      } else if (type === "error") reply.error = fail({ code: event.code, message: event.message });
      else if (!repeated.has(type)) yield { type: "raw", value: event };
    },
  };
}

function isNative(item: ResponseOutputItem): item is NativeItem {
  return ["message", "reasoning", "function_call"].includes(item.type);
}

/** Reasoning without its encrypted content is looked up on the server, where nothing was stored. */
function canGoBack(item: NativeItem): boolean {
  return item.type !== "reasoning" || (item.encrypted_content ?? "") !== "";
}

function toCall(item: Extract<NativeItem, { type: "function_call" }>): ToolCall {
  const isCut = item.status === "incomplete" || item.status === "in_progress";
  return callOf(item.call_id, item.name, item.arguments, isCut);
}

function reasonOf(
  { status, incomplete_details }: Response,
  output: readonly NativeItem[],
  calls: readonly ToolCall[],
): { unified: FinishReason; raw: string } {
  if (status === "incomplete") {
    const raw = incomplete_details?.reason ?? "incomplete";
    if (raw === "max_output_tokens") return { unified: "length", raw };
    return { unified: raw === "content_filter" ? "content-filter" : "other", raw };
  }
  const refuses = output.some((item) => item.type === "message" && item.content.some(({ type }) => type === "refusal"));
  if (refuses) return { unified: "content-filter", raw: "refusal" };
  return { unified: calls.length > 0 ? "tool-calls" : "stop", raw: status ?? "completed" };
}

function* usageEvents(usage: ResponseUsage | null | undefined): Generator<TurnEvent> {
  if (usage) yield { type: "usage", counts: "turn", usage: usageOf(usage) };
}

/** Compatible servers leave the details out, whatever the type says. */
function usageOf(reported: ResponseUsage): Usage {
  const { input_tokens_details: input, output_tokens_details: output } = reported;
  return reportedCounts({
    inputTokens: reported.input_tokens,
    cacheReadTokens: input?.cached_tokens,
    cacheWriteTokens: input?.cache_write_tokens,
    outputTokens: reported.output_tokens,
    reasoningTokens: output?.reasoning_tokens,
  });
}
