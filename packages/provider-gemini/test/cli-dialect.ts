import { canaryKey, type OpenStage, promptsOf, sceneProgram } from "@aifactory/core/testing";
import { acpDialect } from "../../core/test/acp-dialect.js";
import { cli } from "../src/index.js";

/** The model of the stage. */
export const model = "gemini-3.8-flash";

/** Gemini CLI as it speaks ACP with a key, as recorded in `fixtures`. */
export const dialect = acpDialect({
  hasLogin: true,
  result({ usage, servedModel = model }) {
    const counts = { input_tokens: usage?.inputTokens ?? 0, output_tokens: usage?.outputTokens ?? 0 };
    return { _meta: { quota: { token_count: counts, model_usage: [{ model: servedModel }] } } };
  },
  error: ({ kind, words, retryAfterSeconds: seconds }) => {
    const [code, said] = faults[kind] ?? [500, "Unknown stream execution error."];
    const delay = seconds === undefined ? "" : `\nSuggested retry after ${seconds}s.`;
    return { code, message: (words ?? said) + delay };
  },
});

/** What 0.61.0 says to each answer of the API: recorded. */
const faults: { readonly [kind: string]: readonly [code: number, message: string] } = {
  auth: [400, body(400, "API key not valid. Please pass a valid API key.")],
  "rate-limit": [429, "You exceeded your current quota, please check your plan and billing details."],
  quota: [429, "You have exhausted your daily quota on this model."],
  "server-error": [500, body(500, "An internal error has occurred.")],
  overloaded: [503, "The model is overloaded. Please try again later."],
  "context-overflow": [
    400,
    body(400, "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576)."),
  ],
  "unknown-model": [500, `models/${model} is not found for API version v1beta, or is not supported.`],
  refused: [500, "exception TypeError: fetch failed sending request"],
};

function body(code: number, message: string): string {
  return JSON.stringify({ error: { code, message, details: [] } });
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
