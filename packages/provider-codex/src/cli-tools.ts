import { isAbsolute, relative } from "node:path";
import type { Effect, TurnEvent } from "@aifactory/core";
import type { FileUpdate, Item } from "./cli-messages.js";

interface Tool {
  readonly name: string;
  readonly input: unknown;
  readonly effect: Effect;
  /** What it gave. */
  readonly output: string;
}

/** The call of a tool of its own; undefined when the item is none. */
export function toolCall(item: Item): TurnEvent | undefined {
  const tool = toolOf(item);
  if (!tool) return undefined;
  const { name, input, effect } = tool;
  return { type: "tool-call", call: { id: item.id ?? "", name, input }, effect };
}

/** What a tool gave, the files that it changed, and whether it was not allowed to. */
export function toolResult(item: Item, cwd: string): readonly TurnEvent[] {
  const { id: callId = "", status = "completed", changes = [] } = item;
  const { name, output = "" } = toolOf(item) ?? {};
  const isError = status !== "completed";
  return [
    { type: "tool-result", callId, text: output, isError },
    ...(status === "declined" ? [notice("permission-denied", `${name} was denied.`)] : []),
    ...(isError ? [] : changes.flatMap((change) => fileChanges(change, cwd))),
  ];
}

/** Something that a person should know. */
export function notice(code: string, message: string): TurnEvent {
  return { type: "notice", code, message };
}

/** Its items, by the names under which its model knows the tools. */
function toolOf(item: Item): Tool | undefined {
  const { status, query, path, changes } = item;
  switch (item.type ?? "") {
    case "commandExecution": {
      const { command: cmd, commandActions: actions = [], aggregatedOutput } = item;
      const isReading = actions.length > 0 && actions.every(({ type = "" }) => readings.has(type));
      const effect = isReading ? "read" : "execute";
      return { name: "exec_command", input: { cmd }, effect, output: aggregatedOutput ?? "" };
    }
    case "fileChange":
      return { name: "apply_patch", input: { changes }, effect: "write", output: status ?? "" };
    case "mcpToolCall": {
      const { server, tool, arguments: input, readOnlyHint, result, error } = item;
      const output = JSON.stringify(result ?? error ?? "");
      return { name: `${server}.${tool}`, input, effect: readOnlyHint ? "read" : "execute", output };
    }
    case "collabAgentToolCall":
      return { name: item.tool ?? "", input: item, effect: "execute", output: status ?? "" };
    case "webSearch":
      return { name: "web_search", input: { query }, effect: "read", output: "" };
    case "imageView":
      return { name: "view_image", input: { path }, effect: "read", output: "" };
    default:
      return undefined;
  }
}

/** What a command does, as Codex reads it. */
const readings: ReadonlySet<string> = new Set(["read", "listFiles", "search"]);

function fileChanges({ path = "", kind = {} }: FileUpdate, cwd: string): readonly TurnEvent[] {
  const { type, move_path: target } = kind;
  if (target) return [fileChange(path, "delete", cwd), fileChange(target, "add", cwd)];
  return [fileChange(path, type === "add" || type === "delete" ? type : "update", cwd)];
}

function fileChange(file: string, change: "add" | "update" | "delete", cwd: string): TurnEvent {
  const path = isAbsolute(file) ? relative(cwd, file) : file;
  if (path.startsWith("..") || isAbsolute(path)) {
    return notice("outside-folder", `It changed a file outside of its folder: ${file}`);
  }
  return { type: "file-change", path, change };
}
