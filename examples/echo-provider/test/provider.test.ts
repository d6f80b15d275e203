import { canaryKey, providerContract, sceneServer } from "@aifactory/core/testing";
import { describe, it } from "vitest";
import echo from "../src/index.js";
import { echoProtocol } from "./server.js";

providerContract({
  describe,
  it,
  name: "echo",
  kind: "model",
  async open(scenes) {
    const { url, requests, close } = await sceneServer(echoProtocol, scenes);
    const provider = echo({ url, key: canaryKey });
    return { provider, model: "echo-1", otherModel: "echo-2", requests, close };
  },
});
