import { isAbsolute, relative } from "node:path";
import { fieldsOf, listOf, type RpcValue, textOf } from "../json-rpc.js";
import type { Effect, TurnEvent } from "../types.js";

/** The tools that an agent uses in one turn. */
export interface AcpTools {
  /** What a `tool_call` or a `tool_call_update` means. */
  update(update: RpcValue): readonly TurnEvent[];
  /** A permission was given; some agents then say of the tool only how it ended. */
  permitted(toolCall: RpcValue): readonly TurnEvent[];
  readonly hasActed: () => boolean;
}

/** Kinds of tools: https://agentclientprotocol.com/protocol/v1/tool-calls#creating. Another one may do anything. */
const effects: { readonly [kind: string]: Effect } = {
  read: "read",
  search: "read",
  fetch: "read",
  think: "read",
  edit: "write",
  delete: "write",
  move: "write",
};

/** Follows the tools of a turn whose folder is `cwd`: a call is told when it runs, with its input whole. */
export function acpTools(cwd: string): AcpTools {
  /** What is known of each, by its id. */
  const known = new Map<string, RpcValue>();
  const told = new Set<string>();
  const ended = new Set<string>();

  const learn = (update: RpcValue): readonly [id: string, call: RpcValue] => {
    const id = textOf(update["toolCallId"]);
    const said = Object.entries(update).filter(([, value]) => value !== undefined && value !== null);
    const call = { ...known.get(id), ...Object.fromEntries(said) };
    known.set(id, call);
    return [id, call];
  };
  const tell = (id: string, call: RpcValue): readonly TurnEvent[] => {
    if (told.has(id)) return [];
    told.add(id);
    const { name, kind, title, rawInput } = call;
    const input = rawInput ?? { title, paths: pathsOf(call) };
    const effect = effects[textOf(kind)] ?? "execute";
    return [{ type: "tool-call", call: { id, name: textOf(name) || textOf(kind) || "other", input }, effect }];
  };
  return {
    hasActed: () => told.size > 0,
    permitted: (toolCall) => tell(...learn(toolCall)),
    update(update) {
      const [id, call] = learn(update);
      const { status = "pending" } = call;
      if (status === "pending" || ended.has(id)) return [];
      const calls = tell(id, call);
      if (status !== "completed" && status !== "failed") return calls;
      ended.add(id);
      const isError = status === "failed";
      const result = { type: "tool-result", callId: id, text: resultOf(call), isError } as const;
      return [...calls, result, ...(isError ? [] : changesOf(call, cwd))];
    },
  };
}

function resultOf({ content, rawOutput }: RpcValue): string {
  const texts = listOf(content).map((part) => textOf(fieldsOf(part["content"])["text"]));
  return texts.filter((text) => text !== "").join("\n") || textOf(rawOutput);
}

/** The files that a tool changed, as far as it shows them. */
function changesOf(call: RpcValue, cwd: string): readonly TurnEvent[] {
  const diffs = listOf(call["content"]).filter(({ type }) => type === "diff");
  if (call["kind"] === "delete") return pathsOf(call).map((path) => changeOf(path, "delete", cwd));
  // An empty old text is a new file, for agents that do not tell them apart.
  return diffs.map(({ path, oldText }) => changeOf(textOf(path), oldText ? "update" : "add", cwd));
}

function changeOf(changed: string, change: "add" | "update" | "delete", cwd: string): TurnEvent {
  const path = isAbsolute(changed) ? relative(cwd, changed) : changed;
  if (path.startsWith("..") || isAbsolute(path))
    return { type: "notice", code: "outside-folder", message: `It changed a file outside of its folder: ${changed}` };
  return { type: "file-change", path, change };
}

function pathsOf({ locations }: RpcValue): readonly string[] {
  return listOf(locations).map(({ path }) => textOf(path));
}
