import {
  hermesProtocol,
  morphXmlProtocol,
  qwen3CoderProtocol,
  type TCMProtocol,
  yamlXmlProtocol,
} from "@ai-sdk-tool/parser";
import { recoverToolCalls } from "@aifactory/core/recovery";
import { jsonrepair } from "jsonrepair";
import { schemas } from "./material.js";

/** A call as a contender reads it. */
export interface ReadCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** Something that reads calls out of a reply. */
export interface Contender {
  readonly name: string;
  read(text: string): readonly ReadCall[];
}

/** Ours, the strongest parser on npm with all of its protocols, and what many projects do by hand. */
export const contenders: readonly Contender[] = [
  { name: "recoverToolCalls", read: (text) => recoverToolCalls(text, schemas).calls },
  { name: "@ai-sdk-tool/parser", read: readWithProtocols },
  { name: "jsonrepair, first to last brace", read: readWithRepair },
];

const protocols: readonly TCMProtocol[] = [
  hermesProtocol(),
  qwen3CoderProtocol(),
  morphXmlProtocol(),
  yamlXmlProtocol(),
];
const functions = schemas.map(({ name, inputSchema }) => ({ type: "function" as const, name, inputSchema }));

/** Each protocol in turn: the first that finds a call wins, as if the right one had always been configured. */
function readWithProtocols(text: string): readonly ReadCall[] {
  for (const protocol of protocols) {
    const calls = protocol
      .parseGeneratedText({ text, tools: functions })
      .flatMap((part) => (part.type === "tool-call" ? [{ name: part.toolName, arguments: parsed(part.input) }] : []));
    if (calls.length > 0) return calls;
  }
  return [];
}

function readWithRepair(text: string): readonly ReadCall[] {
  const start = text.search(/[{[]/);
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  if (start < 0 || end < start) return [];
  try {
    return callsIn(parsed(jsonrepair(text.slice(start, end + 1))));
  } catch {
    return [];
  }
}

function callsIn(value: unknown): readonly ReadCall[] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (typeof value !== "object" || value === null || !("name" in value) || typeof value.name !== "string") return [];
  const { name } = value;
  const input: unknown = "arguments" in value ? value.arguments : "parameters" in value ? value.parameters : undefined;
  const isCall = schemas.some((tool) => tool.name === name) && input !== undefined;
  return isCall ? [{ name, arguments: typeof input === "string" ? parsed(input) : input }] : [];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
