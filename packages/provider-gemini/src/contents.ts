import type { Message, ToolCall, ToolMessage } from "@aifactory/core";
import type { Content, FunctionCall, Part } from "@google/genai/web";
import { type KeptPart, openEnvelope } from "./envelope.js";
import { needsSignatures } from "./thinking.js";

/**
 * Stands where Gemini 3 wants a thought signature and there is none, because another model made the call.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const foreign = "skip_thought_signature_validator";

/** A message and its parts. */
interface Said {
  readonly role: Message["role"];
  readonly parts: readonly Part[];
  /** Of a result: the place of its call. */
  readonly at?: number;
}

/**
 * A conversation in the vendor's words. Neighbours of one role become one content: so all results of a model's calls stand
 * together right behind them, in the order of the calls, which is what tells them apart where there are no ids.
 *
 * @param model Who is asked; only its own thoughts go along.
 */
export function toContents(messages: readonly Message[], model: string): Content[] {
  const ids = new Map<string, WireId>();
  const groups: [Said, ...Said[]][] = [];
  for (const said of messages.map((message) => say(message, model, ids))) {
    const last = groups.at(-1);
    if (said.parts.length === 0) continue;
    if (last?.[0].role === said.role) last.push(said);
    else groups.push([said]);
  }
  const contents = groups.map((group) => contentOf(group, model));
  // After a pause that has no token: the vendor wants the last word to be the user's.
  return contents.at(-1)?.role === "model" ? [...contents, { role: "user", parts: [{ text: "Go on." }] }] : contents;
}

/** The id that a call has on the wire, if any, and its place among all calls. */
interface WireId {
  readonly id?: string;
  readonly at: number;
}

function say(message: Message, model: string, ids: Map<string, WireId>): Said {
  const { role } = message;
  if (role === "user") return { role, parts: [{ text: message.text === "" ? "(empty)" : whole(message.text) }] };
  if (role === "tool") {
    const { id, at = 0 } = ids.get(message.callId) ?? {};
    return { role, parts: [resultOf(message, id)], at };
  }
  const kept = openEnvelope(message, model);
  for (const part of kept)
    if ("callId" in part) ids.set(part.callId, { at: ids.size, ...(part.id !== undefined && { id: part.id }) });
  return { role, parts: kept.flatMap((part) => partOf(part, message.calls)) };
}

function contentOf(group: readonly [Said, ...Said[]], model: string): Content {
  const inOrder = group.toSorted(({ at: one = 0 }, { at: other = 0 }) => one - other);
  const parts = inOrder.flatMap((said) => said.parts);
  if (group[0].role !== "assistant") return { role: "user", parts };
  const first = parts.find(({ functionCall }) => functionCall);
  const isUnsigned = first && first.thoughtSignature === undefined && needsSignatures(model);
  const signed = isUnsigned && { ...first, thoughtSignature: foreign };
  return { role: "model", parts: parts.map((part) => (part === first && signed ? signed : part)) };
}

function partOf(part: KeptPart, calls: readonly ToolCall[]): Part[] {
  if ("text" in part) return [{ ...part, text: whole(part.text) }];
  const { callId, id, thoughtSignature } = part;
  const call = calls.find((made) => made.id === callId);
  if (!call) return [];
  const functionCall: FunctionCall = {
    ...(id !== undefined && { id }),
    name: toolName(call.name),
    args: argumentsOf(call),
  };
  return [{ functionCall, ...(thoughtSignature !== undefined && { thoughtSignature }) }];
}

/** The vendor takes objects only, so what was no JSON goes into one. */
function argumentsOf({ input, inputText }: ToolCall): { [name: string]: unknown } {
  if (inputText !== undefined) return { invalid_json: whole(inputText) };
  return typeof input === "object" && input !== null && !Array.isArray(input) ? { ...input } : {};
}

function resultOf({ name, text, isError }: ToolMessage, id: string | undefined): Part {
  return {
    functionResponse: {
      ...(id !== undefined && { id }),
      name: toolName(name),
      response: isError ? { error: text === "" ? "(empty)" : whole(text) } : { output: whole(text) },
    },
  };
}

/** A name as the vendor takes it: of 128 letters, digits and `_.:-`, beginning with a letter or `_`. */
export function toolName(name: string): string {
  const plain = name.replaceAll(/[^\w.:-]/g, "_").slice(0, 127);
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

/** Output that was cut may end in half a character, which the vendor refuses. */
function whole(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, "\u{FFFD}");
}
