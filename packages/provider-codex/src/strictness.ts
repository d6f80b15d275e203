import type { JsonSchema } from "@aifactory/core";

const understood = new Set([
  "type",
  "description",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "anyOf",
]);

/**
 * Whether OpenAI's strict mode takes a schema: every object closed, every property required, and no keyword beside those
 * that are understood everywhere (https://developers.openai.com/api/docs/guides/structured-outputs). In doubt: no.
 */
export function allowsStrict(schema: JsonSchema): boolean {
  return schema["type"] === "object" && isStrict(schema);
}

function isStrict(schema: unknown): boolean {
  if (!isRecord(schema) || !Object.keys(schema).every((key) => understood.has(key))) return false;
  const { type, properties, required, additionalProperties, items, anyOf } = schema;
  if (type === "object") {
    if (!isRecord(properties) || !Array.isArray(required) || additionalProperties !== false) return false;
    return Object.entries(properties).every(([name, property]) => required.includes(name) && isStrict(property));
  }
  if (type === "array") return isStrict(items);
  if (Array.isArray(anyOf)) return anyOf.every(isStrict);
  return typeof type === "string";
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
