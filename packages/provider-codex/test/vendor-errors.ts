import { canaryKey, type SceneFault, type WireAnswer, type WireRequest } from "@aifactory/core/testing";

/** OpenAI's answer to a request that it does not accept. */
export function vendorError(
  status: number,
  message: string,
  code: string | null = null,
  type = "invalid_request_error",
): WireAnswer {
  return { status, body: { error: { message, type, param: null, code } } };
}

/** What both APIs check before they look at the body: the path and the key. */
export function rejectSender({ method, url, headers }: WireRequest, path: string): WireAnswer | undefined {
  if (method !== "POST" || url !== path) return vendorError(404, `Invalid URL (${method} ${url})`);
  const { authorization } = headers;
  if (authorization === undefined) return vendorError(401, "You didn't provide an API key.");
  if (authorization !== `Bearer ${canaryKey}`)
    return vendorError(401, `Incorrect API key provided: ${authorization}.`, "invalid_api_key");
  return undefined;
}

/** Parameters that nobody knows are refused. */
export function rejectUnknown(given: object, known: ReadonlySet<string>, place = ""): WireAnswer | undefined {
  const strange = Object.keys(given).find((name) => !known.has(name));
  if (strange === undefined) return undefined;
  return vendorError(400, `Unknown parameter: '${place}${strange}'.`, "unknown_parameter");
}

/** Tools as OpenAI checks them; `strict` holds a schema to more. */
export function rejectTool(
  { name, parameters, strict }: { name?: unknown; parameters?: unknown; strict?: unknown },
  place: string,
): WireAnswer | undefined {
  if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name))
    return vendorError(400, `Invalid '${place}.name': string does not match pattern.`, "invalid_value");
  const text = JSON.stringify(parameters) ?? "";
  if (!text.includes('"type":"object"'))
    return vendorError(400, `Invalid schema for function '${name}'.`, "invalid_function_parameters");
  if (strict === true && !(text.includes('"additionalProperties":false') && text.includes('"required"')))
    return vendorError(
      400,
      `Invalid schema for function '${name}': In context=(), 'required' is required to be supplied.`,
      "invalid_function_parameters",
    );
  return undefined;
}

/** Status, code, type and words of each fault. */
const faults: {
  readonly [kind in SceneFault["kind"]]?: readonly [number, string | null, string, string];
} = {
  auth: [401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided."],
  "rate-limit": [429, "rate_limit_exceeded", "tokens", "Rate limit reached on tokens per min."],
  quota: [429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."],
  "server-error": [500, null, "server_error", "The server had an error."],
  overloaded: [503, "server_is_overloaded", "service_unavailable_error", "We are overloaded."],
  "context-overflow": [
    400,
    "context_length_exceeded",
    "invalid_request_error",
    "Your input exceeds the context window of this model.",
  ],
  "unknown-model": [404, "model_not_found", "invalid_request_error", "It does not exist."],
  "invalid-request": [400, null, "invalid_request_error", "Bad request."],
};

/** The error of a fault, as it stands in a body or in an event. */
export function faultError({ kind, words }: SceneFault) {
  const [status, code, type, said] = faults[kind] ?? [500, null, "server_error", "Broken."];
  return { status, error: { message: words ?? said, type, param: null, code } };
}

/** The answer to a request that fails. */
export function faultAnswer(fault: SceneFault): WireAnswer {
  const { status, error } = faultError(fault);
  const { retryAfterSeconds: seconds } = fault;
  const headers = seconds === undefined ? {} : { "retry-after": String(seconds) };
  return { status, headers, body: { error } };
}
