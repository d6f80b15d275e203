import { AifactoryError, eventStreamFetch, secrecyOf } from "@aifactory/core";
import type Anthropic from "@anthropic-ai/sdk";

/** How the provider is made. Everything is optional. */
export interface ClaudeOptions {
  /** The key. Default: the environment's ANTHROPIC_API_KEY, read when a turn begins. */
  readonly apiKey?: string;
  /** Where the API is, without `/v1`. Default: the environment's ANTHROPIC_BASE_URL, else Anthropic itself. */
  readonly baseURL?: string;
}

/** Who is asked, and with which key. */
export interface Endpoint {
  readonly baseURL: string;
  /** Empty: there is none. */
  readonly key: string;
  /** Whether it is Anthropic itself: only there its prices and its model names hold. */
  readonly isAnthropic: boolean;
}

/** Who is asked, as options and environment are now. */
export function endpointOf({ apiKey, baseURL }: ClaudeOptions): Endpoint {
  const set = (baseURL ?? process.env["ANTHROPIC_BASE_URL"] ?? "").trim();
  const place = set === "" ? "https://api.anthropic.com" : set;
  return {
    baseURL: place,
    key: (apiKey ?? process.env["ANTHROPIC_API_KEY"] ?? "").trim(),
    isAnthropic: URL.canParse(place) && new URL(place).hostname === "api.anthropic.com",
  };
}

/** What to type when there is no key or a wrong one. */
export const keyCure =
  "Make one at https://platform.claude.com/settings/keys and type: export ANTHROPIC_API_KEY=<your key>";

/** Waiting is core's affair; the SDK would give up after ten minutes. */
const oneDay = 86_400_000;

/**
 * The endpoint's client. The SDK is loaded here, with the first turn; it tries nothing again and prints nothing.
 *
 * @throws AifactoryError `auth` when there is no key.
 */
export async function openClient({ baseURL, key }: Endpoint): Promise<Anthropic> {
  if (key === "")
    throw new AifactoryError("auth", `There is no key for ${secrecyOf(baseURL, key).address}. ${keyCure}`);
  const { default: Client } = await import("@anthropic-ai/sdk");
  return new Client({ baseURL, apiKey: key, maxRetries: 0, timeout: oneDay, logLevel: "off", fetch: eventStreamFetch });
}
