import type { WireAnswer } from "@aifactory/core/testing";
import { opened } from "./seal.js";
import { rejectUnknown, vendorError } from "./vendor-errors.js";

/** An item of the input. */
export type WireItem =
  | { type?: "message"; role: string; content: string | { type: string; text?: string }[]; id?: string }
  | { type: "reasoning"; id: string; summary: unknown[]; encrypted_content?: string }
  | { type: "function_call"; id?: string; call_id: string; name: string; arguments: string }
  | { type: "function_call_output"; id?: string; call_id: string; output: string };

const fields = {
  message: new Set(["type", "id", "role", "content", "status", "phase"]),
  reasoning: new Set(["type", "id", "summary", "content", "encrypted_content", "status"]),
  function_call: new Set(["type", "id", "call_id", "name", "arguments", "status"]),
  function_call_output: new Set(["type", "id", "call_id", "output", "status"]),
};

/** What OpenAI says to items that do not belong together. */
export function rejectItems({
  model,
  input,
  store,
}: {
  model: string;
  input: readonly WireItem[];
  store?: boolean;
}): WireAnswer | undefined {
  const ids = new Set<string>();
  const calls = new Set<string>();
  const answered = new Set<string>();
  for (const [at, item] of input.entries()) {
    const type = item.type ?? "message";
    const place = `input[${at}].`;
    if (!(type in fields)) return vendorError(400, `Invalid value: '${type}'.`, "invalid_value");
    const strange = rejectUnknown(item, fields[type], place);
    if (strange) return strange;
    if (item.id !== undefined && ids.has(item.id)) return vendorError(400, `Duplicate item found with id ${item.id}.`);
    if (item.id !== undefined) ids.add(item.id);

    if ("call_id" in item && !/^.{1,64}$/.test(item.call_id))
      return vendorError(400, `Invalid '${place}call_id': string too long.`, "string_above_max_length");
    if (item.type === "reasoning") {
      const next = input[at + 1];
      const isFollowed = next && (next.type === "function_call" || ("role" in next && next.role === "assistant"));
      const rejection = rejectReasoning(item, model, store) ?? (isFollowed ? undefined : unfollowed(item.id));
      if (rejection) return rejection;
    } else if (item.type === "function_call") {
      if (!/^[\w-]{1,64}$/.test(item.name))
        return vendorError(400, `Invalid '${place}name': string does not match pattern.`, "invalid_value");
      if (typeof item.arguments !== "string")
        return vendorError(400, `Invalid type for '${place}arguments'.`, "invalid_type");
      if (calls.has(item.call_id)) return vendorError(400, `Duplicate call_id ${item.call_id}.`);
      calls.add(item.call_id);
    } else if (item.type === "function_call_output") {
      if (!calls.has(item.call_id) || answered.has(item.call_id))
        return vendorError(400, `No tool call found for function call output with call_id ${item.call_id}.`);
      if (typeof item.output !== "string")
        return vendorError(400, `Invalid type for '${place}output'.`, "invalid_type");
      answered.add(item.call_id);
    } else if (!["user", "assistant", "system", "developer"].includes(item.role))
      return vendorError(400, `Invalid value: '${item.role}'.`, "invalid_value");
  }
  const open = [...calls].find((id) => !answered.has(id));
  return open === undefined ? undefined : vendorError(400, `No tool output found for function call ${open}.`);
}

function rejectReasoning(
  { id, encrypted_content }: Extract<WireItem, { type: "reasoning" }>,
  model: string,
  store = true,
): WireAnswer | undefined {
  if (encrypted_content === undefined)
    return store
      ? undefined
      : vendorError(404, `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false.`);
  const content = opened(encrypted_content);
  if (content?.model === model && content.id === id) return undefined;
  return vendorError(400, `The encrypted content for item ${id} could not be verified.`, "invalid_encrypted_content");
}

function unfollowed(id: string): WireAnswer {
  return vendorError(400, `Item '${id}' of type 'reasoning' was provided without its required following item.`);
}
