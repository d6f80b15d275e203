import { canaryKey, providerContract, sceneServer } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import { ollama } from "../src/index.js";
import { ollamaProtocol } from "./server.js";

providerContract({
  describe,
  it,
  name: "ollama",
  kind: "model",
  async open(scenes) {
    const { url, requests, close } = await sceneServer(ollamaProtocol(), scenes);
    const provider = ollama({ host: url, key: canaryKey });
    return { provider, model: "qwen3-coder:30b", otherModel: "qwen3:8b", requests, close };
  },
  exceptions: {
    "a refusal is content-filter, not an answer": "Ollama has no such stop",
    "a pause is a pause": "Ollama has no such stop",
    "cached and reasoning tokens are part of their totals": "Ollama counts neither",
    "arguments that are no JSON come through as text":
      "Ollama reads them itself and answers with an error, which is tested in turns.test.ts",
  },
});
