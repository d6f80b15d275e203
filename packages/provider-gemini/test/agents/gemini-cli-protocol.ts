import type { WireProtocol } from "@aifactory/core/testing";
import { geminiProtocol } from "../protocol.js";
import { rejectRequest } from "../reject-request.js";
import { bad, type GeminiBody } from "../wire.js";

/**
 * The Gemini API as Gemini CLI uses it. Its schemas have keywords (`$schema`, `additionalProperties`) that our own
 * requests leave out, so they are not looked at; everything else is as strict.
 */
export const geminiCliProtocol: WireProtocol<GeminiBody> = {
  ...geminiProtocol,
  reject(request) {
    const { tools = [] } = request.body;
    const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations);
    if (!declared.some(({ name }) => name === "write_file")) return bad("These tests expect write_file to be offered.");
    const plain = declared.map(({ parametersJsonSchema: _schema, ...declaration }) => declaration);
    return rejectRequest({ ...request, body: { ...request.body, tools: [{ functionDeclarations: plain }] } });
  },
};
