import { randomUUID } from "node:crypto";
import { callSays } from "./prompts.js";
import { recoverToolCalls } from "./recovery/index.js";
import { mostCalls } from "./tool-calls.js";
import { describeTool } from "./tools/index.js";
import type { Reply } from "./turn.js";
import type { AssistantMessage, Tool, ToolCall } from "./types.js";

/** A model's reply with the calls in it. */
export interface ReadReply {
  readonly message: AssistantMessage;
  /** How a call that can almost be read should be written. */
  readonly nearMiss?: string;
}

/** Levels of objects and lists; deeper ones can't be written down as JSON without end. */
const mostLevels = 100;

/** Reads a model's reply: its native calls, or, where there are none, those that stand in its text. */
export function readReply(reply: Reply, offered: readonly Tool[]): ReadReply {
  const read = callsOf(reply, offered);
  return { ...read, message: boundedMessage(read.message) };
}

function callsOf({ message, reason, error }: Reply, offered: readonly Tool[]): ReadReply {
  // What has failed is not trusted to be whole.
  if (error) return { message: { ...message, calls: [] } };
  if (message.calls.length > 0 || reason.unified !== "stop") return { message };
  const found = recoverToolCalls(
    message.text,
    offered.map((tool) => ({ ...describeTool(tool), effect: tool.effect })),
  );
  const hint = found.nearMisses[0]?.hint;
  if (found.calls.length === 0) return { message, ...(hint !== undefined && { nearMiss: hint }) };
  // A run may go on in another process: nothing that is counted here would be unique in its history.
  const calls = found.calls.map(({ name, arguments: input, format }): ToolCall => ({
    id: `recovered-${randomUUID()}`,
    name,
    input,
    recovered: format,
  }));
  // The vendor's own envelope says nothing of these calls; sent back with them it would contradict the message.
  return { message: { role: "assistant", text: found.text.trim(), calls } };
}

/** A message with as many calls as can be answered, and one more that says so; each with arguments that can be written down. */
export function boundedMessage(message: AssistantMessage): AssistantMessage {
  const calls = message.calls.slice(0, mostCalls + 1).map(shallow);
  const isWhole = calls.length === message.calls.length && calls.every((call, at) => call === message.calls[at]);
  if (isWhole && !isDeep(message.native, mostLevels)) return message;
  return { role: "assistant", text: message.text, calls };
}

function shallow(call: ToolCall): ToolCall {
  if (!isDeep(call.input, mostLevels)) return call;
  const { id, name } = call;
  return { id, name, input: undefined, inputText: callSays.tooDeep(mostLevels) };
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeep(part, levels - 1));
}
