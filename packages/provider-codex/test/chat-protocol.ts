import type { SeenMessage, WireAnswer, WireProtocol } from "@aifactory/core/testing";
import { chatFrames } from "./chat-frames.js";
import { faultAnswer, faultError, rejectSender, rejectTool, rejectUnknown, vendorError } from "./vendor-errors.js";

interface ChatCall {
  id: string;
  type: string;
  function: { name: string; arguments: string };
}

/** One message of a chat. */
type ChatMessage =
  | { role: "system" | "developer" | "user"; content: string }
  | { role: "assistant"; content?: string | null; tool_calls?: ChatCall[]; reasoning_content?: string }
  | { role: "tool"; tool_call_id: string; content: string };

/** A request for chat completions, as far as these tests have one. */
export interface ChatBody {
  model: string;
  messages: ChatMessage[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  tools?: { type: string; function: { name: string; parameters: unknown; strict?: boolean } }[];
}

const parameters = new Set(
  (
    "frequency_penalty logit_bias logprobs max_completion_tokens max_tokens messages metadata model n " +
    "parallel_tool_calls presence_penalty reasoning_effort response_format seed service_tier stop store stream " +
    "stream_options temperature tool_choice tools top_logprobs top_p user"
  ).split(" "),
);

const fields = {
  system: new Set(["role", "content"]),
  developer: new Set(["role", "content"]),
  user: new Set(["role", "content"]),
  assistant: new Set(["role", "content", "refusal", "tool_calls", "reasoning_content"]),
  tool: new Set(["role", "content", "tool_call_id"]),
};

/** Chat completions as the strictest of those that speak them, for `sceneServer`. */
export const chatProtocol: WireProtocol<ChatBody> = {
  contentType: "text/event-stream",
  reject(request) {
    const { body } = request;
    const rejection = rejectSender(request, "/v1/chat/completions") ?? rejectUnknown(body, parameters);
    if (rejection) return rejection;
    if (typeof body.model !== "string" || body.model === "")
      return vendorError(400, "you must provide a model parameter");
    if (!Array.isArray(body.messages) || body.messages.length === 0)
      return vendorError(400, "Missing required parameter: 'messages'.", "missing_required_parameter");
    if (body.stream !== true) return vendorError(400, "These scenes are streamed: 'stream' is missing.");
    for (const tool of body.tools ?? []) {
      const refused = tool.type === "function" ? rejectTool(tool.function, "tools[].function") : noFunction;
      if (refused) return refused;
    }
    return rejectMessages(body.messages);
  },
  read({ body }) {
    const { model, messages, tools = [] } = body;
    return {
      model,
      system: messages.flatMap((message) => (message.role === "system" ? [message.content] : [])).join("\n"),
      messages: messages.flatMap(seen),
      tools: tools.map((tool) => ({ name: tool.function.name, inputSchema: tool.function.parameters })),
    };
  },
  frames: (scene, { body }) => chatFrames(scene, body),
  fault: (fault) => faultAnswer(fault),
  streamFault: (fault) => [`data: ${JSON.stringify({ error: faultError(fault).error })}\n\n`],
};

const noFunction = vendorError(400, "Invalid value: 'tools[].type'.", "invalid_value");

/** Every call is answered by the tool messages right behind it, and by them only. */
function rejectMessages(messages: readonly ChatMessage[]): WireAnswer | undefined {
  let open = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const place = `messages[${at}].`;
    if (!(message.role in fields)) return vendorError(400, `Invalid value: '${message.role}'.`, "invalid_value");
    const strange = rejectUnknown(message, fields[message.role], place);
    if (strange) return strange;
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id))
        return vendorError(
          400,
          "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        );
      continue;
    }
    if (open.size > 0)
      return vendorError(
        400,
        `An assistant message with 'tool_calls' must be followed by tool messages. Missing: ${[...open].join()}`,
      );
    if (message.role !== "assistant") {
      if (typeof message.content !== "string") return vendorError(400, `Invalid type for '${place}content'.`);
      continue;
    }
    const { tool_calls: calls = [], content } = message;
    if (calls.length === 0 && !content)
      return vendorError(400, `Invalid value for '${place}content': expected a string, got null.`);
    open = new Set(calls.map(({ id }) => id));
    if (open.size !== calls.length) return vendorError(400, `Duplicate id in '${place}tool_calls'.`);
    const wrong = calls.map((call) => wrongIn(call, place)).find((answer) => answer !== undefined);
    if (wrong) return wrong;
  }
  return open.size === 0 ? undefined : vendorError(400, `Missing tool messages: ${[...open].join()}`);
}

/** llama.cpp and vLLM read the arguments, and fail when they can't. */
function wrongIn(call: ChatCall, place: string): WireAnswer | undefined {
  const { name, arguments: text } = call.function;
  if (call.id.length > 40)
    return vendorError(400, `Invalid '${place}tool_calls[].id': string too long.`, "string_above_max_length");
  if (!/^[\w-]{1,64}$/.test(name)) return vendorError(400, `Invalid '${place}tool_calls[].function.name'.`);
  return typeof parsed(text) === "object" ? undefined : vendorError(400, `Failed to parse arguments: ${text}`);
}

function seen(message: ChatMessage): SeenMessage[] {
  if (message.role === "user") return [{ role: "user", text: message.content }];
  if (message.role === "tool") {
    const { tool_call_id: callId, content: text } = message;
    return [{ role: "tool", callId, text, isError: text.startsWith("Error: ") }];
  }
  if (message.role !== "assistant") return [];
  const { content, tool_calls = [], reasoning_content: thinking } = message;
  const calls = tool_calls.map(({ id, function: { name, arguments: text } }) => ({
    id,
    name,
    input: parsed(text),
  }));
  return [{ role: "assistant", text: content ?? "", calls, ...(thinking !== undefined && { thinking }) }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
