import type { SceneFault, ScenePart, SeenMessage, WireAnswer, WireProtocol } from "@aifactory/core/testing";
import { canaryKey, stopOf } from "@aifactory/core/testing";

interface WireMessage {
  from: "user" | "model" | "tool";
  text: string;
  id?: string;
  failed?: boolean;
  calls?: { id: string; name: string; arguments: string }[];
  thought?: { text: string; seal?: string };
}

interface Wire {
  model: string;
  system: string;
  messages: WireMessage[];
  tools: { name: string; inputSchema: unknown }[];
}

/** How Echo speaks, for `sceneServer`. */
export const echoProtocol: WireProtocol<Wire> = {
  contentType: "application/x-ndjson",
  reject({ headers, body }) {
    if (headers.authorization !== `Bearer ${canaryKey}`) return answer(401, "bad key");
    const { messages } = body;
    if (!Array.isArray(messages)) return answer(400, "bad request", "messages: missing");
    const calls = new Set(messages.flatMap((message) => message.calls?.map(({ id }) => id) ?? []));
    const orphan = messages.find(({ from, id }) => from === "tool" && !calls.has(id ?? ""));
    return orphan && answer(400, "bad request", `no call has the id ${orphan.id}`);
  },
  read({ body }) {
    const { model, system, messages, tools } = body;
    return { model, system, tools, messages: messages.map(seen) };
  },
  frames(scene, { body }) {
    const { usage } = scene;
    const numbers = usage && {
      in: usage.inputTokens,
      out: usage.outputTokens,
      cached: usage.cacheReadTokens,
      thought: usage.reasoningTokens,
    };
    const last = { type: "end", why: ends[stopOf(scene)], model: scene.servedModel ?? body.model };
    return {
      body: scene.parts.flatMap(framesOf),
      end: [...(numbers ? [line({ type: "usage", ...numbers })] : []), line(last)],
    };
  },
  fault({ kind, words, retryAfterSeconds }): WireAnswer {
    const [status, error] = faults[kind] ?? [500, "broken"];
    const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
    return { ...answer(status, error, words), headers };
  },
  streamFault: ({ kind }) => [line({ type: "error", error: faults[kind]?.[1] ?? "broken" })],
};

const ends = {
  stop: "done",
  "tool-calls": "tools",
  length: "full",
  "content-filter": "unwilling",
  pause: "break",
};

const faults: { readonly [kind in SceneFault["kind"]]?: readonly [number, string] } = {
  auth: [401, "bad key"],
  "rate-limit": [429, "too fast"],
  quota: [402, "nothing left"],
  "server-error": [500, "broken"],
  overloaded: [503, "busy"],
  "context-overflow": [413, "too long"],
  "unknown-model": [404, "no such model"],
  "invalid-request": [400, "bad request"],
};

function answer(status: number, error: string, words = ""): WireAnswer {
  return { status, body: { type: "error", error, words } };
}

function framesOf(part: ScenePart): string[] {
  if (part.type === "text") return part.chunks.map((text) => line({ type: "say", text }));
  if (part.type === "thinking") return [line({ type: "think", text: part.chunks.join(""), seal: part.signature })];
  if (part.type === "malformed") return ['{"type": "say", "te\n'];
  if (part.type === "call") {
    const { id, name, argumentChunks } = part;
    return [
      line({ type: "call", name, id }),
      ...argumentChunks.map((piece) => line({ type: "arguments", text: piece, id })),
    ];
  }
  return [line({ type: "sing", text: "la la la" })];
}

function line(frame: object): string {
  return `${JSON.stringify(frame)}\n`;
}

function seen({ from, text, id = "", failed = false, calls = [], thought }: WireMessage): SeenMessage {
  if (from === "user") return { role: "user", text };
  if (from === "tool") return { role: "tool", callId: id, text, isError: failed };
  const made = calls.map((call) => ({
    id: call.id,
    name: call.name,
    input: parsed(call.arguments),
  }));
  const thinking = thought && { thinking: thought.text, signature: thought.seal ?? "" };
  return { role: "assistant", text, calls: made, ...thinking };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
