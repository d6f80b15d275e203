import type { AssistantMessage, ToolCall } from "@aifactory/core";

/**
 * A part of an answer as it is kept in `native`, in its place and with its thought signature. Of a call only the ids are
 * kept: `callId` is ours, `id` the vendor's, where it gave one; the rest stands in the message.
 */
export type KeptPart =
  | { readonly text: string; readonly thought?: true; readonly thoughtSignature?: string }
  | { readonly callId: string; readonly id?: string; readonly thoughtSignature?: string };

/** The provider's name, and the one that may open its envelopes. */
export const providerName = "gemini";

/**
 * The envelope of an answer; none when the message itself says all there is.
 *
 * @param token What a paused answer is continued with.
 */
export function seal(model: string, parts: readonly KeptPart[], token?: string): Pick<AssistantMessage, "native"> {
  const isPlain = parts.every((part) => "text" in part && !part.thought && part.thoughtSignature === undefined);
  if (isPlain && token === undefined) return {};
  return { native: { provider: providerName, model, data: { parts, ...(token !== undefined && { token }) } } };
}

/** The parts of an answer, with its thoughts when this very model had them. */
export function openEnvelope(message: AssistantMessage, model: string): readonly KeptPart[] {
  const { text, calls } = message;
  const parts = fieldOf(dataOf(message, model), "parts");
  const kept: readonly KeptPart[] = Array.isArray(parts) && parts.every(isKept) ? parts : [];
  // A message that was changed since contradicts its envelope, and the vendor would refuse the calls' results.
  if (kept.length > 0 && textOf(kept) === text && idsOf(kept) === idsOf(calls.map(placeOf))) return kept;
  return [...(text.trim() === "" ? [] : [{ text }]), ...calls.map(placeOf)];
}

/** What a paused answer of this very model is continued with. */
export function tokenOf(message: AssistantMessage, model: string): string | undefined {
  const token = fieldOf(dataOf(message, model), "token");
  return typeof token === "string" ? token : undefined;
}

function dataOf({ native }: AssistantMessage, model: string): unknown {
  return native?.provider === providerName && native.model === model ? native.data : undefined;
}

/** A call that was made elsewhere: our id is the only one it has. */
function placeOf({ id }: ToolCall): KeptPart {
  return { callId: id, id };
}

function textOf(parts: readonly KeptPart[]): string {
  return parts.map((part) => ("text" in part && !part.thought ? part.text : "")).join("");
}

function idsOf(parts: readonly KeptPart[]): string {
  return JSON.stringify(parts.flatMap((part) => ("callId" in part ? [part.callId] : [])));
}

/** What comes out of a journal may be of another version: one unknown part empties the envelope. */
function isKept(part: unknown): part is KeptPart {
  return typeof fieldOf(part, "text") === "string" || typeof fieldOf(part, "callId") === "string";
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Object(value)[field] : undefined;
}
