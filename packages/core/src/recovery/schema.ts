import { fitScalar, fitString, typeSynonyms } from "./schema-scalars.js";
import { structureIn, structureInText } from "./schema-text.js";
import { patternFor } from "./schema-patterns.js";
import { annotations, isOfType, isRecord, resolved, signatureOf } from "./signature.js";

/** A value as its schema wants it, or one clause on why it can't be. */
export type Fit = { readonly value: unknown } | { readonly problem: string };

/** What a value is fitted with: `isText` when it comes from a format that knows only text. */
export interface FitContext {
  readonly root: unknown;
  readonly isText: boolean;
  readonly depth: number;
  /** Steps that may still be taken: a schema that refers to itself from several variants would never come to an end. */
  readonly fuel: { left: number };
}

type Json = { readonly [key: string]: unknown };
type Schema = Json;
type RecordFit = { readonly value: Json } | { readonly problem: string };

/** Holds arguments against the schema of their tool: its own members first, then what it refers to or is composed of. */
export function fitArguments(record: Json, schema: Schema, context: FitContext): RecordFit {
  const own = fitRecord(record, schema, context);
  if ("problem" in own || !signatureOf(schema).isComposed) return own;
  const whole = fitValue(own.value, schema, context);
  if ("problem" in whole) return whole;
  return isRecord(whole.value) ? { value: whole.value } : own;
}

/**
 * Holds a value against JSON Schema and turns it only into what the schema names: `"5"` into 5 where an integer is wanted.
 * Read are type, enum, const, properties, required, additionalProperties, items, anyOf, oneOf, allOf, local $ref, bounds and lengths;
 * not read are pattern, format and conditions.
 */
export function fitValue(value: unknown, schema: unknown, context: FitContext): Fit {
  context.fuel.left -= 1;
  if (context.fuel.left < 0) return { problem: "could not be held against its schema" };
  if (!isRecord(schema) || context.depth > 40) return { value };
  if (isAsWanted(value, schema)) return { value };
  const inner = { root: context.root, isText: context.isText, depth: context.depth + 1, fuel: context.fuel };
  if (typeof schema["$ref"] === "string") return fitValue(value, resolved(schema["$ref"], context.root), inner);
  const parts = listOf(schema["allOf"]);
  if (parts.length > 0) {
    const { allOf: _, ...rest } = schema;
    return fitAll(value, [...parts, rest], inner);
  }
  const variants = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  if (variants.length > 0)
    return firstFit(
      value,
      variants.map((variant) => fitValue(value, variant, inner)),
      inner,
    );
  if (schema["const"] !== undefined) return fitListed(value, [schema["const"]]);
  if (Array.isArray(schema["enum"])) return fitListed(value, schema["enum"]);
  const types = typesOf(schema);
  if (types.length > 1)
    return firstFit(
      value,
      types.map((type) => fitType(value, schema, type, inner)),
      inner,
    );
  return fitType(value, schema, types[0], inner);
}

/** Most schemas are a type with a description, and most values have that type: a short cut for them. */
function isAsWanted(value: unknown, schema: Schema): boolean {
  if (!isOfType(value, schema["type"])) return false;
  for (const key in schema) if (!annotations.has(key)) return false;
  return true;
}

function fitAll(value: unknown, schemas: readonly unknown[], context: FitContext): Fit {
  let fitted = value;
  for (const schema of schemas) {
    const fit = fitValue(fitted, schema, context);
    if ("problem" in fit) return fit;
    fitted = fit.value;
  }
  return { value: fitted };
}

function fitType(value: unknown, schema: Schema, type: string | undefined, context: FitContext): Fit {
  if (type === "object") {
    const record = typeof value === "string" ? structureInText(value, context.isText) : value;
    return isRecord(record) ? fitRecord(record, schema, context) : { problem: "must be an object" };
  }
  // A part or a variant often names members without the type.
  if (type === undefined && isRecord(value)) return fitRecord(value, schema, context);
  if (type === "array") return fitArray(value, schema, context);
  if (type === "string") return fitString(value, schema);
  if (type === undefined && context.isText && typeof value === "string" && /^\s*(?:null|None)\s*$/.test(value))
    return { value: null };
  return fitScalar(value, schema, type);
}

/** Holds the members of an object against `properties`, `required` and `additionalProperties`. It is copied only if one of them changes. */
function fitRecord(record: Json, schema: Schema, context: FitContext): RecordFit {
  const { properties, required, plainTypes, additional, patterns } = signatureOf(schema);
  for (const name of required) if (!Object.hasOwn(record, name)) return { problem: `"${name}" is missing` };
  let fitted: Record<string, unknown> | undefined;
  for (const name of Object.keys(record)) {
    const value = record[name];
    if (isOfType(value, plainTypes.get(name))) continue;
    const isDeclared = Object.hasOwn(properties, name);
    const pattern = isDeclared || patterns.length === 0 ? undefined : patternFor(patterns, name);
    if (!isDeclared && !pattern && additional === false) return { problem: `"${name}" is not one of its arguments` };
    const fit = fitValue(value, isDeclared ? properties[name] : pattern ? pattern.schema : additional, context);
    if ("problem" in fit) return { problem: `"${name}" ${fit.problem}` };
    if (fit.value !== value) (fitted ??= { ...record })[name] = fit.value;
  }
  return { value: fitted ?? record };
}

function fitArray(value: unknown, schema: Schema, context: FitContext): Fit {
  const read = typeof value === "string" ? structureInText(value, context.isText) : value;
  const items = Array.isArray(read)
    ? (read as unknown[])
    : isRecord(read) && context.isText
      ? itemsOf(read)
      : context.isText
        ? [value]
        : undefined;
  if (!items) return { problem: "must be a list" };
  if (items.length < numberOr(schema["minItems"], 0) || items.length > numberOr(schema["maxItems"], Infinity))
    return { problem: "has the wrong number of items" };
  const fitted: unknown[] = [];
  for (const item of items) {
    const fit = fitValue(item, schema["items"], context);
    if ("problem" in fit) return { problem: `has an item that ${fit.problem}` };
    fitted.push(fit.value);
  }
  return { value: fitted };
}

/** XML has no lists: `{ item: [..] }` and `{ "0": .., "1": .. }` are how they are written. */
function itemsOf(record: { readonly [key: string]: unknown }): unknown[] {
  const keys = Object.keys(record);
  const [only] = keys;
  if (keys.length === 1 && only !== undefined && !/^\d+$/.test(only))
    return Array.isArray(record[only]) ? (record[only] as unknown[]) : [record[only]];
  return keys.every((key, index) => key === String(index)) ? Object.values(record) : [record];
}

/**
 * The variant that takes the value as it is, or else the first into which it can be turned.
 * Text between tags takes every other type before it stays text: `null` where null is allowed, `[1]` where a list is.
 */
function firstFit(value: unknown, fits: readonly Fit[], context: FitContext): Fit {
  const fitting = fits.filter((fit) => "value" in fit);
  // A single value is no list where text is possible as well.
  const isList = typeof value !== "string" || /^\s*\[/.test(value);
  const typed = context.isText
    ? fitting.filter((fit) => typeof fit.value !== "string" && (isList || !Array.isArray(fit.value)))
    : [];
  const toNull = typed.find((fit) => fit.value === null);
  return toNull ?? typed[0] ?? fitting.find((fit) => Object.is(fit.value, value)) ?? fitting[0] ?? fits[0] ?? { value };
}

function fitListed(value: unknown, listed: readonly unknown[]): Fit {
  const same = listed.filter((item) => Object.is(item, value) || JSON.stringify(item) === JSON.stringify(value));
  const close =
    same.length > 0 || typeof value !== "string"
      ? same
      : listed.filter((item) => String(item).toLowerCase() === value.trim().toLowerCase());
  // Objects and lists are written as text where there are only texts.
  const structure =
    close.length === 0 && typeof value === "string" && listed.some((item) => typeof item === "object")
      ? structureIn(value)
      : undefined;
  if (structure !== undefined) return fitListed(structure, listed);
  // Or one in quotation marks.
  const bare = close.length === 0 && typeof value === "string" ? quoted.exec(value)?.[1] : undefined;
  if (bare !== undefined) return fitListed(bare, listed);
  return close.length === 1 ? { value: close[0] } : { problem: `must be one of ${JSON.stringify(listed)}` };
}

function typesOf(schema: Schema): readonly string[] {
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  return types.filter((type): type is string => typeof type === "string").map((type) => typeSynonyms.get(type) ?? type);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** @returns `fallback` where there is no number. */
export function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

const quoted = /^\s*"([^"\\]*)"\s*$/;
