import { isRecord } from "./schema.js";
import type { Source } from "./source.js";
import type { Strength } from "./types.js";

/** Name and arguments as they stand in a JSON value. */
export interface NamedInput {
  readonly name: string;
  readonly input: unknown;
  /** No key says which part the arguments are: they stand beside the name, or there are none. */
  readonly isFlat?: boolean;
}

type Json = { readonly [key: string]: unknown };

/**
 * The calls that a JSON value describes: `{name, arguments}` under any of its names, lists of them, and the envelopes around them.
 * `undefined`: it describes none. An item of a list that is no call makes a bare list plain data.
 */
export function callsIn(
  value: unknown,
  source: Source,
  strength: Strength,
  depth = 0,
): readonly NamedInput[] | undefined {
  if (depth > 4) return undefined;
  if (Array.isArray(value)) {
    const lists = (value as unknown[]).map((item) => callsIn(item, source, strength, depth + 1));
    if (strength === "bare" && lists.some((list) => list === undefined)) return undefined;
    const calls = lists.flatMap((list) => list ?? []);
    return calls.length > 0 ? calls : undefined;
  }
  if (!isRecord(value)) return undefined;
  const inner = innerCalls(value, source, strength, depth);
  if (inner !== undefined) return inner;
  const call = namedInput(value, source, strength);
  return call && [call];
}

function innerCalls(value: Json, source: Source, strength: Strength, depth: number): readonly NamedInput[] | undefined {
  if (Array.isArray(value["tool_calls"])) return callsIn(value["tool_calls"], source, strength, depth + 1);
  for (const key of ["tool_call", "function_call", "function"]) {
    const inner = value[key];
    if (isRecord(inner) && !("parameters" in value)) return callsIn(inner, source, strength, depth + 1);
  }
  return undefined;
}

function namedInput(value: Json, source: Source, strength: Strength): NamedInput | undefined {
  if (looksDone(value)) return undefined;
  const nameKey = nameKeys.find((key) => typeof value[key] === "string");
  if (nameKey === undefined) return strength === "marked" ? keyedInput(value, source) : undefined;
  const name = String(value[nameKey]);
  const inputKey = inputKeys.find((key) => key !== nameKey && key in value && value[key] !== null);
  if (inputKey === undefined && value["arguments"] === null && Object.keys(value).length === 2)
    return { name, input: {} };
  if (inputKey === undefined) return flatInput(value, nameKey, name, source, strength);
  const input = value[inputKey];
  if (isDeclaration(value, input)) return undefined;
  return { name, input };
}

/** `{"f": {...}}`: the name is the key. Only where a marker has said that this is a call. */
function keyedInput(value: Json, source: Source): NamedInput | undefined {
  const [entry, ...others] = Object.entries(value);
  return entry && others.length === 0 && source.words.isTool(entry[0]) && isRecord(entry[1])
    ? { name: entry[0], input: entry[1] }
    : undefined;
}

/** The arguments stand beside the name. Without a marker all of them must be parameters that some tool has. */
function flatInput(
  value: Json,
  nameKey: string,
  name: string,
  source: Source,
  strength: Strength,
): NamedInput | undefined {
  if (!source.words.isTool(name)) return strength === "marked" ? { name, input: {}, isFlat: true } : undefined;
  const rest = Object.entries(value).filter(([key]) => key !== nameKey && !ignoredKeys.has(key));
  if (strength !== "marked" && (rest.length === 0 || rest.some(([key]) => !source.words.isKey(key)))) return undefined;
  return { name, input: Object.fromEntries(rest), isFlat: true };
}

/** A tool's own schema has a name and parameters too. */
function isDeclaration(value: Json, input: unknown): boolean {
  if (!isRecord(input)) return false;
  if (isRecord(input["properties"]) && (input["type"] === "object" || "required" in input)) return true;
  return typeof value["description"] === "string" && "parameters" in value;
}

/** A record of a call that was made has its outcome beside it. */
function looksDone(value: Json): boolean {
  for (const key in value) if (doneKeys.has(key)) return true;
  return false;
}

const nameKeys = ["name", "tool_name", "tool", "function_name", "function", "action", "recipient_name"];
const inputKeys = [
  "arguments",
  "parameters",
  "args",
  "input",
  "params",
  "action_input",
  "tool_input",
  "tool_args",
  "kwargs",
];
const ignoredKeys: ReadonlySet<string> = new Set([
  "id",
  "type",
  "tool_call_id",
  "call_id",
  "index",
  "arguments",
  "parameters",
]);
const doneKeys: ReadonlySet<string> = new Set([
  "result",
  "output",
  "response",
  "status",
  "exit_code",
  "is_error",
  "duration_ms",
  "tool_result",
]);
