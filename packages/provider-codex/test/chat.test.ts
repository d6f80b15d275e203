import { canaryKey, providerContract, sceneServer } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import codex from "../src/index.js";
import { chatProtocol } from "./chat-protocol.js";

providerContract({
  describe,
  it,
  name: "codex",
  kind: "model",
  exceptions: { "a pause is a pause": "chat completions do not pause" },
  async open(scenes) {
    const { url, requests, close } = await sceneServer(chatProtocol, scenes);
    const provider = codex({ api: "chat", baseURL: `${url}/v1`, apiKey: canaryKey });
    return { provider, model: "qwen3-coder", otherModel: "gpt-oss-120b", requests, close };
  },
});
