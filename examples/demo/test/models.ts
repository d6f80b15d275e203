import type { Provider } from "@aifactory/core";
import { canaryKey, type Scene, sceneServer, type SceneServer } from "@aifactory/core/testing";
import claude from "@aifactory/provider-claude";
import codex from "@aifactory/provider-codex";
import gemini from "@aifactory/provider-gemini";
import { ollama } from "@aifactory/provider-ollama";
import { messagesProtocol } from "../../../packages/provider-claude/test/protocol.js";
import { responsesProtocol } from "../../../packages/provider-codex/test/responses-protocol.js";
import { geminiProtocol } from "../../../packages/provider-gemini/test/protocol.js";
import { ollamaProtocol } from "../../../packages/provider-ollama/test/server.js";

/** A model string and who serves it here. */
export interface Served {
  readonly model: string;
  readonly provider: Provider;
  readonly server: SceneServer;
}

/** Opens one of the vendors on a strict server that plays the scenes. */
export type OpenServed = (scenes: readonly Scene[]) => Promise<Served>;

/** Every provider of kind `model`, by the name in front of the colon. */
export const models: { readonly [name: string]: OpenServed } = {
  async claude(scenes) {
    const server = await sceneServer(messagesProtocol, scenes);
    return { model: "claude:claude-opus-5-5", provider: claude({ baseURL: server.url, apiKey: canaryKey }), server };
  },
  async codex(scenes) {
    const server = await sceneServer(responsesProtocol, scenes);
    return { model: "codex:gpt-6.2-sol", provider: codex({ baseURL: `${server.url}/v1`, apiKey: canaryKey }), server };
  },
  async gemini(scenes) {
    const server = await sceneServer(geminiProtocol, scenes);
    return { model: "gemini:gemini-3.8-flash", provider: gemini({ baseUrl: server.url, apiKey: canaryKey }), server };
  },
  async ollama(scenes) {
    const server = await sceneServer(ollamaProtocol(), scenes);
    return { model: "ollama:qwen3-coder:30b", provider: ollama({ host: server.url }), server };
  },
};
