import { canaryKey, providerContract, sceneServer } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import gemini from "../src/index.js";
import { geminiProtocol } from "./protocol.js";

const exceptions = {
  "arguments that are no JSON come through as text":
    "Google reads them itself, and ends with MALFORMED_FUNCTION_CALL when it can't",
};

// The newer one gives ids and insists on thought signatures, the older one does neither.
for (const [model, otherModel] of [
  ["gemini-3.8-flash", "gemini-4-argon"],
  ["gemini-2.5-flash", "gemini-2.5-pro"],
] as const) {
  providerContract({
    describe,
    it,
    name: `gemini (${model})`,
    kind: "model",
    exceptions,
    async open(scenes) {
      const { url, requests, close } = await sceneServer(geminiProtocol, scenes);
      return { provider: gemini({ baseUrl: url, apiKey: canaryKey }), model, otherModel, requests, close };
    },
  });
}
