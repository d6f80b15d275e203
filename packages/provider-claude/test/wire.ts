import type { WireAnswer } from "@aifactory/core/testing";

/** A block of a request, as far as these tests have one. */
export interface WireBlock {
  type: string;
  text?: string;
  thinking?: string;
  signature?: string;
  data?: string;
  id?: string;
  name?: string;
  input?: unknown;
  tool_use_id?: string;
  content?: unknown;
  is_error?: boolean;
  cache_control?: { type: string };
}

/** A message of a request. */
export interface WireMessage {
  role: string;
  content: WireBlock[];
}

/** A tool of a request. */
export interface WireTool {
  name: string;
  description?: string;
  input_schema: { readonly [key: string]: unknown };
  cache_control?: { type: string };
}

/** A request of the Messages API. */
export interface MessagesBody {
  model: string;
  max_tokens: number;
  messages: WireMessage[];
  stream?: boolean;
  system?: WireBlock[];
  tools?: WireTool[];
  thinking?: { type: string; budget_tokens?: number; display?: string };
  output_config?: { effort?: string };
}

/** An error in the vendor's shape. */
export function vendorError(status: number, type: string, message: string): WireAnswer {
  return { status, body: { type: "error", error: { type, message }, request_id: "req_011" } };
}

/** A request that the vendor does not take. */
export function invalid(message: string): WireAnswer {
  return vendorError(400, "invalid_request_error", message);
}

/** The first key of an object that is not allowed. */
export function rejectKeys(value: object, allowed: string, where: string): WireAnswer | undefined {
  const extra = Object.keys(value).find((key) => !allowed.split(" ").includes(key));
  return extra === undefined ? undefined : invalid(`${where}${extra}: Extra inputs are not permitted`);
}
