import { AifactoryError, type Provider, secrecyOf, type TurnEvent, type TurnRequest } from "@aifactory/core";
import type { Options } from "ollama";
import { connect } from "./client.js";
import { windowFor } from "./context.js";
import { readStream } from "./events.js";
import { noTools, thrownError } from "./failures.js";
import { hostUrl } from "./host.js";
import { factsOf, type LocalModel, showModel } from "./models.js";
import { promptBytes, toWire } from "./request.js";

export { hostUrl } from "./host.js";

/** How to reach Ollama and how it should run its models. Everything is optional. */
export interface OllamaOptions {
  /** As `OLLAMA_HOST` takes it. Default: that variable, else this machine. */
  readonly host?: string;
  /** For Ollama's cloud or a proxy; sent over https only. Default: `OLLAMA_API_KEY`. */
  readonly key?: string;
  /** The window (`num_ctx`), in tokens. Default: what the task needs, up to what the model has. */
  readonly contextTokens?: number;
  /** How long a model stays loaded after a turn. Default `15m`: a test run must not unload it. */
  readonly keepAlive?: string | number;
  /** Further parameters of the model, such as `temperature` or `num_gpu`. */
  readonly parameters?: Partial<Options>;
}

/** The provider for models that Ollama serves. */
export function ollama(options: OllamaOptions = {}): Provider {
  const { keepAlive = "15m", parameters } = options;
  const url = hostUrl(options.host ?? process.env["OLLAMA_HOST"]);
  const key = options.key ?? process.env["OLLAMA_API_KEY"];
  const place = { url, ...(key && { key }) };
  const secrecy = secrecyOf(url, key ?? "");
  const known = new Map<string, LocalModel>();
  const windows = new Map<string, number>();

  const windowOf = (request: TurnRequest, local: LocalModel): number => {
    const { model, maxOutputTokens } = request;
    const lastTokens = windows.get(model);
    const window =
      options.contextTokens ??
      windowFor({
        bytes: promptBytes(request),
        ...(maxOutputTokens !== undefined && { outputTokens: maxOutputTokens }),
        ...(local.contextTokens !== undefined && { modelTokens: local.contextTokens }),
        ...(local.configuredTokens !== undefined && { configuredTokens: local.configuredTokens }),
        ...(lastTokens !== undefined && { lastTokens }),
      });
    windows.set(model, window);
    return window;
  };

  async function* takeTurn(request: TurnRequest): AsyncGenerator<TurnEvent> {
    const { model, signal } = request;
    let reading = readStream(request, { bytes: 0, contextTokens: Infinity });
    if (signal.aborted) return yield reading.finish();
    let isAnswered = false;
    try {
      const client = connect(place, model, signal);
      const local = known.get(model) ?? (await showModel(client, model));
      known.set(model, local);
      if (request.tools.length > 0 && local.tools === false)
        throw new AifactoryError("unsupported-model", noTools(model));
      const contextTokens = windowOf(request, local);
      reading = readStream(request, { bytes: promptBytes(request), contextTokens });
      const settings = { contextTokens, keepAlive, ...(parameters && { parameters }) };
      const lines = await client.chat(toWire(request, local, settings));
      isAnswered = true;
      for await (const line of lines) yield* reading.read(line);
      yield reading.finish();
    } catch (error) {
      yield reading.finish(thrownError(error, secrecy.address, model, isAnswered).toJSON());
    }
    return undefined;
  }

  return {
    apiVersion: 1,
    name: "ollama",
    kind: "model",
    turn: (request) => secrecy.hideIn(takeTurn(request)),
    async check({ model, signal }) {
      const client = connect(place, model, signal);
      const checked = async () => {
        const { version } = await client.version();
        const local = await showModel(client, model);
        if (local.tools === false) throw new AifactoryError("unsupported-model", noTools(model));
        return { version, local };
      };
      try {
        const { version, local } = await checked();
        const window = local.contextTokens === undefined ? [] : [`Window: ${local.contextTokens} tokens.`];
        return {
          version,
          billing: local.cloud ? "subscription" : "local",
          notes: [`Ollama at ${secrecy.address}.`, ...window],
        };
      } catch (error) {
        throw thrownError(error, secrecy.address, model, false);
      }
    },
    async describe({ model, signal }) {
      try {
        const facts = factsOf(await showModel(connect(place, model, signal), model));
        // A window that was set is the one there is.
        return { ...facts, ...(options.contextTokens !== undefined && { contextTokens: options.contextTokens }) };
      } catch (error) {
        throw thrownError(error, secrecy.address, model, false);
      }
    },
  };
}

export default ollama;
