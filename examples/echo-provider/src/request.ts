import type { AssistantMessage, Message, TurnRequest } from "@aifactory/core";

/** A turn's request in Echo's words. */
export function toWire({ model, system, messages, tools }: TurnRequest): object {
  return {
    model,
    system,
    messages: messages.map((message) => messageToWire(message, model)),
    tools,
  };
}

function messageToWire(message: Message, model: string): object {
  if (message.role === "user") return { from: "user", text: message.text };
  if (message.role === "tool") {
    return { from: "tool", id: message.callId, text: message.text, failed: message.isError };
  }
  const calls = message.calls.map(({ id, name, input, inputText }) => ({
    id,
    name,
    // What was no JSON goes back as the text it was.
    arguments: inputText ?? JSON.stringify(input ?? {}),
  }));
  return { from: "model", text: message.text, calls, ...thoughtOf(message, model) };
}

/** Only the model that thought it may read its thought again. */
function thoughtOf({ native }: AssistantMessage, model: string): { thought?: unknown } {
  return native?.provider === "echo" && native.model === model ? { thought: native.data } : {};
}
