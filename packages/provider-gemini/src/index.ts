import {
  type ErrorData,
  fromErrorData,
  type Provider,
  type ProviderStatus,
  secrecyOf,
  type TurnEvent,
  type TurnRequest,
} from "@aifactory/core";
import { endpointOf, type GeminiOptions, openClient } from "./endpoint.js";
import { providerName } from "./envelope.js";
import { readAnswer } from "./events.js";
import { failureOf } from "./failure.js";
import { defaultModel, modelFacts } from "./models.js";
import { toWire } from "./request.js";

export { cli, type GeminiCliOptions } from "./cli.js";
export type { GeminiOptions } from "./endpoint.js";

/** The provider for Gemini, by the Gemini API. */
export default function gemini(options: GeminiOptions = {}): Provider {
  return {
    apiVersion: 1,
    name: providerName,
    kind: "model",
    turn(request) {
      const { baseUrl, key } = endpointOf(options);
      return secrecyOf(baseUrl, key).hideIn(takeTurn(options, request));
    },
    check: async ({ model, signal }) => checkModel(options, model || defaultModel, signal),
    // Others may sell a model of the same name at another price.
    describe: async ({ model }) => (endpointOf(options).isGoogle ? modelFacts(model || defaultModel) : {}),
  };
}

async function* takeTurn(options: GeminiOptions, request: TurnRequest): AsyncGenerator<TurnEvent> {
  const { signal } = request;
  const model = request.model || defaultModel;
  const where = { ...endpointOf(options), model };
  const answer = readAnswer(model, where.isGoogle);
  // The SDK leaves the connection open when nobody reads on.
  const reading = new AbortController();
  let hasAnswered = false;
  let failure: ErrorData | undefined;
  try {
    const { models } = await openClient(where);
    const wire = toWire(request, model, AbortSignal.any([signal, reading.signal]));
    const stream = await models.generateContentStream(wire);
    hasAnswered = true;
    for await (const chunk of stream) yield* answer.read(chunk);
  } catch (error) {
    failure = failureOf(error, where, hasAnswered);
  } finally {
    reading.abort();
  }
  yield* answer.finish(signal.aborted, failure);
}

/** Rejects with the error and its cure. */
async function checkModel(options: GeminiOptions, model: string, signal?: AbortSignal): Promise<ProviderStatus> {
  const where = { ...endpointOf(options), model };
  try {
    const { models } = await openClient(where);
    const { displayName = model } = await models.get({ model, ...(signal && { config: { abortSignal: signal } }) });
    return { billing: "key", notes: [`${displayName} at ${secrecyOf(where.baseUrl, "").address}.`] };
  } catch (error) {
    throw fromErrorData(failureOf(error, where, false), error);
  }
}
