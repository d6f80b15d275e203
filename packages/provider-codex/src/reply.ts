import {
  type AssistantMessage,
  type ErrorData,
  errorData,
  type FinishEvent,
  type ToolCall,
  type TurnEvent,
  type Usage,
} from "@aifactory/core";

/** What a reader has gathered of a reply, whatever the wire. */
export interface Reply {
  text: string;
  servedModel?: string;
  /** The error that the vendor sent in mid-stream. */
  error?: ErrorData;
  /** Present once the vendor has ended the reply. */
  end?: {
    readonly reason: FinishEvent["reason"];
    readonly calls: readonly ToolCall[];
    readonly native?: AssistantMessage["native"];
  };
}

/** Reads one wire's events into ours, and gathers the reply. */
export interface ReplyReader<Event> {
  readonly reply: Reply;
  read(event: Event): Generator<TurnEvent>;
}

/**
 * The last events of a turn. A reply that the vendor did not end has no calls: they could be cut.
 *
 * @param thrown What broke the turn, if anything did.
 */
export function* finish(
  { text, servedModel, error: sent, end }: Reply,
  isAborted: boolean,
  thrown: ErrorData | undefined,
): Generator<TurnEvent> {
  const served = servedModel === undefined ? {} : { servedModel };
  const failed: FinishEvent = {
    type: "finish",
    reason: { unified: "error" },
    message: { role: "assistant", text, calls: [] },
    ...served,
  };
  if (end) {
    const { reason, calls, native } = end;
    for (const call of calls) yield { type: "tool-call", call };
    const message: AssistantMessage = { role: "assistant", text, calls, ...(native && { native }) };
    yield { type: "finish", reason, message, ...served };
  } else if (isAborted) yield { ...failed, reason: { unified: "aborted" } };
  else yield { ...failed, error: sent ?? thrown ?? errorData("cut-stream", withoutEnd) };
}

const withoutEnd =
  "The stream ended without the reply's end. Sending the request again may help. If it never does: does the address end " +
  "with its /v1, and does it speak this API (option `api`)?";

/** A call from its arguments as text. One that was cut must not look whole, so its text is passed on as no JSON. */
export function callOf(id: string, name: string, text: string, isCut: boolean): ToolCall {
  if (text === "" && !isCut) return { id, name, input: {} };
  const input: unknown = parsed(text);
  const isWhole = typeof input === "object" && input !== null;
  return isWhole ? { id, name, input } : { id, name, input: undefined, inputText: text };
}

/** The arguments of a call in the history. Servers that read them want JSON, so what was none goes into some. */
export function argumentsOf({ input, inputText }: ToolCall): string {
  if (inputText === undefined) return JSON.stringify(input ?? {});
  return JSON.stringify({ invalid_json: inputText });
}

/** Only the numbers that are there: what nobody reported stays absent. */
export function reportedCounts(counts: {
  readonly [name in Exclude<keyof Usage, "cost">]?: number | null | undefined;
}): Usage {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => typeof count === "number"));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
