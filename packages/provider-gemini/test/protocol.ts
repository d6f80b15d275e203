import type { SceneFault, SeenMessage, WireAnswer, WireProtocol } from "@aifactory/core/testing";
import { frame, framesOf } from "./frames.js";
import { badKey, rejectRequest } from "./reject-request.js";
import { opened } from "./seal.js";
import { bad, type GeminiBody, modelIn, vendorError, type WireContent, type WirePart } from "./wire.js";

/** The Gemini API's streamGenerateContent, for `sceneServer`. */
export const geminiProtocol: WireProtocol<GeminiBody> = {
  contentType: "text/event-stream",
  aside({ method, url, headers }) {
    const model = /^\/v1beta\/models\/([^/:?]+)$/.exec(url)?.[1];
    if (method !== "GET" || model === undefined) return undefined;
    if (headers["x-goog-api-key"] === "wrong") return badKey;
    if (model !== "gemini-3.8-flash") return notFound(model);
    return { status: 200, body: { name: `models/${model}`, displayName: "Gemini 3.8 Flash" } };
  },
  reject: rejectRequest,
  read({ url, body: { contents = [], systemInstruction, tools = [] } }) {
    const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
    return {
      model: modelIn(url) ?? "",
      system: systemInstruction?.parts?.map(({ text = "" }) => text).join("\n") ?? "",
      messages: contents.flatMap(seen),
      tools: declared.map(({ name = "", parametersJsonSchema }) => ({ name, inputSchema: parametersJsonSchema })),
    };
  },
  frames: (scene, { url, body }) => framesOf(scene, modelIn(url) ?? "", body),
  fault: (fault, { url }) => faultOf(fault, modelIn(url) ?? ""),
  streamFault: (fault) => [frame(Object(faultOf(fault, "").body))],
};

function faultOf({ kind, words, retryAfterSeconds }: SceneFault, model: string): WireAnswer {
  if (kind === "auth") return words === undefined ? badKey : vendorError(403, words);
  if (kind === "rate-limit")
    return exhausted("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", retryAfterSeconds ?? 26);
  if (kind === "quota") return exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 39);
  if (kind === "overloaded") return vendorError(503, "The model is overloaded. Please try again later.");
  if (kind === "unknown-model") return notFound(model);
  if (kind === "context-overflow")
    return bad("The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).");
  if (kind === "invalid-request") return bad(words ?? "Request contains an invalid argument.");
  return vendorError(500, "An internal error has occurred. Please retry.");
}

function notFound(model: string): WireAnswer {
  return vendorError(
    404,
    `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models.`,
  );
}

/** Google says the same of a minute and of a day; only the quota's id tells them apart. */
function exhausted(quotaId: string, seconds: number): WireAnswer {
  const type = (name: string): object => ({ "@type": `type.googleapis.com/google.rpc.${name}` });
  return vendorError(429, "You exceeded your current quota, please check your plan and billing details.", [
    { ...type("QuotaFailure"), violations: [{ quotaMetric: "generativelanguage.googleapis.com/requests", quotaId }] },
    { ...type("Help"), links: [{ url: "https://ai.google.dev/gemini-api/docs/rate-limits" }] },
    { ...type("RetryInfo"), retryDelay: `${seconds}s` },
  ]);
}

function seen({ role, parts = [] }: WireContent): SeenMessage[] {
  if (role === "user") return parts.map(seenOfUser);
  const thoughts = parts.flatMap(({ thoughtSignature }) => opened(thoughtSignature) ?? []);
  const made = parts.flatMap(({ functionCall }) => functionCall ?? []);
  const thinking = parts.map(({ text = "", thought }) => (thought ? text : "")).join("");
  return [
    {
      role: "assistant",
      text: parts.map(({ text = "", thought }) => (thought ? "" : text)).join(""),
      calls: made.map(({ id, name = "", args = {} }) => ({ ...(id !== undefined && { id }), name, input: args })),
      ...(thinking !== "" && { thinking }),
      ...(thoughts.length > 0 && { signature: thoughts.map(({ signature }) => signature).join(" ") }),
    },
  ];
}

function seenOfUser({ text, functionResponse }: WirePart): SeenMessage {
  if (!functionResponse) return { role: "user", text: text ?? "" };
  const { id, name = "", response = {} } = functionResponse;
  const isError = response.error !== undefined;
  const told = String(isError ? response.error : response.output);
  return { role: "tool", ...(id !== undefined && { callId: id }), name, text: told, isError };
}
