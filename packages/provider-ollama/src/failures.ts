import { AifactoryError, type ErrorCode, ownError } from "@aifactory/core";

/** What Ollama said when it did not do what was asked. */
export interface Refusal {
  readonly model: string;
  /** Absent in mid-stream. */
  readonly status?: number;
  readonly words: string;
  readonly retryAfterMs?: number;
}

/** Ollama's refusal in core's words. Ollama has few status codes, so its sentences decide; each was seen in its issues. */
export function refusalError({ model, status, words, retryAfterMs }: Refusal): AifactoryError {
  const [code, cure] = meaning(model, status ?? 500, words);
  const said = /<html|<!doctype/i.test(words) ? `a page of HTML` : words;
  const facts = {
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return new AifactoryError(
    code,
    `Ollama (${model}) answered: ${said || `status ${status ?? "unknown"}`}. ${cure}`.trim(),
    facts,
  );
}

function meaning(model: string, status: number, words: string): readonly [ErrorCode, string] {
  const says = (pattern: RegExp): boolean => pattern.test(words);
  if (says(/does not support tools/)) return ["unsupported-model", noTools(model)];
  if (says(/requires more system memory|out of memory|insufficient memory/i))
    return ["unsupported-model", "Take a smaller model, or a smaller context with the option `contextTokens`."];
  if (says(/error parsing tool call/))
    return ["server-error", "The model wrote a tool call that Ollama could not read."];
  if (status === 401 || status === 403)
    return ["auth", "Run `ollama signin`, or set OLLAMA_API_KEY; it is sent over https only."];
  if (status === 402 || says(/usage limit/i)) return ["quota", "Wait, or choose a local model."];
  if (status === 429) return ["rate-limit", ""];
  if (status === 404 && says(/not found/i)) return ["unknown-model", `Run: ollama pull ${model}`];
  if (status === 413 || says(/context (length|size|window)|prompt is too long/i))
    return ["context-overflow", "Raise `contextTokens`, or take a model with a larger window."];
  if (status === 503 || says(/server busy|overloaded/i)) return ["overloaded", ""];
  return [status >= 500 ? "server-error" : "invalid-request", ""];
}

/** What to do about a model that can't call tools. */
export function noTools(model: string): string {
  return `${model} has no tools template, so it can't work on a repository. Take one that has, such as: ollama pull qwen3-coder:30b`;
}

/** Anything that was thrown on the way to Ollama, in core's words. */
export function thrownError(thrown: unknown, url: string, model: string, isAnswered: boolean): AifactoryError {
  const own = ownError(thrown);
  if (own) return own;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = thrown instanceof Error ? causeCode(thrown.cause) : "";
  if (cause.includes("TIMEOUT"))
    return new AifactoryError("timeout", `Ollama at ${url} was silent for too long (${cause}).`);
  if (!isAnswered)
    return new AifactoryError(
      "network",
      `No Ollama answers at ${url} (${cause || words}). Start it with: ollama serve. If it is elsewhere, set OLLAMA_HOST.`,
    );
  // The client throws these words when a stream ends early, and a TypeError when the connection breaks.
  if (thrown instanceof TypeError || words.startsWith("Did not receive done"))
    return new AifactoryError("cut-stream", `Ollama (${model}) broke off in mid-answer: ${words}`);
  return refusalError({ model, words });
}

function causeCode(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
