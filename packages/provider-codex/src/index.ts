import type { Provider, TurnEvent, TurnRequest } from "@aifactory/core";
import type OpenAI from "openai";
import { readChat } from "./chat-events.js";
import { toChat } from "./chat-request.js";
import { type CodexOptions, type Endpoint, endpointOf, placeOf } from "./endpoint.js";
import { failureFrom, failureOf } from "./failure.js";
import { defaultModel, modelFacts } from "./models.js";
import { finish, type Reply, type ReplyReader } from "./reply.js";
import { readResponses } from "./responses-events.js";
import { toResponses } from "./responses-request.js";

export type { CodexOptions } from "./endpoint.js";

/** The provider for OpenAI and for all who speak its Responses API or its chat completions. */
export default function codex(options: CodexOptions = {}): Provider {
  return {
    apiVersion: 1,
    name: "codex",
    kind: "model",
    turn: (request) => takeTurn(options, request),
    async describe({ model }) {
      // Others may sell a model of the same name at another price.
      return placeOf(options).isOpenAI ? modelFacts(model || defaultModel) : {};
    },
  };
}

async function* takeTurn(options: CodexOptions, request: TurnRequest): AsyncGenerator<TurnEvent> {
  const { signal } = request;
  const model = request.model || defaultModel;
  const where = { ...placeOf(options), key: "", model };
  let reply: Reply = { text: "" };
  let hasAnswered = false;
  try {
    signal.throwIfAborted();
    Object.assign(where, endpointOf(options));
    const client = await openClient(where);
    if (options.api === "chat") {
      const reader = readChat(model, request.messages);
      reply = reader.reply;
      const body = toChat(request, model, where.isOpenAI);
      const stream = await client.chat.completions.create(body, { signal });
      hasAnswered = true;
      yield* readAll(stream, reader);
    } else {
      const reader = readResponses(model, (words) => failureFrom(words, where));
      reply = reader.reply;
      const stream = await client.responses.create(toResponses(request, model, options), { signal });
      hasAnswered = true;
      yield* readAll(stream, reader);
    }
    yield* finish(reply, signal.aborted, undefined);
  } catch (error) {
    yield* finish(reply, signal.aborted, failureOf(error, where, hasAnswered));
  }
}

/** An abort ends the SDK's loop without a word: only the reply's own end tells that it is whole. */
async function* readAll<Event>(stream: AsyncIterable<Event>, reader: ReplyReader<Event>): AsyncGenerator<TurnEvent> {
  for await (const event of stream) yield* reader.read(event);
}

/** The SDK is loaded with the first turn. It tries nothing again and prints nothing: both are core's. */
async function openClient({ baseURL, key }: Endpoint): Promise<OpenAI> {
  const { default: Client } = await import("openai");
  return new Client({ baseURL, apiKey: key || "none", maxRetries: 0, logLevel: "off" });
}
