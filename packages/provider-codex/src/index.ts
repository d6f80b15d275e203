import { type Provider, secrecyOf, type TurnEvent, type TurnRequest } from "@aifactory/core";
import { readChat } from "./chat-events.js";
import { toChat } from "./chat-request.js";
import { checkEndpoint } from "./check.js";
import { type CodexOptions, endpointOf, openClient } from "./endpoint.js";
import { failureFrom, failureOf } from "./failure.js";
import { defaultModel, modelFacts } from "./models.js";
import { finish, type Reply, type ReplyReader } from "./reply.js";
import { readResponses } from "./responses-events.js";
import { toResponses } from "./responses-request.js";

export { cli, type CodexCliOptions } from "./cli.js";
export type { CodexOptions } from "./endpoint.js";

/** The provider for OpenAI and for all who speak its Responses API or its chat completions. */
export default function codex(options: CodexOptions = {}): Provider {
  return {
    apiVersion: 1,
    name: "codex",
    kind: "model",
    turn(request) {
      const { baseURL, key } = endpointOf(options);
      return secrecyOf(baseURL, key).hideIn(takeTurn(options, request));
    },
    check: async ({ model, signal }) => checkEndpoint(endpointOf(options), model || defaultModel, signal),
    // Others may sell a model of the same name at another price.
    describe: async ({ model }) => (endpointOf(options).isOpenAI ? modelFacts(model || defaultModel) : {}),
  };
}

async function* takeTurn(options: CodexOptions, request: TurnRequest): AsyncGenerator<TurnEvent> {
  const { signal } = request;
  const model = request.model || defaultModel;
  const where = { ...endpointOf(options), model };
  let reply: Reply = { text: "" };
  let hasAnswered = false;
  try {
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
      const body = toResponses(request, model, options);
      const stream = await client.responses.create(body, { signal });
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
