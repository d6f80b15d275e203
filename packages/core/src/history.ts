import type { StepKey } from "./events.js";
import { callSays, resumeSays } from "./prompts.js";
import type { Entry } from "./record.js";
import type { Message, Provider, ToolCall } from "./types.js";

/**
 * What was said in a step by the model whose turn it still is. A step that begins anew (another model takes over, a
 * reviewer asks, the model had stalled) has no history.
 */
export function historyOf(entries: readonly Entry[], step: StepKey): readonly Message[] {
  let messages: Message[] = [];
  for (const { event } of entries) {
    if (event.type === "reviewed") messages = [];
    if (!("step" in event) || event.step !== step) continue;
    if (event.type === "message") messages.push(event.message);
    const isOver = event.type === "work-finished" && (event.end === "stalled" || event.end === "refused");
    if (event.type === "handed-over" || isOver) messages = [];
  }
  return messages;
}

/** What must be said so that a conversation which broke off is valid again and its model knows what happened. */
export function mend(history: readonly Message[], kind: Provider["kind"]): readonly Message[] {
  const open = openCalls(history).map(({ id, name }): Message => {
    return { role: "tool", callId: id, name, text: callSays.interrupted, isError: true };
  });
  if (kind === "agent") return [...open, { role: "user", text: resumeSays.agent }];
  const isAnswered = open.length > 0 || history.at(-1)?.role !== "assistant";
  return isAnswered ? open : [{ role: "user", text: resumeSays.model }];
}

/** The last turn's calls without a result. Results follow in the calls' order; ids may have been used before. */
function openCalls(history: readonly Message[]): readonly ToolCall[] {
  const at = history.findLastIndex((message) => message.role === "assistant");
  const last = history[at];
  const answers = history.slice(at + 1).filter(({ role }) => role === "tool");
  return last?.role === "assistant" ? last.calls.slice(answers.length) : [];
}
