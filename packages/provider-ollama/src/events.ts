import { randomUUID } from "node:crypto";
import type { ErrorData, FinishEvent, ToolCall, TurnEvent, TurnRequest } from "@aifactory/core";
import type { ChatResponse } from "ollama";
import { cutPrompt } from "./context.js";

/** What was sent, to compare the answer with. */
export interface Sent {
  readonly bytes: number;
  readonly contextTokens: number;
}

/** Reads one turn's stream. */
export interface Reading {
  /** What one line means. */
  read(line: unknown): Generator<TurnEvent>;
  /** The last event; with what was thrown, if anything was. */
  finish(error?: ErrorData): FinishEvent;
}

/** Ollama's stream in our words. */
export function readStream({ model, signal }: TurnRequest, { bytes, contextTokens }: Sent): Reading {
  let text = "";
  let thinking = "";
  let last: ChatResponse | undefined;
  const calls: ToolCall[] = [];

  return {
    *read(line) {
      if (!isChat(line)) return yield { type: "raw", value: line };
      const { message } = line;
      if (message.thinking) {
        thinking += message.thinking;
        yield { type: "thinking", text: message.thinking };
      }
      if (message.content) {
        text += message.content;
        yield { type: "text", text: message.content };
      }
      for (const made of message.tool_calls ?? []) {
        const call = callOf(made);
        calls.push(call);
        yield { type: "tool-call", call };
      }
      if (line.done) {
        last = line;
        yield* lastWords(line);
      }
      return undefined;
    },
    finish(error) {
      const native = thinking && { provider: "ollama", model, data: { thinking } };
      return {
        type: "finish",
        reason: signal.aborted ? { unified: "aborted" } : error || !last ? { unified: "error" } : reasonOf(last, calls),
        // Calls of a turn that failed are not to be run.
        message: {
          role: "assistant",
          text,
          calls: error || signal.aborted ? [] : calls,
          ...(native && { native }),
        },
        ...(last && { servedModel: last.model }),
        ...(error && !signal.aborted && { error }),
      };
    },
  };

  function* lastWords({ prompt_eval_count: read, eval_count: written }: Partial<ChatResponse>): Generator<TurnEvent> {
    const usage = {
      ...(read !== undefined && { inputTokens: read }),
      ...(written !== undefined && { outputTokens: written }),
    };
    if (Object.keys(usage).length > 0) yield { type: "usage", counts: "turn", usage };
    const complaint = cutPrompt(bytes, read, contextTokens);
    if (complaint !== undefined) yield { type: "notice", code: "prompt-cut", message: `${model}: ${complaint}` };
  }
}

function isChat(line: unknown): line is ChatResponse {
  return (
    typeof line === "object" &&
    line !== null &&
    "message" in line &&
    typeof line.message === "object" &&
    line.message !== null
  );
}

/** Newer versions send an id; older ones have none. */
function callOf(made: NonNullable<ChatResponse["message"]["tool_calls"]>[number] & { id?: string }): ToolCall {
  return {
    id: made.id || `call-${randomUUID()}`,
    name: made.function.name,
    input: made.function.arguments ?? {},
  };
}

/** Ollama says `stop` also when it waits for tools. */
function reasonOf({ done_reason: raw }: ChatResponse, calls: readonly ToolCall[]): FinishEvent["reason"] {
  if (raw === "length") return { unified: "length", raw };
  if (calls.length > 0) return { unified: "tool-calls", raw };
  return { unified: raw === "stop" ? "stop" : "other", raw };
}
