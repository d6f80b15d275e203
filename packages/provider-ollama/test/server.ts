import {
  type Scene,
  type SceneFault,
  type ScenePart,
  type SeenMessage,
  stopOf,
  type WireAnswer,
  type WireProtocol,
  type WireRequest,
} from "@aifactory/core/testing";

interface WireMessage {
  role: string;
  content: string;
  thinking?: string;
  tool_calls?: { id?: string; function: { name: string; arguments: unknown } }[];
  tool_name?: string;
  tool_call_id?: string;
}

/** The body of `POST /api/chat`. */
export interface Chat {
  model: string;
  messages: WireMessage[];
  tools?: { type: string; function: { name: string; description: string; parameters: unknown } }[];
  stream?: boolean;
  think?: boolean | string;
  truncate?: boolean;
  shift?: boolean;
  keep_alive?: string | number;
  options?: { [name: string]: unknown };
}

/** A model as `/api/show` tells of it. */
export interface ShownModel {
  readonly capabilities?: readonly string[];
  readonly contextTokens?: number;
  readonly parameters?: string;
  readonly family?: string;
}

/** What the server has. */
export interface Installed {
  readonly [name: string]: ShownModel;
}

const capable: ShownModel = {
  capabilities: ["completion", "tools", "thinking"],
  contextTokens: 262_144,
};

/** Two models that can do everything. */
export const usual: Installed = { "qwen3-coder:30b": capable, "qwen3:8b": capable };

/** How Ollama speaks, for `sceneServer`; it refuses what Ollama refuses, in its words. */
export function ollamaProtocol(models: Installed = usual): WireProtocol<Chat> {
  return {
    contentType: "application/x-ndjson",
    aside(request) {
      if (request.url === "/api/chat" && request.method === "POST") return undefined;
      return besides(request, models);
    },
    reject: ({ body }) => rejected(body, models),
    read: ({ body }) => ({
      model: body.model,
      system: body.messages.find(({ role }) => role === "system")?.content ?? "",
      messages: body.messages.filter(({ role }) => role !== "system").map(seen),
      tools: (body.tools ?? []).map(({ function: { name, parameters } }) => ({
        name,
        inputSchema: parameters,
      })),
    }),
    frames: (scene, { body }) => ({
      body: scene.parts.flatMap((part) => framesOf(part, servedBy(scene, body))),
      end: [
        line({
          ...servedBy(scene, body),
          message: { role: "assistant", content: "" },
          ...lastWords(scene),
        }),
      ],
    }),
    fault: ({ kind, words, retryAfterSeconds }, { body: { model } }): WireAnswer => {
      const [status, usualWords] = faults(model)[kind] ?? [500, "internal error"];
      return {
        status,
        ...(retryAfterSeconds !== undefined && {
          headers: { "retry-after": String(retryAfterSeconds) },
        }),
        body: { error: words ?? usualWords },
      };
    },
    streamFault: ({ kind, words }) => [line({ error: words ?? faults("")[kind]?.[1] ?? "internal error" })],
  };
}

function besides({ url, method, body }: WireRequest<Chat | undefined>, models: Installed): WireAnswer {
  if (url === "/api/version") return { status: 200, body: { version: "0.32.9" } };
  if (url === "/api/tags")
    return {
      status: 200,
      body: { models: Object.keys(models).map((name) => ({ name, model: name })) },
    };
  if (url !== "/api/show" || method !== "POST") return { status: 404, body: "404 page not found" };
  const model = body?.model ?? "";
  const found = models[model] ?? models[`${model}:latest`];
  if (!found) return { status: 404, body: { error: `model '${model}' not found` } };
  const { capabilities, contextTokens, parameters, family = "qwen3" } = found;
  return {
    status: 200,
    body: {
      ...(capabilities && { capabilities }),
      ...(parameters !== undefined && { parameters }),
      details: { family },
      model_info: {
        "general.architecture": family,
        ...(contextTokens && { [`${family}.context_length`]: contextTokens }),
      },
    },
  };
}

function bad(error: string): WireAnswer {
  return { status: 400, body: { error } };
}

function rejected({ model, messages, tools, think, options }: Chat, models: Installed): WireAnswer | undefined {
  if (!model) return bad("model is required");
  const found = models[model] ?? models[`${model}:latest`];
  if (!found) return { status: 404, body: { error: `model '${model}' not found` } };
  for (const { role, content, tool_calls: calls = [] } of messages) {
    if (!["system", "user", "assistant", "tool"].includes(role)) return bad(`invalid role ${role}`);
    if (typeof content !== "string")
      return bad("json: cannot unmarshal into Go struct field Message.content of type string");
    const wrong = calls.find(({ function: { arguments: given } }) => typeof given !== "object" || given === null);
    if (wrong)
      return bad(
        "json: cannot unmarshal string into Go struct field ToolCallFunction.arguments of type api.ToolCallFunctionArguments",
      );
  }
  const { capabilities } = found;
  const can = (what: string): boolean => capabilities?.includes(what) ?? true;
  if (tools && !can("tools")) return bad(`registry.ollama.ai/library/${model} does not support tools`);
  if (think !== undefined && think !== false && !can("thinking")) return bad(`"${model}" does not support thinking`);
  const whole = ["num_ctx", "num_predict"].find(
    (name) => options?.[name] !== undefined && !Number.isInteger(options[name]),
  );
  return whole === undefined ? undefined : bad(`option "${whole}" must be of type integer`);
}

function servedBy(scene: Scene, { model }: Chat): object {
  return {
    model: scene.servedModel ?? model,
    created_at: "2026-11-24T09:00:00.000000Z",
    done: false,
  };
}

function framesOf(part: ScenePart, head: object): string[] {
  const say = (message: object): string => line({ ...head, message: { role: "assistant", content: "", ...message } });
  if (part.type === "text") return part.chunks.map((content) => say({ content }));
  if (part.type === "thinking") return part.chunks.map((thinking) => say({ thinking }));
  if (part.type === "malformed") return ['{"model": "qwen3-coder:30b", "mess\n'];
  if (part.type === "call") {
    const text = part.argumentChunks.join("");
    const input = parsed(text === "" ? "{}" : text);
    // Ollama says nothing of a call before it is whole.
    if (input === undefined) return [];
    return [
      say({
        tool_calls: [{ ...(part.id && { id: part.id }), function: { index: 0, name: part.name, arguments: input } }],
      }),
    ];
  }
  return [line({ status: "pulling manifest" })];
}

function lastWords(scene: Scene): object {
  const { usage } = scene;
  return {
    done: true,
    done_reason: stopOf(scene) === "length" ? "length" : "stop",
    total_duration: 1,
    ...(usage && { prompt_eval_count: usage.inputTokens, eval_count: usage.outputTokens }),
  };
}

const faults = (model: string): { readonly [kind in SceneFault["kind"]]?: readonly [number, string] } => ({
  auth: [401, "unauthorized"],
  "rate-limit": [429, "too many requests"],
  quota: [429, "you (ada) have reached your weekly usage limit, upgrade for higher limits: https://ollama.com/upgrade"],
  "server-error": [500, "llama runner process has terminated: exit status 2"],
  overloaded: [503, "server busy, please try again. maximum pending requests exceeded"],
  "context-overflow": [400, "the input length exceeds the context length"],
  "unknown-model": [404, `model '${model}' not found`],
  "invalid-request": [400, "invalid options"],
});

function seen({
  role,
  content,
  thinking,
  tool_calls: calls = [],
  tool_name: name,
  tool_call_id: callId,
}: WireMessage): SeenMessage {
  if (role === "user") return { role, text: content };
  if (role === "tool") {
    const isError = content.startsWith("Error: ");
    return {
      role,
      text: content,
      isError,
      ...(name !== undefined && { name }),
      ...(callId !== undefined && { callId }),
    };
  }
  const made = calls.map(({ id, function: { name: called, arguments: input } }) => ({
    ...(id !== undefined && { id }),
    name: called,
    input,
  }));
  return {
    role: "assistant",
    text: content,
    calls: made,
    ...(thinking !== undefined && { thinking }),
  };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
