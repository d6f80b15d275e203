import type { FinishReason, ToolCall, TurnRequest, Usage } from "@aifactory/core";
import type { ChatCompletionChunk } from "openai/resources/chat/completions/completions";
import type { CompletionUsage } from "openai/resources/completions";
import { freshCallId } from "./call-ids.js";
import { type ChatEnvelope, thoughtFields } from "./chat-request.js";
import { callOf, type Reply, type ReplyReader, reportedCounts } from "./reply.js";

type Delta = ChatCompletionChunk.Choice.Delta;

/** A call as far as it has come. */
interface HalfCall {
  /** Absent from some servers, whatever the SDK's type says. */
  readonly index: number | undefined;
  readonly id: string;
  name: string;
  text: string;
}

/**
 * Reads the chunks of a streamed chat completion.
 *
 * @param messages The conversation so far: no call of this reply may have an id of one of its calls.
 */
export function readChat(model: string, messages: TurnRequest["messages"]): ReplyReader<ChatCompletionChunk> {
  const reply: Reply = { text: "" };
  const calls: HalfCall[] = [];
  const thought: { -readonly [Field in keyof ChatEnvelope["thought"]]: string } = {};
  let hasRefused = false;

  const endWith = (raw: string): void => {
    const made = wholeCalls(calls, messages, raw);
    const data: ChatEnvelope = { thought };
    const hasThought = Object.keys(thought).length > 0;
    reply.end = {
      reason: hasRefused
        ? { unified: "content-filter", raw: "refusal" }
        : { unified: reasonOf(raw, made.length > 0), raw },
      calls: made,
      ...(hasThought && { native: { provider: "codex", model, data } }),
    };
  };

  return {
    reply,
    *read(chunk) {
      if (chunk.model) reply.servedModel = chunk.model;
      if (chunk.usage) yield { type: "usage", counts: "turn", usage: usageOf(chunk.usage) };
      // Nothing makes a server keep to the type.
      else if (!Array.isArray(chunk.choices)) yield { type: "raw", value: chunk };
      for (const { delta, finish_reason } of chunk.choices ?? []) {
        for (const field of thoughtFields) {
          const text: unknown = delta && field in delta ? Reflect.get(delta, field) : undefined;
          if (typeof text !== "string" || text === "") continue;
          thought[field] = (thought[field] ?? "") + text;
          // Who sends both says the same twice.
          if (field === Object.keys(thought)[0]) yield { type: "thinking", text };
        }
        if (delta?.refusal) hasRefused = true;
        const content: unknown = delta?.content ?? "";
        // Mistral sends lists of parts.
        if (typeof content !== "string") yield { type: "raw", value: chunk };
        const text = `${typeof content === "string" ? content : ""}${delta?.refusal ?? ""}`;
        if (text !== "") {
          reply.text += text;
          yield { type: "text", text };
        }
        for (const piece of delta?.tool_calls ?? []) addPiece(calls, piece);
        if (finish_reason) endWith(finish_reason);
      }
    },
  };
}

/** Calls are told apart by index; some servers send none, or 0 for all, and a new id with each. */
function addPiece(calls: HalfCall[], { index, id, function: said }: NonNullable<Delta["tool_calls"]>[number]): void {
  const known = calls.findLast((call) => call.index === index);
  const isNew = !known || (id && known.id !== id && said?.name);
  const call = isNew ? { index, id: id ?? "", name: "", text: "" } : known;
  if (isNew) calls.push(call);
  // Only the first piece has the name; the servers that repeat it repeat it whole.
  call.name ||= said?.name ?? "";
  call.text += said?.arguments ?? "";
}

function wholeCalls(calls: readonly HalfCall[], messages: TurnRequest["messages"], raw: string): readonly ToolCall[] {
  const taken = new Set(
    messages.flatMap((message) => (message.role === "assistant" ? message.calls : [])).map(({ id }) => id),
  );
  return calls.map(({ id, name, text }) => {
    const fresh = freshCallId(id, taken);
    taken.add(fresh);
    return callOf(fresh, name, text, raw === "length");
  });
}

function reasonOf(raw: string, hasCalls: boolean): FinishReason {
  if (raw === "length") return "length";
  if (raw === "content_filter") return "content-filter";
  // Some servers stop with "stop" when they call.
  if (hasCalls) return "tool-calls";
  return raw === "stop" ? "stop" : "other";
}

function usageOf({
  prompt_tokens,
  completion_tokens,
  prompt_tokens_details,
  completion_tokens_details,
}: CompletionUsage): Usage {
  return reportedCounts({
    inputTokens: prompt_tokens,
    cacheReadTokens: prompt_tokens_details?.cached_tokens,
    outputTokens: completion_tokens,
    reasoningTokens: completion_tokens_details?.reasoning_tokens,
  });
}
