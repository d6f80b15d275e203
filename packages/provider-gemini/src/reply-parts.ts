import { randomUUID } from "node:crypto";
import type { ToolCall, TurnEvent } from "@aifactory/core";
import type { Part } from "@google/genai/web";
import type { KeptPart } from "./envelope.js";

/** The parts of an answer while it arrives. */
export interface ReplyParts {
  readonly kept: readonly KeptPart[];
  readonly calls: readonly ToolCall[];
  /** Adds one; gives what is to be told of it now. */
  add(part: Part): Generator<TurnEvent>;
}

const known = new Set(["text", "thought", "thoughtSignature", "functionCall"]);

/** Collects parts as they came: in place, and with their signatures. */
export function replyParts(): ReplyParts {
  const kept: KeptPart[] = [];
  const calls: ToolCall[] = [];

  const call = ({ id, name = "", args = {} }: NonNullable<Part["functionCall"]>, signature: Signature): void => {
    // Older models give none, and nothing promises that those of the newer ones differ.
    const isFine = id !== undefined && id !== "" && calls.every((other) => other.id !== id);
    const callId = isFine ? id : `gemini-${randomUUID()}`;
    calls.push({ id: callId, name, input: args });
    kept.push({ callId, ...(id !== undefined && id !== "" && { id }), ...signature });
  };

  function* add(part: Part): Generator<TurnEvent> {
    const { text, thought = false, thoughtSignature, functionCall } = part;
    const signature = thoughtSignature === undefined ? {} : { thoughtSignature };
    if (Object.keys(part).some((key) => !known.has(key))) yield { type: "raw", value: part };
    if (functionCall) return call(functionCall, signature);
    if (text === undefined && thoughtSignature === undefined) return undefined;
    keepText(kept, { text: text ?? "", ...(thought && { thought }), ...signature });
    if (text) yield { type: thought ? "thinking" : "text", text };
    return undefined;
  }

  return { kept, calls, add };
}

type Signature = Pick<Part, "thoughtSignature">;

/** Pieces of one text become one part; a signed part stays as it is, also when there is no text in it. */
function keepText(kept: KeptPart[], part: Extract<KeptPart, { text: string }>): void {
  const last = kept.at(-1);
  const isOne = last && "text" in last && last.thought === part.thought && !last.thoughtSignature;
  if (isOne && part.thoughtSignature === undefined) kept[kept.length - 1] = { ...last, text: last.text + part.text };
  else kept.push(part);
}
