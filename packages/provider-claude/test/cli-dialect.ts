import {
  type AgentDialect,
  canaryKey,
  type OpenStage,
  type Scene,
  promptsOf,
  sceneProgram,
  textOf,
} from "@aifactory/core/testing";
import { cli } from "../src/index.js";

/** Claude Code's `--output-format stream-json`, as recorded in `fixtures`. */
export const dialect: AgentDialect = {
  input: "whole",
  begin: ({ servedModel = model }) => [
    line({ type: "system", subtype: "init", model: servedModel, apiKeySource: "apiKeyHelper" }),
  ],
  part(part, scene) {
    if (part.type === "text") return { before: part.chunks.map((text) => block(scene, { type: "text", text })) };
    if (part.type === "thinking") {
      const { chunks, signature } = part;
      return { before: chunks.map((thinking) => block(scene, { type: "thinking", thinking, signature })) };
    }
    if (part.type === "write") {
      // The program names files by their whole path, which a scene does not know: the fixtures have such ones.
      const { path } = part;
      const input = { file_path: path, content: part.text };
      const did = { type: "create", filePath: path, content: part.text, structuredPatch: [], originalFile: null };
      return {
        before: [block(scene, { type: "tool_use", id: part.id, name: "Write", input })],
        after: [result(part.id, `File created successfully at: ${path}`, did)],
      };
    }
    if (part.type === "run") {
      const did = { stdout: "", stderr: "", interrupted: false, isImage: false, noOutputExpected: false };
      return {
        before: [block(scene, { type: "tool_use", id: part.id, name: "Bash", input: { command: part.command } })],
        after: [result(part.id, "(Bash completed with no output)", did)],
      };
    }
    return { before: [part.type === "malformed" ? '{"type": "assistant", "mes' : line({ type: "song", la: "la la" })] };
  },
  end: (scene) => [
    line({
      type: "result",
      subtype: "success",
      is_error: false,
      api_error_status: null,
      result: textOf(scene),
      stop_reason: "end_turn",
      terminal_reason: "completed",
      permission_denials: [],
      ...(scene.usage && {
        total_cost_usd: 0.01,
        usage: { input_tokens: scene.usage.inputTokens, output_tokens: scene.usage.outputTokens },
      }),
    }),
  ],
  fault({ kind, words, retryAfterSeconds: seconds }) {
    const [status, word, said, more = {}] = faults[kind] ?? [null, "unknown", "API Error"];
    const text = words ?? said;
    const retry = {
      type: "system",
      subtype: "api_retry",
      attempt: 1,
      max_retries: 2,
      error_status: status,
      error: word,
    };
    const message = { id: "b3336bb5", model: "<synthetic>", role: "assistant", content: [{ type: "text", text }] };
    const end = { type: "result", subtype: "success", is_error: true, api_error_status: status, result: text };
    return {
      lines: [
        ...(seconds === undefined ? [] : [line({ ...retry, retry_delay_ms: seconds * 1_000 + 102 })]),
        line({ type: "assistant", message, error: word, is_api_error_message: true }),
        line({ ...end, stop_reason: "stop_sequence", terminal_reason: "api_error", permission_denials: [], ...more }),
      ],
      exitCode: 1,
    };
  },
};

/** The model of the stage. */
export const model = "claude-opus-5-5";

type Fault = readonly [status: number | null, word: string, said: string, more?: object];

/** What 2.1.330 says to each answer of the API: recorded. */
const faults: { readonly [kind: string]: Fault } = {
  auth: [
    401,
    "authentication_failed",
    "Invalid API key · Fix external API key",
    { api_error_type: "authentication_error" },
  ],
  "rate-limit": [429, "rate_limit", "API Error: Request rejected (429) · This request would exceed your rate limit"],
  quota: [400, "billing_error", "Credit balance is too low", { api_error_type: "invalid_request_error" }],
  "server-error": [500, "server_error", "API Error: 500 Internal server error.", { api_error_type: "api_error" }],
  overloaded: [529, "server_error", "API Error: 529 Overloaded.", { api_error_type: "overloaded_error" }],
  "context-overflow": [400, "invalid_request", "Prompt is too long", { terminal_reason: "prompt_too_long" }],
  "unknown-model": [404, "model_not_found", `There's an issue with the selected model (${model}).`],
  refused: [null, "server_error", "API Error: Connection refused (ECONNREFUSED)", { api_error: "connection_failed" }],
};

function line(value: object): string {
  return JSON.stringify(value);
}

function block({ servedModel = model }: Scene, content: object): string {
  const message = { id: "msg_1", role: "assistant", model: servedModel, content: [content] };
  return line({ type: "assistant", message, parent_tool_use_id: null });
}

function result(id: string, content: string, did: object): string {
  const message = { role: "user", content: [{ tool_use_id: id, type: "tool_result", content }] };
  return line({ type: "user", message, parent_tool_use_id: null, tool_use_result: did });
}

/** Opens the provider on a program that plays the scenes. */
export const openCli: OpenStage = async (scenes) => {
  const program = await sceneProgram(dialect, scenes);
  return {
    provider: cli({ program: program.path, billing: "key", apiKey: canaryKey }),
    model,
    close: program.remove,
    requests: () => promptsOf(program),
  };
};
