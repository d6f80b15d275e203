import { canaryKey, type WireAnswer, type WireRequest } from "@aifactory/core/testing";
import { first, rejectContents } from "./reject-contents.js";
import { rejectDeclaration } from "./reject-schema.js";
import { tokenFor } from "./seal.js";
import { bad, type GeminiBody, modelIn, vendorError } from "./wire.js";

/** What Google says to a turn's request that it does not accept. */
export function rejectRequest({ method, url, headers, body }: WireRequest<GeminiBody>): WireAnswer | undefined {
  const model = modelIn(url);
  if (method !== "POST" || model === undefined)
    return { status: 404, body: "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>" };
  const key = headers["x-goog-api-key"];
  if (key === undefined) return vendorError(403, "Method doesn't allow unregistered callers. Please use API Key.");
  if (key !== canaryKey) return badKey;
  const { contents, systemInstruction, tools = [], generationConfig = {}, continuationToken, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return bad(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
  if (systemInstruction && !systemInstruction.parts?.every(({ text }) => text))
    return bad("system_instruction: no text");
  if (continuationToken !== undefined && continuationToken !== tokenFor(model, contents))
    return bad("Invalid continuation token.");
  return rejectContents(contents, model) ?? first(tools, rejectTools) ?? rejectConfig(generationConfig, model);
}

/** The answer to a wrong key: no 401, but a 400. */
export const badKey = vendorError(400, "API key not valid. Please pass a valid API key.", [
  {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason: "API_KEY_INVALID",
    domain: "googleapis.com",
    metadata: { service: "generativelanguage.googleapis.com" },
  },
]);

function rejectTools({ functionDeclarations = [] }: NonNullable<GeminiBody["tools"]>[number]): WireAnswer | undefined {
  if (functionDeclarations.length === 0)
    return bad("tools[0].tool_type: required one_of 'tool_type' must have one field");
  const names = functionDeclarations.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return bad(`Duplicate function declaration found: ${twice}`);
  return first(functionDeclarations, rejectDeclaration);
}

function rejectConfig(config: NonNullable<GeminiBody["generationConfig"]>, model: string): WireAnswer | undefined {
  const { maxOutputTokens: most = 1, thinkingConfig } = config;
  if (most < 1 || most > 65_536) return bad("generation_config.max_output_tokens: supported range is 1 to 65536");
  if (!thinkingConfig) return undefined;
  const { thinkingBudget: budget, thinkingLevel: level, includeThoughts = false } = thinkingConfig;
  if (!/^gemini-(2\.5|[3-9])/.test(model)) return bad("Thinking is not enabled for this model.");
  if (budget !== undefined && level !== undefined)
    return bad("You can only set only one of thinking budget and thinking level.");
  const takesLevels = !model.startsWith("gemini-2.5");
  if (takesLevels ? budget !== undefined : level !== undefined)
    return bad("Thinking level is not supported for this model.");
  const known = /^gemini-3(\.[156])?-flash/.test(model)
    ? ["MINIMAL", "LOW", "MEDIUM", "HIGH"]
    : ["LOW", "MEDIUM", "HIGH"];
  if (level !== undefined && !known.includes(level))
    return bad(`Thinking level ${level} is not supported for this model.`);
  const [least, largest] = model.startsWith("gemini-2.5-pro") ? [128, 32_768] : [0, 24_576];
  if (budget !== undefined && (budget < least || budget > largest))
    return bad(`The thinking budget ${budget} is invalid.`);
  if (budget === 0 && includeThoughts) return bad("Unable to submit request because thinking is disabled.");
  return undefined;
}
