import type { WireAnswer } from "@aifactory/core/testing";
import { bad, type WireDeclaration } from "./wire.js";

const keywords = [
  "$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum maximum",
  "anyOf oneOf properties additionalProperties required propertyOrdering",
]
  .join(" ")
  .split(" ");
const types = ["object", "array", "string", "number", "integer", "boolean", "null"];

/** What Google says to a tool that it does not accept. */
export function rejectDeclaration(declaration: WireDeclaration, at: number): WireAnswer | undefined {
  const path = `tools[0].function_declarations[${at}]`;
  const { name = "", description, parametersJsonSchema, ...others } = declaration;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return bad(`Invalid JSON payload received. Unknown name "${unknown}" at '${path}': Cannot find field.`);
  if (!/^[A-Za-z_][\w.:-]{0,127}$/.test(name)) return bad(`${path}.name: Invalid function name.`);
  if (typeof description !== "string") return bad(`${path}.description: must be specified.`);
  if (parametersJsonSchema === undefined) return undefined;
  const trouble = troubleIn(parametersJsonSchema, `${path}.parameters_json_schema`);
  return trouble === undefined ? undefined : bad(trouble);
}

function troubleIn(schema: unknown, path: string): string | undefined {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return `${path}: must be a schema.`;
  const entries: [string, unknown][] = Object.entries(schema);
  const hasReference = "$ref" in schema;
  for (const [key, value] of entries) {
    if (!keywords.includes(key))
      return `Invalid JSON payload received. Unknown name "${key}" at '${path}': Cannot find field.`;
    if (hasReference && !key.startsWith("$")) return `${path}: no other field may stand beside $ref: ${key}.`;
    const trouble = troubleWith(key, value, `${path}.${key}`);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function troubleWith(key: string, value: unknown, path: string): string | undefined {
  if (key === "type")
    return [value].flat().every((type) => types.includes(String(type))) ? undefined : `${path}: no type.`;
  if (key === "enum") {
    const isFine = Array.isArray(value) && value.every((one) => typeof one === "string" || typeof one === "number");
    return isFine ? undefined : `${path}: only strings and numbers are supported.`;
  }
  if (key === "format")
    return ["date-time", "date", "time"].includes(String(value)) ? undefined : `${path}: not supported.`;
  if (key === "additionalProperties" && typeof value === "boolean") return undefined;
  if (key === "items" || key === "additionalProperties") return troubleIn(value, path);
  const inner =
    key === "properties" || key === "$defs" ? Object.values(Object(value)) : lists.has(key) ? [value].flat() : [];
  return inner.map((one, at) => troubleIn(one, `${path}[${at}]`)).find((trouble) => trouble !== undefined);
}

const lists = new Set(["anyOf", "oneOf", "prefixItems"]);
