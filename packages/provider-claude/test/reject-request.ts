import { canaryKey, type WireAnswer, type WireRequest } from "@aifactory/core/testing";
import { rejectMessages } from "./reject-messages.js";
import { invalid, type MessagesBody, rejectKeys, vendorError, type WireTool } from "./wire.js";

/**
 * What the vendor says to a request that it does not take; undefined when it is fine. Of API version 2026-10-21, which
 * knows no `temperature`, `top_p` and `top_k` any more.
 */
export function rejectRequest({ method, url, headers, body }: WireRequest<MessagesBody>): WireAnswer | undefined {
  if (method !== "POST" || url !== "/v1/messages") return vendorError(404, "not_found_error", "Not Found");
  if (headers.authorization === undefined && headers["x-api-key"] === undefined)
    return vendorError(401, "authentication_error", "x-api-key header is required");
  if ((headers.authorization ?? `Bearer ${String(headers["x-api-key"])}`) !== `Bearer ${canaryKey}`)
    return vendorError(401, "authentication_error", "invalid x-api-key");
  const version = headers["anthropic-version"];
  if (version === undefined) return invalid("anthropic-version: header is required");
  if (version !== "2026-10-21")
    return invalid(`anthropic-version: "${String(version)}" is not what these tests are of`);
  if (body.stream !== true) return invalid("These scenes are streamed: stream is missing.");
  return (
    rejectKeys(body, "model max_tokens messages stream system tools thinking output_config", "") ??
    rejectNumbers(body) ??
    rejectSystem(body) ??
    rejectTools(body.tools) ??
    rejectThinking(body) ??
    rejectMarks(body) ??
    rejectMessages(body)
  );
}

function rejectNumbers({ model, max_tokens: max }: MessagesBody): WireAnswer | undefined {
  if (typeof model !== "string" || model === "") return invalid("model: Field required");
  if (max === undefined) return invalid("max_tokens: Field required");
  if (!Number.isInteger(max) || max < 1) return invalid("max_tokens: Input should be greater than or equal to 1");
  const most = model.endsWith("-4-5") || model === "claude-sonnet-4-6" ? 64_000 : 128_000;
  if (max > most) return invalid(`max_tokens: ${max} > ${most}, which is the maximum allowed number of output tokens`);
  return undefined;
}

function rejectSystem({ system = [] }: MessagesBody): WireAnswer | undefined {
  const isFine = Array.isArray(system) && system.every(({ type, text }) => type === "text" && text?.trim());
  return isFine ? undefined : invalid("system: text content blocks must be non-empty");
}

function rejectTools(tools: readonly WireTool[] | undefined): WireAnswer | undefined {
  if (tools && new Set(tools.map(({ name }) => name)).size < tools.length)
    return invalid("tools: Tool names must be unique.");
  for (const [at, tool] of (tools ?? []).entries()) {
    const extra = rejectKeys(tool, "name description input_schema cache_control", `tools.${at}.custom.`);
    if (extra) return extra;
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name))
      return invalid(`tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    if (tool.input_schema?.["type"] !== "object")
      return invalid(`tools.${at}.custom.input_schema.type: Field required`);
    if (["oneOf", "allOf", "anyOf"].some((key) => key in tool.input_schema))
      return invalid(`tools.${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf`);
  }
  return undefined;
}

/** What the models of these tests take; each is of another kind. */
const kinds: { readonly [model: string]: readonly string[] } = {
  "claude-opus-5-5": ["adaptive"],
  "claude-sonnet-5-5": ["adaptive", "between_tools"],
  "claude-opus-5": ["adaptive", "disabled"],
  "claude-opus-4-6": ["adaptive", "disabled", "enabled"],
  "claude-haiku-4-5": ["enabled", "disabled"],
};

function rejectThinking({
  model,
  max_tokens: max,
  thinking,
  output_config: config,
}: MessagesBody): WireAnswer | undefined {
  const types = kinds[model] ?? ["adaptive"];
  if (config && !types.includes("adaptive")) return invalid("This model does not support the effort parameter.");
  if (config && !["low", "medium", "high", "xhigh", "max"].includes(config.effort ?? ""))
    return invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  if (!thinking) return undefined;
  if (!types.includes(thinking.type))
    return invalid(`"thinking.type.${thinking.type}" is not supported for this model.`);
  if (thinking.type === "disabled" && /xhigh|max/.test(config?.effort ?? ""))
    return invalid("thinking can't be disabled at this effort");
  if (thinking.type !== "enabled") return rejectKeys(thinking, "type display", "thinking.");
  const { budget_tokens: budget = 0 } = thinking;
  if (budget < 1_024) return invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  return budget < max ? undefined : invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
}

function rejectMarks({ system = [], tools = [], messages }: MessagesBody): WireAnswer | undefined {
  const blocks = [...tools, ...system, ...(Array.isArray(messages) ? messages.flatMap(({ content }) => content) : [])];
  const marked = blocks.filter((block) => block.cache_control !== undefined);
  if (marked.length > 4)
    return invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${marked.length}.`);
  const isFine = marked.every((block) => block.cache_control?.type === "ephemeral");
  return isFine ? undefined : invalid("cache_control.type: Input should be 'ephemeral'");
}
