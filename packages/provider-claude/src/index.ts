import {
  type ErrorData,
  fromErrorData,
  type Provider,
  type ProviderStatus,
  secrecyOf,
  type TurnEvent,
  type TurnRequest,
} from "@aifactory/core";
import { type ClaudeOptions, endpointOf, openClient } from "./endpoint.js";
import { providerName } from "./envelope.js";
import { readAnswer } from "./events.js";
import { failureOf } from "./failure.js";
import { defaultModel, modelFacts } from "./models.js";
import { toWire } from "./request.js";

export { cli, type ClaudeCliOptions } from "./cli.js";
export type { ClaudeOptions } from "./endpoint.js";

/** The provider for Claude, by Anthropic's Messages API. */
export default function claude(options: ClaudeOptions = {}): Provider {
  return {
    apiVersion: 1,
    name: providerName,
    kind: "model",
    turn(request) {
      const { baseURL, key } = endpointOf(options);
      return secrecyOf(baseURL, key).hideIn(takeTurn(options, request));
    },
    check: async ({ model, signal }) => checkModel(options, model || defaultModel, signal),
    // Others may sell a model of the same name at another price.
    describe: async ({ model }) => (endpointOf(options).isAnthropic ? modelFacts(model || defaultModel) : {}),
  };
}

async function* takeTurn(options: ClaudeOptions, request: TurnRequest): AsyncGenerator<TurnEvent> {
  const { signal } = request;
  const model = request.model || defaultModel;
  const where = { ...endpointOf(options), model };
  const answer = readAnswer(model);
  let hasAnswered = false;
  let failure: ErrorData | undefined;
  try {
    const client = await openClient(where);
    const stream = await client.messages.create(toWire(request, model), { signal });
    hasAnswered = true;
    // An abort ends the SDK's loop without a word: only the answer's own end tells that it is whole.
    for await (const event of stream) yield* answer.read(event);
  } catch (error) {
    failure = failureOf(error, where, hasAnswered);
  }
  yield* answer.finish(signal.aborted, failure);
}

/** Rejects with the error and its cure. */
async function checkModel(options: ClaudeOptions, model: string, signal?: AbortSignal): Promise<ProviderStatus> {
  const where = { ...endpointOf(options), model };
  try {
    const client = await openClient(where);
    const { display_name: name } = await client.models.retrieve(model, {}, { ...(signal && { signal }) });
    return { billing: "key", notes: [`${name} at ${secrecyOf(where.baseURL, "").address}.`] };
  } catch (error) {
    throw fromErrorData(failureOf(error, where, false), error);
  }
}
