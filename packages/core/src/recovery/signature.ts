import { isForbiddenKey } from "./forbidden.js";
import { type NamePattern, namePatterns } from "./schema-patterns.js";

/** What is asked of a schema of an object again and again, read once. */
export interface Signature {
  readonly properties: { readonly [name: string]: unknown };
  /** The names of the properties, also of those in the parts it is composed of. */
  readonly names: ReadonlySet<string>;
  readonly required: readonly string[];
  /** The properties of which nothing is wanted but their type, with that type: they need no closer look. */
  readonly plainTypes: ReadonlyMap<string, string>;
  /** It refers to another schema, or is composed of others. */
  readonly isComposed: boolean;
  /** What is said of properties that are not named. */
  readonly additional: unknown;
  readonly patterns: readonly NamePattern[];
}

/** The signature of a schema. Schemas stay the same from reply to reply, so it is kept as long as they are. */
export function signatureOf(schema: { readonly [key: string]: unknown }): Signature {
  let known = signatures.get(schema);
  if (!known) signatures.set(schema, (known = read(schema)));
  return known;
}

function read(schema: { readonly [key: string]: unknown }): Signature {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : [];
  const plainTypes = new Map<string, string>();
  for (const [name, property] of Object.entries(properties)) {
    const type = isRecord(property) && Object.keys(property).every((key) => annotations.has(key)) && property["type"];
    if (typeof type === "string" && !isForbiddenKey(name)) plainTypes.set(name, type);
  }
  return {
    properties,
    names: namesIn(schema, schema, 0),
    required: required.filter((name) => typeof name === "string"),
    plainTypes,
    isComposed: ["$ref", "allOf", "anyOf", "oneOf"].some((key) => key in schema),
    additional: schema["additionalProperties"],
    patterns: namePatterns(schema["patternProperties"]),
  };
}

function namesIn(schema: unknown, root: unknown, depth: number): Set<string> {
  const names = new Set<string>();
  if (!isRecord(schema) || depth > 4) return names;
  if (isRecord(schema["properties"])) for (const name of Object.keys(schema["properties"])) names.add(name);
  const parts = Array.isArray(schema["allOf"]) ? (schema["allOf"] as unknown[]) : [];
  const target = typeof schema["$ref"] === "string" ? [resolved(schema["$ref"], root)] : [];
  for (const part of [...parts, ...target]) for (const name of namesIn(part, root, depth + 1)) names.add(name);
  return names;
}

/** What a local reference points to; in its steps `~1` is a slash and `~0` a tilde (RFC 6901). */
export function resolved(reference: string, root: unknown): unknown {
  let place: unknown = root;
  for (const written of reference.replace(/^#\/?/, "").split("/")) {
    if (written === "") continue;
    const step = written.replaceAll("~1", "/").replaceAll("~0", "~");
    place = isRecord(place) && Object.hasOwn(place, step) ? place[step] : undefined;
  }
  return place;
}

/** Whether arguments fit their tool without a closer look: all that is required is there, and the rest has its plain type. */
export function fitsAsItStands(
  given: { readonly [name: string]: unknown },
  { required, plainTypes, isComposed }: Signature,
): boolean {
  if (isComposed) return false;
  for (const name in given) if (!isOfType(given[name], plainTypes.get(name))) return false;
  for (const name of required) if (!Object.hasOwn(given, name)) return false;
  return true;
}

/** Whether a value has a type as it is; lists, objects and types of other names need a closer look. */
export function isOfType(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isSafeInteger(value);
  return (
    typeof value === type && (type === "string" || type === "boolean" || (type === "number" && Number.isFinite(value)))
  );
}

/** An object that is no list. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const signatures = new WeakMap<object, Signature>();
/** Keys of a schema that ask nothing of a value. */
export const annotations: ReadonlySet<string> = new Set(["type", "description", "title", "default", "examples"]);
