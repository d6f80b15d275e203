import { isKey, isTool } from "./toolbox.js";
import { isRecord } from "./signature.js";
import { type Source } from "./source.js";
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
    const calls: NamedInput[] = [];
    for (const item of value as unknown[]) {
      const inner = callsIn(item, source, strength, depth + 1);
      if (inner === undefined && strength === "bare") return undefined;
      for (const call of inner ?? []) calls.push(call);
    }
    return calls.length > 0 ? calls : undefined;
  }
  if (!isRecord(value)) return undefined;
  const parts = partsOf(value);
  const inner = parts.isWrapper ? innerCalls(value, source, strength, depth) : undefined;
  if (inner !== undefined) return inner;
  const call = namedInput(value, parts, source, strength);
  return call && [call];
}

/** Which of the keys of an object say what, found in one walk over them. */
interface Parts {
  readonly isWrapper: boolean;
  readonly isDone: boolean;
  readonly nameKey: string | undefined;
  readonly inputKey: string | undefined;
}

function partsOf(value: Json): Parts {
  let isWrapper = false;
  let isDone = false;
  let nameRank = nameKeys.length;
  let inputRank = inputKeys.length;
  for (const key in value) {
    const role = roles.get(key);
    if (role === undefined) continue;
    if (role.isWrapper) isWrapper = true;
    if (role.isDone) isDone = true;
    if (role.nameRank < nameRank && typeof value[key] === "string") nameRank = role.nameRank;
    if (role.inputRank < inputRank && value[key] !== null) inputRank = role.inputRank;
  }
  return { isWrapper, isDone, nameKey: nameKeys[nameRank], inputKey: inputKeys[inputRank] };
}

function innerCalls(value: Json, source: Source, strength: Strength, depth: number): readonly NamedInput[] | undefined {
  if (Array.isArray(value["tool_calls"])) return callsIn(value["tool_calls"], source, strength, depth + 1);
  for (const key of ["tool_call", "function_call", "function"]) {
    const inner = value[key];
    if (isRecord(inner) && !("parameters" in value)) return callsIn(inner, source, strength, depth + 1);
  }
  return undefined;
}

function namedInput(
  value: Json,
  { isDone, nameKey, inputKey }: Parts,
  source: Source,
  strength: Strength,
): NamedInput | undefined {
  // A record of a call that was made has its outcome beside it.
  if (isDone) return undefined;
  if (nameKey === undefined) return strength === "marked" ? keyedInput(value, source) : undefined;
  const name = String(value[nameKey]);
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
  return entry && others.length === 0 && isTool(source.tools, entry[0]) && isRecord(entry[1])
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
  if (!isTool(source.tools, name)) return strength === "marked" ? { name, input: {}, isFlat: true } : undefined;
  const rest = Object.entries(value).filter(([key]) => key !== nameKey && !ignoredKeys.has(key));
  if (strength !== "marked" && (rest.length === 0 || rest.some(([key]) => !isKey(source.tools, key)))) return undefined;
  return { name, input: Object.fromEntries(rest), isFlat: true };
}

/** A tool's own schema has a name and parameters too. */
function isDeclaration(value: Json, input: unknown): boolean {
  if (!isRecord(input)) return false;
  if (isRecord(input["properties"]) && (input["type"] === "object" || "required" in input)) return true;
  return typeof value["description"] === "string" && "parameters" in value;
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
const wrapperKeys: ReadonlySet<string> = new Set(["tool_calls", "tool_call", "function_call", "function"]);

interface Role {
  readonly isWrapper: boolean;
  readonly isDone: boolean;
  readonly nameRank: number;
  readonly inputRank: number;
}

/** What a key may say; a lower rank is asked first. */
const roles: ReadonlyMap<string, Role> = new Map(
  [...nameKeys, ...inputKeys, ...doneKeys, ...wrapperKeys].map((key) => [
    key,
    {
      isWrapper: wrapperKeys.has(key),
      isDone: doneKeys.has(key),
      nameRank: rankIn(nameKeys, key),
      inputRank: rankIn(inputKeys, key),
    },
  ]),
);

function rankIn(keys: readonly string[], key: string): number {
  const rank = keys.indexOf(key);
  return rank < 0 ? Infinity : rank;
}
