import { isRecord } from "./schema.js";
import type { JsonSchema } from "../types.js";
import type { Words } from "./source.js";
import type { OfferedTool } from "./types.js";

/** The offered tools, to be found by what models call them. */
export interface Toolbox extends Words {
  readonly tools: readonly OfferedTool[];
  /** @returns The tool, and whether it was called by its own name (a `functions.` in front does not count). */
  find(name: string): { readonly tool: OfferedTool; readonly isExact: boolean } | undefined;
}

export function makeToolbox(tools: readonly OfferedTool[]): Toolbox {
  const own = (name: string): OfferedTool | undefined =>
    name === "" ? undefined : tools.find((tool) => tool.name === name);
  let alikes: Map<string, OfferedTool | undefined> | undefined;
  return {
    tools,
    isTool: (name) => own(name) !== undefined,
    isKey: (name) => envelopeKeys.has(name) || tools.some((tool) => parametersOf(tool).has(name)),
    parameters(name) {
      const tool = own(name);
      return tool && parametersOf(tool);
    },
    find(name) {
      const exact = own(name) ?? own(bareName(name));
      if (exact) return { tool: exact, isExact: true };
      alikes ??= new Map();
      if (!alikes.has(name)) alikes.set(name, alikeTool(bareName(name), tools));
      const alike = alikes.get(name);
      return alike && { tool: alike, isExact: false };
    },
  };
}

/** `functions.f:0`, `default_api.f`, `"f"`, `f()` and `f<|channel|>commentary` all mean f. */
function bareName(name: string): string {
  return name
    .split(/<[|｜]/)[0]!
    .trim()
    .replace(/^(["'`])(.*)\1$/, "$2")
    .replace(/^(?:functions?|tools?|default_api|tool_call)[.:/]/, "")
    .replace(/(?:[:.]\d{1,3}|\(\))$/, "");
}

/** The one tool whose name differs only in case and separators, or only in the name of a server in front. */
function alikeTool(name: string, tools: readonly OfferedTool[]): OfferedTool | undefined {
  if (name.length > 100) return undefined;
  const plain = plainName(name);
  const last = plainName(name.split(/[./]|__/).pop() ?? "");
  const alike = tools.filter((tool) => {
    const own = plainName(tool.name);
    return (
      own !== "" &&
      (own === plain ||
        own === last ||
        (tool.name.includes("__") && plainName(tool.name.split("__").pop() ?? "") === plain))
    );
  });
  return alike.length === 1 ? alike[0] : undefined;
}

/** Lower case, without anything but letters and digits. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** The declared parameters of a tool. */
export function propertiesOf(tool: OfferedTool): { readonly [name: string]: unknown } {
  const properties = tool.inputSchema["properties"];
  return isRecord(properties) ? properties : {};
}

function parametersOf(tool: OfferedTool): ReadonlySet<string> {
  let names = parameterNames.get(tool.inputSchema);
  if (!names) parameterNames.set(tool.inputSchema, (names = new Set(Object.keys(propertiesOf(tool)))));
  return names;
}

/** Schemas stay the same from reply to reply. */
const parameterNames = new WeakMap<JsonSchema, ReadonlySet<string>>();
const envelopeKeys: ReadonlySet<string> = new Set([
  "name",
  "tool",
  "tool_name",
  "function",
  "action",
  "arguments",
  "parameters",
  "args",
  "params",
  "input",
  "action_input",
  "id",
  "type",
  "tool_call_id",
]);
