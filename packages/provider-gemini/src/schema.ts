import type { JsonSchema } from "@aifactory/core";

/**
 * The keywords that Google names for schemas in JSON Schema, and no others: one that it does not know can fail the whole
 * request. https://ai.google.dev/api/generate-content (`responseJsonSchema`, whose list `parametersJsonSchema` shares).
 * What is cut away here is not lost: core checks a call against the whole schema and tells the model what was wrong.
 */
const plain = new Set(
  "$id $anchor type title description minItems maxItems minimum maximum required propertyOrdering".split(" "),
);
const schemas = new Set(["items", "additionalProperties"]);
const listsOfSchemas = new Set(["prefixItems", "anyOf", "oneOf"]);
const schemasByName = new Set(["properties", "$defs"]);
const formats = new Set(["date-time", "date", "time"]);

/**
 * A schema cut down to what Gemini accepts; undefined for an object without properties, which is better left unsaid.
 *
 * It is for `parametersJsonSchema`. The older field `parameters` takes an OpenAPI subset without type lists, `$ref`,
 * `const` and `additionalProperties`, so that much more would have to be cut.
 */
export function toParameters(schema: JsonSchema): JsonSchema | undefined {
  const parameters = cut(schema);
  if ("$ref" in parameters) return parameters;
  const { properties, additionalProperties = false } = parameters;
  const isEmpty = !isSchema(properties) || Object.keys(properties).length === 0;
  return isEmpty && additionalProperties === false ? undefined : { ...parameters, type: "object" };
}

function cut(schema: JsonSchema): JsonSchema {
  const { allOf, definitions, const: only, ...rest } = schema;
  const all: JsonSchema = {
    ...(Array.isArray(allOf) ? [...allOf.filter(isSchema), rest].reduce(merged, {}) : rest),
    ...(only !== undefined && { enum: [only] }),
    ...(isSchema(definitions) && { $defs: definitions }),
  };
  const kept = Object.entries(all).flatMap(([key, value]) => keywordOf(key, value));
  // Beside a reference only keywords with a `$` may stand.
  return Object.fromEntries("$ref" in all ? kept.filter(([key]) => key.startsWith("$")) : kept);
}

function merged(one: JsonSchema, other: JsonSchema): JsonSchema {
  const properties = { ...Object(one["properties"]), ...Object(other["properties"]) };
  const required = [one, other].flatMap((schema) => (Array.isArray(schema["required"]) ? schema["required"] : []));
  return {
    ...one,
    ...other,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

function keywordOf(key: string, value: unknown): [string, unknown][] {
  if (plain.has(key)) return [[key, value]];
  if (key === "$ref") return typeof value === "string" ? [[key, referenceOf(value)]] : [];
  if (key === "format") return typeof value === "string" && formats.has(value) ? [[key, value]] : [];
  // Others than texts and numbers are not taken.
  if (key === "enum") return Array.isArray(value) && value.every(isTextOrNumber) ? [[key, value]] : [];
  if (key === "additionalProperties" && typeof value === "boolean") return [[key, value]];
  if (schemas.has(key)) return isSchema(value) ? [[key, cut(value)]] : [];
  if (listsOfSchemas.has(key)) return Array.isArray(value) ? [[key, value.filter(isSchema).map(cut)]] : [];
  if (!schemasByName.has(key) || !isSchema(value)) return [];
  return [
    [key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, isSchema(inner) ? cut(inner) : {}]))],
  ];
}

function referenceOf(reference: string): string {
  return reference.replace("#/definitions/", "#/$defs/");
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}
