import { AifactoryError } from "@aifactory/core";

/** How the provider is made. */
export interface CodexOptions {
  /** The key. Default: the environment's OPENAI_API_KEY, read when a turn begins. */
  readonly apiKey?: string;
  /** Where the endpoint is, with its `/v1`. Default: the environment's OPENAI_BASE_URL, else OpenAI itself. */
  readonly baseURL?: string;
  /** `responses` (default), or `chat` for endpoints that speak only chat completions. */
  readonly api?: "responses" | "chat";
  /** Asks for summaries of what the model thinks. OpenAI wants a verified organization for it with some models. */
  readonly reasoningSummary?: "auto" | "concise" | "detailed";
}

/** Who is asked, and with which key. */
export interface Endpoint {
  readonly baseURL: string;
  /** Empty: none is needed. */
  readonly key: string;
  /** Whether it is OpenAI itself: only there its prices, its model names and its newest parameters hold. */
  readonly isOpenAI: boolean;
}

/**
 * Who is asked, as options and environment are now.
 *
 * @throws AifactoryError `auth` when a key is needed and there is none.
 */
export function endpointOf(options: CodexOptions): Endpoint {
  const place = placeOf(options);
  const key = (options.apiKey ?? process.env["OPENAI_API_KEY"] ?? "").trim();
  if (key === "" && !isLocal(place.baseURL))
    throw new AifactoryError("auth", `There is no key for ${place.baseURL}. ${keyCure}`);
  return { ...place, key };
}

/** What to type when there is no key or a wrong one. */
export const keyCure = "Make one at https://platform.openai.com/api-keys and type: export OPENAI_API_KEY=<your key>";

/** The same without the key. */
export function placeOf({ baseURL }: CodexOptions): Omit<Endpoint, "key"> {
  const set = baseURL ?? process.env["OPENAI_BASE_URL"]?.trim();
  const place = set === undefined || set === "" ? "https://api.openai.com/v1" : set;
  return { baseURL: place, isOpenAI: hostOf(place) === "api.openai.com" };
}

/** A server on this machine (LM Studio, vLLM, llama.cpp) mostly needs no key. */
function isLocal(baseURL: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostOf(baseURL));
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}
