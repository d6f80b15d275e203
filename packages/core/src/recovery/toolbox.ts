import { signatureOf } from "./signature.js";
import { noTools } from "./source.js";
import type { OfferedTool } from "./types.js";

/** The tool that is meant by a name, and whether it was called by its own (a `functions.` in front does not count). */
export function findTool(
  tools: readonly OfferedTool[],
  name: string,
): { readonly tool: OfferedTool; readonly isExact: boolean } | undefined {
  const exact = toolNamed(tools, name);
  if (exact) return { tool: exact, isExact: true };
  const bare = bareName(name);
  const own = toolNamed(tools, bare);
  if (own) return { tool: own, isExact: true };
  const alike = alikeTool(bare, tools);
  return alike && { tool: alike, isExact: false };
}

/** Whether a tool of exactly this name was offered. */
export function isTool(tools: readonly OfferedTool[], name: string): boolean {
  return toolNamed(tools, name) !== undefined;
}

/** Whether this may stand as a key in a call: a parameter of an offered tool, or a word of the envelopes. */
export function isKey(tools: readonly OfferedTool[], name: string): boolean {
  if (tools === noTools) return false;
  return envelopeKeys.has(name) || tools.some((tool) => signatureOf(tool.inputSchema).names.has(name));
}

/** The parameters that a tool declares; none at all may mean any. `undefined`: no such tool. */
export function parametersOf(tools: readonly OfferedTool[], name: string): ReadonlySet<string> | undefined {
  const tool = toolNamed(tools, name);
  return tool && signatureOf(tool.inputSchema).names;
}

function toolNamed(tools: readonly OfferedTool[], name: string): OfferedTool | undefined {
  if (name === "") return undefined;
  for (const tool of tools) if (tool.name === name) return tool;
  return undefined;
}

/** `functions.f:0`, `default_api.f`, `"f"`, `f()` and `f<|channel|>commentary` all mean f. */
function bareName(name: string): string {
  if (/^[\w-]*$/.test(name)) return name;
  return name
    .replace(/<[|｜][^]*/, "")
    .trim()
    .replace(/^(["'`])(.*)\1$/, "$2")
    .replace(/^(?:functions?|tools?|default_api|tool_call)[.:/]/, "")
    .replace(/(?:[:.]\d{1,3}|\(\))$/, "");
}

/** The one tool whose name differs only in case and separators, or only in the name of a server in front. */
function alikeTool(name: string, tools: readonly OfferedTool[]): OfferedTool | undefined {
  if (name.length > 100) return undefined;
  const plain = plainName(name);
  const last = /[./]|__/.test(name) ? plainName(name.split(/[./]|__/).pop() ?? "") : plain;
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
  const low = name.toLowerCase();
  return /^[a-z\d]*$/.test(low) ? low : low.replaceAll(/[^\p{L}\p{N}]/gu, "");
}

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
