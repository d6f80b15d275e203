import { isAbsolute, relative } from "node:path";
import type { Effect, TurnEvent } from "@aifactory/core";
import { type Block, fieldsOf, type Line } from "./cli-lines.js";

/** What its tools do; a tool that is not here may do anything. */
const effects: { readonly [tool: string]: Effect } = {
  Read: "read",
  Glob: "read",
  Grep: "read",
  WebFetch: "read",
  WebSearch: "read",
  ToolSearch: "read",
  Edit: "write",
  Write: "write",
  NotebookEdit: "write",
};

/** The call of a tool of its own. */
export function toolCall({ id = "", name = "", input }: Block): TurnEvent {
  return { type: "tool-call", call: { id, name, input }, effect: effects[name] ?? "execute" };
}

/** What a tool gave, and the file that it changed. What else stands in the user's name is the program's own talk. */
export function toolResult(block: Block, line: Line, cwd: string): readonly TurnEvent[] {
  if (block.type !== "tool_result") return [{ type: "raw", value: block }];
  const { tool_use_id: callId = "", content, is_error: isError = false } = block;
  return [
    { type: "tool-result", callId, text: textOf(content), isError },
    ...(isError ? [] : fileChange(line.tool_use_result, cwd)),
  ];
}

function fileChange(result: unknown, cwd: string): readonly TurnEvent[] {
  const { type, filePath, notebook_path: notebook, structuredPatch } = fieldsOf(result);
  const changed = filePath ?? notebook;
  // Reading a file names one too, but has no patch.
  if (typeof changed !== "string" || (structuredPatch === undefined && notebook === undefined)) return [];
  const path = isAbsolute(changed) ? relative(cwd, changed) : changed;
  if (path.startsWith("..") || isAbsolute(path)) {
    return [{ type: "notice", code: "outside-folder", message: `It changed a file outside of its folder: ${changed}` }];
  }
  return [{ type: "file-change", path, change: type === "create" ? "add" : "update" }];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => fieldsOf(part)["text"])
    .filter((text) => typeof text === "string")
    .join("");
}
