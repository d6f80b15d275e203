/** What decides how large a window a turn needs. */
export interface WindowNeeds {
  /** Bytes of everything that is sent. */
  readonly bytes: number;
  /** Tokens of the answer that are asked for. */
  readonly outputTokens?: number;
  /** The model's own window; absent when it is not known. */
  readonly modelTokens?: number;
  /** The window that the Modelfile sets. */
  readonly configuredTokens?: number;
  /** The window of the turn before. */
  readonly lastTokens?: number;
}

/** Room for the answer when nobody says how long it may be; thinking counts too. */
const answerTokens = 6_144;

/**
 * The `num_ctx` of a turn. Left alone, Ollama takes 4,096 on most machines and cuts what does not fit, tools first, with
 * HTTP 200. It grows in doublings, since each change loads the model anew, and never shrinks.
 */
export function windowFor(needs: WindowNeeds): number {
  const { bytes, outputTokens = answerTokens, modelTokens = Infinity } = needs;
  const needed = mostTokens(bytes) + outputTokens;
  let window = 16_384;
  while (window < needed && window < modelTokens) window *= 2;
  return Math.min(modelTokens, Math.max(window, needs.configuredTokens ?? 0, needs.lastTokens ?? 0));
}

/** Source code was seen at 3 to 4 bytes a token; dense tables and other scripts lie lower. */
function mostTokens(bytes: number): number {
  return Math.ceil(bytes / 2.8);
}

/** Whatever the text, it has hardly more bytes a token than this. */
function fewestTokens(bytes: number): number {
  return Math.floor(bytes / 9);
}

/**
 * What there is to say about a prompt that may have been cut; undefined when all is well or nothing is known.
 *
 * @param evaluated Ollama's `prompt_eval_count`: the whole prompt, cached or not. Old versions leave it out when all of it
 * is cached, and 0.30 counted only what was not cached (ollama/ollama#2068, #16428), so that too few is a suspicion only.
 */
export function cutPrompt(bytes: number, evaluated: number | undefined, window: number): string | undefined {
  if (evaluated === undefined || evaluated === 0) return undefined;
  if (evaluated >= window - 1)
    return `The prompt fills the window of ${window} tokens; what did not fit was cut, the oldest part first. Raise \`contextTokens\`, or take a model with a larger window.`;
  if (evaluated < fewestTokens(bytes))
    return `Ollama read ${evaluated} tokens of a prompt of about ${mostTokens(bytes)} (num_ctx ${window}): it was cut, or this version of Ollama does not count what is cached.`;
  return undefined;
}
