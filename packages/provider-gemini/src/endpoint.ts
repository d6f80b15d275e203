import { AifactoryError, boundedFetch, secrecyOf } from "@aifactory/core";
import type { GoogleGenAI } from "@google/genai/web";

/** How the provider is made. Everything is optional. */
export interface GeminiOptions {
  /** The key. Default: the environment's GEMINI_API_KEY, then GOOGLE_API_KEY, read when a turn begins. */
  readonly apiKey?: string;
  /** Where the API is, without `/v1beta`. Default: the environment's GOOGLE_GEMINI_BASE_URL, else Google itself. */
  readonly baseUrl?: string;
}

/** Who is asked, and with which key. */
export interface Endpoint {
  readonly baseUrl: string;
  /** Empty: there is none. */
  readonly key: string;
  /** Whether it is Google itself: only there its prices and its model names hold. */
  readonly isGoogle: boolean;
}

/** Who is asked, as options and environment are now. */
export function endpointOf({ apiKey, baseUrl }: GeminiOptions): Endpoint {
  const place = baseUrl?.trim() || read("GOOGLE_GEMINI_BASE_URL") || "https://generativelanguage.googleapis.com";
  return {
    baseUrl: place,
    key: apiKey?.trim() || read("GEMINI_API_KEY") || read("GOOGLE_API_KEY"),
    isGoogle: URL.canParse(place) && new URL(place).hostname === "generativelanguage.googleapis.com",
  };
}

/** What to type when there is no key or a wrong one. */
export const keyCure = "Make one at https://aistudio.google.com/apikey and type: export GEMINI_API_KEY=<your key>";

/**
 * The endpoint's client. The SDK is loaded here, with the first turn, and without `retryOptions` it tries nothing again.
 * Its entry for the web is taken because that one prints nothing and reads no environment: the one for Node warns of two
 * keys, takes GOOGLE_API_KEY first, and can be turned to Vertex AI by a variable. Both send the same requests.
 *
 * @throws AifactoryError `auth` when there is no key.
 */
export async function openClient({ baseUrl, key }: Endpoint): Promise<GoogleGenAI> {
  if (key === "")
    throw new AifactoryError("auth", `There is no key for ${secrecyOf(baseUrl, key).address}. ${keyCure}`);
  const { GoogleGenAI: Client } = await import("@google/genai/web");
  return new Client({ apiKey: key, httpOptions: { baseUrl, fetch: boundedFetch } });
}

function read(name: string): string {
  return process.env[name]?.trim() ?? "";
}
