import { AifactoryError, eventStreamFetch, secrecyOf } from "@aifactory/core";
import type OpenAI from "openai";

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

/** Who is asked, as options and environment are now. */
export function endpointOf({ apiKey, baseURL }: CodexOptions): Endpoint {
  const set = baseURL ?? process.env["OPENAI_BASE_URL"]?.trim();
  const place = set === undefined || set === "" ? "https://api.openai.com/v1" : set;
  return {
    baseURL: place,
    key: (apiKey ?? process.env["OPENAI_API_KEY"] ?? "").trim(),
    isOpenAI: hostOf(place) === "api.openai.com",
  };
}

/** What to type when there is no key or a wrong one. */
export const keyCure = "Make one at https://platform.openai.com/api-keys and type: export OPENAI_API_KEY=<your key>";

/**
 * The endpoint's client. The SDK is loaded here, with the first turn; it tries nothing again and prints nothing.
 *
 * @throws AifactoryError `auth` when a key is needed and there is none.
 */
export async function openClient({ baseURL, key }: Endpoint): Promise<OpenAI> {
  if (key === "" && !isLocal(baseURL)) {
    throw new AifactoryError("auth", `There is no key for ${secrecyOf(baseURL, key).address}. ${keyCure}`);
  }
  const { default: Client } = await import("openai");
  return new Client({ baseURL, apiKey: key || "none", maxRetries: 0, logLevel: "off", fetch: eventStreamFetch });
}

/** A server on this machine (LM Studio, vLLM, llama.cpp) mostly needs no key. */
function isLocal(baseURL: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostOf(baseURL));
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}
