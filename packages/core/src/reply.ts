import { randomUUID } from "node:crypto";
import { recoverToolCalls } from "./recovery/index.js";
import { describeTool } from "./tools/index.js";
import type { Reply } from "./turn.js";
import type { AssistantMessage, Tool, ToolCall } from "./types.js";

/** A model's reply with the calls in it. */
export interface ReadReply {
  readonly message: AssistantMessage;
  /** How a call that can almost be read should be written. */
  readonly nearMiss?: string;
}

/** Reads a model's reply: its native calls, or, where there are none, those that stand in its text. */
export function readReply({ message, reason, error }: Reply, offered: readonly Tool[]): ReadReply {
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
