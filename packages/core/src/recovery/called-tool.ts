import { renameArguments } from "./argument-names.js";
import { callsIn } from "./json-calls.js";
import { isRecord, signatureOf } from "./signature.js";
import type { Source } from "./source.js";
import { findTool, parametersOf } from "./toolbox.js";
import type { OfferedTool } from "./types.js";

/** The parameters of the tool that a key and its value name; `undefined`: they name none, or one that may have any. */
export function parametersBehind({ tools }: Source, key: string, value: string): ReadonlySet<string> | undefined {
  const parameters = nameKeys.has(key) ? parametersOf(tools, value) : undefined;
  return parameters?.size === 0 ? undefined : parameters;
}

/** Whether arguments have a key that the tool does not declare: where strings were guessed, it may be a piece of one. */
export function hasUndeclaredKey(value: unknown, source: Source): boolean {
  const { tools } = source;
  const named = callsIn(value, source, "marked");
  if (!named) return isRecord(value) && !tools.some((tool) => declares(tool, value));
  return named.some(({ name, input }) => {
    const tool = findTool(tools, name)?.tool;
    return tool !== undefined && isRecord(input) && !declares(tool, input);
  });
}

function declares(tool: OfferedTool, input: { readonly [name: string]: unknown }): boolean {
  const { names } = signatureOf(tool.inputSchema);
  return names.size === 0 || Object.keys(renameArguments(input, tool)).every((name) => names.has(name));
}

const nameKeys: ReadonlySet<string> = new Set(["name", "tool", "tool_name", "function", "function_name", "action"]);
