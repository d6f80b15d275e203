import { canaryKey, providerContract, sceneServer } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import codex from "../src/index.js";
import { responsesProtocol } from "./responses-protocol.js";

providerContract({
  describe,
  it,
  name: "codex",
  kind: "model",
  exceptions: { "a pause is a pause": "the Responses API does not pause" },
  async open(scenes) {
    const { url, requests, close } = await sceneServer(responsesProtocol, scenes);
    const provider = codex({ baseURL: `${url}/v1`, apiKey: canaryKey, reasoningSummary: "auto" });
    return { provider, model: "gpt-6.2-sol", otherModel: "gpt-6-sol", requests, close };
  },
});
