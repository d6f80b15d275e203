import { isRecord } from "./schema.js";
import type { OfferedTool } from "./types.js";

/** The offered tools, to be found by what models call them. */
export interface Toolbox {
  readonly tools: readonly OfferedTool[];
  readonly names: ReadonlySet<string>;
  /** Every parameter of every tool, and the words of the envelopes. */
  readonly keys: ReadonlySet<string>;
  /** The parameters that a tool of exactly this name declares. */
  parameters(name: string): ReadonlySet<string> | undefined;
  /** @returns The tool, and whether it was called by its own name (a `functions.` in front does not count). */
  find(name: string): { readonly tool: OfferedTool; readonly isExact: boolean } | undefined;
}

export function makeToolbox(tools: readonly OfferedTool[]): Toolbox {
  const byName = new Map<string, OfferedTool>();
  for (const tool of tools) if (tool.name !== "" && !byName.has(tool.name)) byName.set(tool.name, tool);
  const alikes = new Map<string, OfferedTool | undefined>();
  let keys: ReadonlySet<string> | undefined;
  return {
    tools,
    names: new Set(byName.keys()),
    get keys() {
      return (keys ??= keysOf(tools));
    },
    parameters(name) {
      const tool = byName.get(name);
      return tool && new Set(Object.keys(propertiesOf(tool)));
    },
    find(name) {
      const own = byName.get(name) ?? byName.get(bareName(name));
      if (own) return { tool: own, isExact: true };
      if (!alikes.has(name)) alikes.set(name, alikeTool(bareName(name), byName));
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
function alikeTool(name: string, byName: ReadonlyMap<string, OfferedTool>): OfferedTool | undefined {
  if (name.length > 100) return undefined;
  const plain = plainName(name);
  const last = plainName(name.split(/[./]|__/).pop() ?? "");
  const alike = [...byName.values()].filter((tool) => {
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

function keysOf(tools: readonly OfferedTool[]): ReadonlySet<string> {
  return new Set([...envelopeKeys, ...tools.flatMap((tool) => Object.keys(propertiesOf(tool)))]);
}

const envelopeKeys = [
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
];
