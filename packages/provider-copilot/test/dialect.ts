import {
  type AgentDialect,
  canaryKey,
  type OpenStage,
  type Scene,
  promptsOf,
  sceneProgram,
  textOf,
} from "@aifactory/core/testing";
import copilot from "../src/index.js";

/** The model of the stage. */
export const model = "scripted-1";

/** Copilot's `--output-format json`, as recorded in `fixtures`. */
export const dialect: AgentDialect = {
  input: "whole",
  begin: () => [line("assistant.turn_start", { turnId: "0" }), line("assistant.message_start", { messageId })],
  part(part, scene) {
    if (part.type === "text") {
      const deltas = part.chunks.map((deltaContent) => line("assistant.message_delta", { messageId, deltaContent }));
      return { before: deltas };
    }
    if (part.type === "thinking") {
      const deltas = part.chunks.map((deltaContent) =>
        line("assistant.reasoning_delta", { reasoningId, deltaContent }),
      );
      return { before: [...deltas, line("assistant.reasoning", { reasoningId, content: part.chunks.join("") })] };
    }
    if (part.type === "write") {
      // The program names files by their whole path, which a scene does not know: the fixtures have such ones.
      const { path, text } = part;
      return tool(scene, part.id, "create", { path, file_text: text }, { fileEdits: [{ path, kind: "create" }] });
    }
    if (part.type === "run") {
      return tool(scene, part.id, "bash", { command: part.command }, { shellExecution: { exitCode: 0 } });
    }
    return {
      before: [part.type === "malformed" ? '{"type": "assistant.mes' : line("assistant.song", { la: "la la" })],
    };
  },
  end: (scene) => [
    line("assistant.message", { messageId, model: servedBy(scene), content: textOf(scene), toolRequests: [] }),
    line("assistant.turn_end", { turnId: "0" }),
    end(0),
  ],
  fault({ kind, words }) {
    const [errorType, statusCode, said] = faults[kind] ?? ["query", 500, "500 Internal server error"];
    const retry = line("assistant.turn_retry", { turnId: "0", model, reason: "api_error" });
    const message = words ?? said;
    return { lines: [retry, line("session.error", { errorType, message, statusCode }), end(1)], exitCode: 1 };
  },
};

const messageId = "a7b61fb3";
const reasoningId = "dcac3624";

/** What 1.0.102 says to each answer of a server: recorded. */
const faults: { readonly [kind: string]: readonly [type: string, status: number | undefined, said: string] } = {
  auth: ["authentication", 401, "Authentication failed with provider at http://127.0.0.1/v1 (HTTP 401)."],
  "rate-limit": ["rate_limit", 429, "Failed to get response from the AI model; retried 5 times. Last error: 429"],
  quota: ["query", 400, "400 Your credit balance is too low to access the API."],
  overloaded: ["query", 529, "Failed to get response from the AI model; retried 5 times. Last error: 529 Overloaded"],
  "context-overflow": [
    "query",
    undefined,
    "The provider rejected the prompt as too long. Reduce context before retrying.",
  ],
  "unknown-model": ["query", 404, `Model '${model}' not found on provider at http://127.0.0.1/v1 (HTTP 404).`],
  refused: ["query", undefined, "Could not connect to local model provider at http://127.0.0.1/v1."],
};

function line(type: string, data: object): string {
  return JSON.stringify({ type, data, id: "8e135ea1", timestamp: "2026-11-24T10:48:04.085Z", parentId: "f105bc54" });
}

function end(exitCode: number): string {
  return JSON.stringify({ type: "result", sessionId: "28d7b866", exitCode, usage: { premiumRequests: 0 } });
}

function tool(scene: Scene, toolCallId: string, toolName: string, input: object, did: object) {
  const about = { toolCallId, model: servedBy(scene) };
  return {
    before: [line("tool.execution_start", { ...about, toolName, arguments: input })],
    after: [line("tool.execution_complete", { ...about, success: true, result: { content: "Done." }, ...did })],
  };
}

function servedBy({ servedModel = model }: Scene): string {
  return servedModel;
}

/** Opens the provider on a program that plays the scenes. */
export const open: OpenStage = async (scenes) => {
  const program = await sceneProgram(dialect, scenes);
  const endpoint = { baseUrl: "http://127.0.0.1:9/v1", apiKey: canaryKey };
  return {
    provider: copilot({ program: program.path, endpoint }),
    model,
    close: program.remove,
    requests: () => promptsOf(program),
  };
};
