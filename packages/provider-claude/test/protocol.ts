import type { SceneFault, SeenMessage, WireAnswer, WireProtocol } from "@aifactory/core/testing";
import { frame, framesOf } from "./frames.js";
import { rejectRequest } from "./reject-request.js";
import { opened } from "./seal.js";
import { type MessagesBody, vendorError, type WireBlock, type WireMessage } from "./wire.js";

/** Anthropic's Messages API, for `sceneServer`. */
export const messagesProtocol: WireProtocol<MessagesBody> = {
  contentType: "text/event-stream",
  aside({ method, url, headers }) {
    const model = /^\/v1\/models\/(.+)$/.exec(url)?.[1];
    if (method !== "GET" || model === undefined) return undefined;
    if (headers.authorization === "Bearer wrong") return vendorError(401, "authentication_error", "invalid x-api-key");
    if (!model.startsWith("claude-opus-5-5")) return vendorError(404, "not_found_error", `model: ${model}`);
    return { status: 200, body: { type: "model", id: model, display_name: "Claude Opus 5.5" } };
  },
  reject: rejectRequest,
  read({ body: { model, system = [], messages, tools = [] } }) {
    return {
      model,
      system: system.map(({ text }) => text ?? "").join("\n"),
      messages: messages.flatMap(seen),
      tools: tools.map(({ name, input_schema: inputSchema }) => ({ name, inputSchema })),
    };
  },
  frames: (scene, { body }) => framesOf(scene, body.model),
  fault(fault, { body }): WireAnswer {
    const [status, type, message] = faultOf(fault, body.model);
    const seconds = fault.retryAfterSeconds;
    return {
      ...vendorError(status, type, message),
      headers: seconds === undefined ? {} : { "retry-after": `${seconds}` },
    };
  },
  streamFault(fault) {
    const [, type, message] = faultOf(fault, "");
    return [frame("error", { error: { type, message } })];
  },
};

function faultOf({ kind, words }: SceneFault, model: string): readonly [number, string, string] {
  const said: { readonly [kind: string]: readonly [number, string, string] } = {
    auth: [401, "authentication_error", "invalid x-api-key"],
    "rate-limit": [429, "rate_limit_error", "This request would exceed your organization's rate limit"],
    quota: [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."],
    overloaded: [529, "overloaded_error", "Overloaded"],
    "context-overflow": [400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"],
    "unknown-model": [404, "not_found_error", `model: ${model}`],
    "invalid-request": [400, "invalid_request_error", "Invalid request"],
  };
  const [status, type, message] = said[kind] ?? [500, "api_error", "Internal server error"];
  return [status, type, words ?? message];
}

function seen({ role, content }: WireMessage): SeenMessage[] {
  if (role === "user") return content.map(seenOfUser);
  const thoughts = content.flatMap((block) => opened(block.signature ?? block.data) ?? []);
  const calls = content.filter(({ type }) => type === "tool_use");
  return [
    {
      role: "assistant",
      text: content.map(({ text = "" }) => text).join(""),
      calls: calls.map(({ id = "", name = "", input }) => ({ id, name, input })),
      ...(thoughts.length > 0 && {
        thinking: thoughts.map(({ text }) => text).join(""),
        signature: thoughts.map(({ signature }) => signature).join(" "),
      }),
    },
  ];
}

function seenOfUser({
  type,
  text = "",
  tool_use_id: callId = "",
  content,
  is_error: isError = false,
}: WireBlock): SeenMessage {
  return type === "text" ? { role: "user", text } : { role: "tool", callId, text: String(content), isError };
}
