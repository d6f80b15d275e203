import { isAbsolute, relative } from "node:path";
import type { Effect, TurnEvent } from "@aifactory/core";
import type { LineData } from "./lines.js";

/** What its tools do; a tool that is not here may do anything. */
const effects: { readonly [tool: string]: Effect } = {
  view: "read",
  grep: "read",
  glob: "read",
  web_fetch: "read",
  read_bash: "read",
  list_bash: "read",
  create: "write",
  edit: "write",
  apply_patch: "write",
};

const changes: { readonly [kind: string]: "add" | "delete" } = { create: "add", delete: "delete" };

/** The call of a tool of its own. */
export function toolCall({ toolCallId: id = "", toolName: name = "", arguments: input }: LineData): TurnEvent {
  return { type: "tool-call", call: { id, name, input }, effect: effects[name] ?? "execute" };
}

/** What a tool gave, the files that it changed, and whether it was not allowed to. */
export function toolResult(data: LineData, cwd: string): readonly TurnEvent[] {
  const { toolCallId: callId = "", success, result, error, fileEdits = [] } = data;
  const text = (success ? result?.content : error?.message) ?? "";
  return [
    { type: "tool-result", callId, text, isError: success !== true },
    ...(error?.code === "denied" ? [notice("permission-denied", `A tool was denied: ${text}`)] : []),
    ...fileEdits.map(({ path = "", kind = "" }) => fileChange(path, kind, cwd)),
  ];
}

/** Something that a person should know. */
export function notice(code: string, message: string): TurnEvent {
  return { type: "notice", code, message };
}

function fileChange(file: string, kind: string, cwd: string): TurnEvent {
  const path = isAbsolute(file) ? relative(cwd, file) : file;
  if (path.startsWith("..") || isAbsolute(path)) {
    return notice("outside-folder", `It changed a file outside of its folder: ${file}`);
  }
  return { type: "file-change", path, change: changes[kind] ?? "update" };
}
