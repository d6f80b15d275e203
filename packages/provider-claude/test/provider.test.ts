import { canaryKey, providerContract, sceneServer } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import claude from "../src/index.js";
import { messagesProtocol } from "./protocol.js";

providerContract({
  describe,
  it,
  name: "claude",
  kind: "model",
  async open(scenes) {
    const { url, requests, close } = await sceneServer(messagesProtocol, scenes);
    const provider = claude({ baseURL: url, apiKey: canaryKey });
    return { provider, model: "claude-opus-5-5", otherModel: "claude-opus-5", requests, close };
  },
});
