import type { Scene, SeenMessage, WireProtocol } from "@aifactory/core/testing";
import { responsesFrames, sse } from "./responses-frames.js";
import { rejectItems, type WireItem } from "./responses-items.js";
import { opened } from "./seal.js";
import { faultAnswer, faultError, rejectSender, rejectTool, rejectUnknown, vendorError } from "./vendor-errors.js";

/** A request of the Responses API, as far as these tests have one. */
export interface ResponsesBody {
  model: string;
  input: WireItem[];
  stream?: boolean;
  store?: boolean;
  instructions?: string;
  include?: string[];
  reasoning?: { effort?: string; summary?: string };
  max_output_tokens?: number;
  tools?: { type: string; name: string; parameters: unknown; strict: boolean }[];
}

const parameters = new Set(
  (
    "background conversation include input instructions max_output_tokens metadata model parallel_tool_calls " +
    "previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning safety_identifier service_tier " +
    "store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user"
  ).split(" "),
);

/** OpenAI's Responses API, for `sceneServer`. */
export const responsesProtocol: WireProtocol<ResponsesBody> = {
  contentType: "text/event-stream",
  reject(request) {
    const { body } = request;
    const rejection = rejectSender(request, "/v1/responses") ?? rejectUnknown(body, parameters);
    if (rejection) return rejection;
    if (typeof body.model !== "string" || body.model === "")
      return vendorError(400, "Missing required parameter: 'model'.", "missing_required_parameter");
    if (!Array.isArray(body.input) || body.input.length === 0)
      return vendorError(400, "Missing required parameter: 'input'.", "missing_required_parameter");
    if (body.stream !== true) return vendorError(400, "These scenes are streamed: 'stream' is missing.");
    if (body.max_output_tokens !== undefined && body.max_output_tokens < 16)
      return vendorError(400, "Invalid 'max_output_tokens': integer below minimum value.");
    for (const tool of body.tools ?? []) {
      const refused =
        rejectUnknown(tool, new Set(["type", "name", "description", "parameters", "strict"]), "tools[].") ??
        rejectTool(tool, "tools[]");
      if (refused) return refused;
    }
    return rejectItems(body);
  },
  read({ body }) {
    const { model, instructions: system = "", input, tools = [] } = body;
    return {
      model,
      system,
      messages: seenMessages(input),
      tools: tools.map(({ name, parameters: inputSchema }) => ({ name, inputSchema })),
    };
  },
  frames: (scene: Scene, { body }) => responsesFrames(scene, body),
  fault: (fault) => faultAnswer(fault),
  streamFault(fault) {
    const { message, code } = faultError(fault).error;
    return [sse({ type: "error", code, message, param: null, sequence_number: 99 })];
  },
};

type SeenAssistant = Extract<SeenMessage, { role: "assistant" }>;

/** Items between two messages of others are one message of the model. */
function seenMessages(items: readonly WireItem[]): SeenMessage[] {
  const seen: SeenMessage[] = [];
  const add = (more: Partial<SeenAssistant>): void => {
    const last = seen.at(-1);
    const open: SeenAssistant = last?.role === "assistant" ? last : { role: "assistant", text: "", calls: [] };
    if (open === last) seen.pop();
    seen.push({
      ...open,
      ...more,
      text: open.text + (more.text ?? ""),
      calls: [...open.calls, ...(more.calls ?? [])],
    });
  };
  for (const item of items) {
    if (item.type === "reasoning") {
      const { text, signature } = opened(item.encrypted_content ?? "") ?? { text: "", signature: "" };
      add({ thinking: text, signature });
    } else if (item.type === "function_call")
      add({ calls: [{ id: item.call_id, name: item.name, input: parsed(item.arguments) }] });
    else if (item.type === "function_call_output") {
      const { call_id: callId, output: text } = item;
      seen.push({ role: "tool", callId, text, isError: text.startsWith("Error: ") });
    } else if (item.role === "assistant") add({ text: contentText(item.content) });
    else seen.push({ role: "user", text: contentText(item.content) });
  }
  return seen;
}

function contentText(content: string | { text?: string }[]): string {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
