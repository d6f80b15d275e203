import { type Fit, numberOr } from "./schema.js";

/** A string, or a number or truth value where only its text can be meant. */
export function fitString(value: unknown, schema: { readonly [key: string]: unknown }): Fit {
  const text = typeof value === "boolean" || (typeof value === "number" && isExact(value)) ? String(value) : value;
  if (typeof text !== "string") return { problem: "must be a string" };
  if (text.length < numberOr(schema["minLength"], 0)) return { problem: "is too short" };
  return text.length > numberOr(schema["maxLength"], Infinity) ? { problem: "is too long" } : { value: text };
}

/** Numbers, truth values and null; a type that is not known takes anything. */
export function fitScalar(value: unknown, schema: { readonly [key: string]: unknown }, type: string | undefined): Fit {
  if (type === "integer" || type === "number") return fitNumber(value, schema, type);
  if (type === "boolean") {
    const read = typeof value === "string" ? truths.get(value.trim().toLowerCase()) : value;
    return typeof read === "boolean" ? { value: read } : { problem: "must be true or false" };
  }
  if (type === "null")
    return value === null || (typeof value === "string" && /^\s*(?:null|none)\s*$/i.test(value))
      ? { value: null }
      : { problem: "must be null" };
  return { value };
}

function fitNumber(value: unknown, schema: { readonly [key: string]: unknown }, type: string): Fit {
  const read = typeof value === "string" && plainNumber.test(value.trim()) ? Number(value) : value;
  if (typeof read !== "number" || !Number.isFinite(read))
    return { problem: type === "integer" ? "must be a whole number" : "must be a number" };
  if (typeof value === "string" && !isExact(read)) return { problem: "is too large a number" };
  if (type === "integer" && !Number.isInteger(read)) return { problem: "must be a whole number" };
  const isInside = read >= numberOr(schema["minimum"], -Infinity) && read <= numberOr(schema["maximum"], Infinity);
  return isInside ? { value: read } : { problem: "is out of range" };
}

function isExact(number: number): boolean {
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

/** No leading zeros: 007 is a name, not the number 7. */
const plainNumber = /^[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?$/;
const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Names of types in schemas that were written by hand or come from other languages. */
export const typeSynonyms: ReadonlyMap<string, string> = new Map([
  ...["float", "double", "decimal", "float32", "float64"].map((name) => [name, "number"] as const),
  ...["int", "long", "short", "uint"].map((name) => [name, "integer"] as const),
  ...["8", "16", "32", "64"].flatMap((size) => [
    [`int${size}`, "integer"] as const,
    [`uint${size}`, "integer"] as const,
  ]),
  ["bool", "boolean"],
  ["str", "string"],
  ["dict", "object"],
  ["list", "array"],
]);
