import {
  type ErrorData,
  errorData,
  type FinishEvent,
  type ToolCall,
  type TurnEvent,
  type TurnRequest,
} from "@aifactory/core";

/** What Echo says, one line each. */
type Frame =
  | { type: "say"; text: string }
  | { type: "think"; text: string; seal?: string }
  | { type: "call"; id: string; name: string }
  | { type: "arguments"; id: string; text: string }
  | { type: "usage"; in: number; out: number; cached?: number; thought?: number }
  | { type: "end"; why: keyof typeof reasons; model: string }
  | Failure;

interface Failure {
  type: "error";
  error: keyof typeof codes;
  words?: string;
}

const reasons = {
  done: "stop",
  tools: "tool-calls",
  full: "length",
  unwilling: "content-filter",
  break: "pause",
} as const;

const codes = {
  "bad key": "auth",
  "too fast": "rate-limit",
  "nothing left": "quota",
  broken: "server-error",
  busy: "overloaded",
  "too long": "context-overflow",
  "no such model": "unknown-model",
  "bad request": "invalid-request",
} as const;

/** Reads a reply in our words, line by line. */
export function readReply({ model, signal }: TurnRequest, key: string) {
  let text = "";
  let thought: object | undefined;
  let end: Extract<Frame, { type: "end" }> | undefined;
  let error: ErrorData | undefined;
  const calls = new Map<string, { name: string; text: string }>();

  const fail = ({ error: name, words = "" }: Failure, facts: Partial<ErrorData> = {}): void => {
    const message = `Echo (${model}) says: ${name}. ${words}`;
    error = errorData(codes[name], key === "" ? message : message.replaceAll(key, "[key]"), facts);
  };

  return {
    /** An answer that was none. */
    refuse({ status, headers }: Response, body: string): void {
      const seconds = Number(headers.get("retry-after") ?? Number.NaN);
      const failure: Failure = parse(body) ?? {
        type: "error",
        error: "broken",
        words: `status ${status}`,
      };
      fail(failure, { status, ...(seconds >= 0 && { retryAfterMs: seconds * 1_000 }) });
    },
    *read(line: string): Generator<TurnEvent> {
      const frame: Frame | undefined = parse(line);
      if (frame?.type === "say") {
        text += frame.text;
        yield { type: "text", text: frame.text };
      } else if (frame?.type === "think") {
        thought = frame;
        yield { type: "thinking", text: frame.text };
      } else if (frame?.type === "call") calls.set(frame.id, { name: frame.name, text: "" });
      else if (frame?.type === "arguments") calls.get(frame.id)!.text += frame.text;
      else if (frame?.type === "usage") yield { type: "usage", counts: "turn", usage: usageOf(frame) };
      else if (frame?.type === "end") {
        end = frame;
        for (const call of calls) yield { type: "tool-call", call: callOf(call) };
      } else if (frame?.type === "error") fail(frame);
      else yield { type: "raw", value: frame ?? line };
    },
    /** The last event. Calls of a reply that has no end may be cut, and are not passed on. */
    finish(thrown?: ErrorData): FinishEvent {
      const failure = thrown ?? error ?? (end ? undefined : errorData("cut-stream", "Echo's reply has no end."));
      const native = thought && { provider: "echo", model, data: thought };
      return {
        type: "finish",
        reason: signal.aborted
          ? { unified: "aborted" }
          : failure
            ? { unified: "error" }
            : { unified: reasons[end!.why], raw: end!.why },
        message: {
          role: "assistant",
          text,
          calls: failure ? [] : [...calls].map(callOf),
          ...(native && { native }),
        },
        ...(end && { servedModel: end.model }),
        ...(failure && !signal.aborted && { error: failure }),
      };
    },
  };
}

function usageOf({ in: inputTokens, out: outputTokens, cached, thought }: Extract<Frame, { type: "usage" }>) {
  return {
    inputTokens,
    outputTokens,
    ...(cached !== undefined && { cacheReadTokens: cached }),
    ...(thought !== undefined && { reasoningTokens: thought }),
  };
}

function callOf([id, { name, text }]: readonly [string, { name: string; text: string }]): ToolCall {
  if (text === "") return { id, name, input: {} };
  const input: unknown = parse(text);
  return input === undefined ? { id, name, input, inputText: text } : { id, name, input };
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The lines of a body; characters split over chunks come out whole. */
export async function* readLines(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
