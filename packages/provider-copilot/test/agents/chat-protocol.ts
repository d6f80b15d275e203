import { canaryKey, type Scene, type ScenePart, type WireAnswer, type WireProtocol } from "@aifactory/core/testing";

interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

/** A request of OpenAI's chat completions, as far as these tests check it. */
export interface ChatBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly type: string; readonly function: { readonly name: string } }[];
}

/** OpenAI's chat completions as Copilot uses them; what it must send is checked. */
export const chatProtocol: WireProtocol<ChatBody> = {
  contentType: "text/event-stream",
  aside({ method, url }) {
    return method === "POST" && url === "/v1/chat/completions" ? undefined : refuse(404, `No route ${method} ${url}`);
  },
  reject({ headers, body }) {
    if (headers.authorization !== `Bearer ${canaryKey}`) return refuse(401, "Incorrect API key provided.");
    if (body.model !== "scripted-1") return refuse(404, `The model ${body.model} does not exist.`);
    if (body.stream !== true) return refuse(400, "These tests expect a stream.");
    if (!body.tools?.some((tool) => tool.function.name === "create")) return refuse(400, "create is not offered.");
    return rejectResults(body);
  },
  read: ({ body }) => ({
    model: body.model,
    system: "",
    messages: body.messages.map(({ content }) => ({ role: "user", text: JSON.stringify(content) })),
    tools: [],
  }),
  frames: (scene, { body }) => ({
    body: [
      chunk(body, { role: "assistant", content: "" }),
      ...scene.parts.map((part, at) => chunk(body, delta(part, at))),
    ],
    end: [chunk(body, {}, stopOf(scene)), "data: [DONE]\n\n"],
  }),
  fault: ({ kind }) => refuse(kind === "quota" ? 402 : 500, kind),
};

function refuse(status: number, message: string): WireAnswer {
  return { status, body: { error: { message, type: "invalid_request_error", param: null, code: null } } };
}

/** Every call is answered before anything else is said. */
function rejectResults({ messages }: ChatBody): WireAnswer | undefined {
  const made = messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
  const answered = messages.flatMap(({ role, tool_call_id: id = "" }) => (role === "tool" ? [id] : []));
  if (made.toSorted().join() === answered.toSorted().join()) return undefined;
  return refuse(400, `tool_calls without a tool message: ${made.join()}; answered: ${answered.join()}`);
}

function delta(part: ScenePart, index: number): object {
  if (part.type === "text") return { content: part.chunks.join("") };
  if (part.type !== "call") throw new Error(`A chat completion does not ${part.type}.`);
  const call = { name: part.name, arguments: part.argumentChunks.join("") };
  return { tool_calls: [{ index, id: part.id, type: "function", function: call }] };
}

function stopOf({ parts }: Scene): string {
  return parts.some(({ type }) => type === "call") ? "tool_calls" : "stop";
}

function chunk({ model }: ChatBody, change: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta: change, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, choices })}\n\n`;
}
