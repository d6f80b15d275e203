import { cliAgent } from "../src/cli-agent.js";
import { errorData } from "../src/errors.js";
import { type AgentDialect, canaryKey, type OpenStage, sceneProgram, type Stage } from "../src/testing/index.js";
import type { Provider, TurnEvent, TurnRequest } from "../src/types.js";

/** An agent that does not exist: it prints JSON, a line each. */
export const dialect: AgentDialect = {
  input: "whole",
  begin: ({ servedModel = "agent-1" }) => [line({ type: "begin", model: servedModel })],
  part(part) {
    if (part.type === "text") return { before: part.chunks.map((text) => line({ type: "say", text })) };
    if (part.type === "thinking") return { before: part.chunks.map((text) => line({ type: "think", text })) };
    if (part.type === "malformed") return { before: ['{"type": "say", "te'] };
    if (part.type === "write" || part.type === "run") {
      const { type, id } = part;
      const about = part.type === "write" ? { path: part.path } : { command: part.command };
      return {
        before: [line({ type: "tool", tool: type, id, ...about })],
        after: [line({ type: "did", id, ...about })],
      };
    }
    return { before: [line({ type: "sing", text: "la la la" })] };
  },
  end: ({ usage }) => [line({ type: "end", usage })],
  fault: ({ kind, words = "", retryAfterSeconds }) => ({
    lines: [line({ type: "error", error: kind, words, retryAfterSeconds })],
    exitCode: 1,
  }),
};

function line(value: object): string {
  return JSON.stringify(value);
}

/** Opens that agent, driven by whatever makes a provider of its program. */
export const openAgent =
  (make: (path: string) => Provider): OpenStage =>
  async (scenes): Promise<Stage> => {
    const program = await sceneProgram(dialect, scenes);
    return {
      provider: make(program.path),
      model: "agent-1",
      close: program.remove,
      requests: () =>
        program.runs().map(({ arguments: words, input }) => {
          const [system = "", ...rest] = input.split("\n\n");
          return {
            model: words.at(-1) ?? "",
            system,
            messages: [{ role: "user", text: rest.join("\n\n") }],
            tools: [],
          };
        }),
    };
  };

/** Its provider, made with `cliAgent`. */
export const agentProvider = (path: string): Provider =>
  cliAgent({
    name: "agent",
    command: ({ model, system, messages }) => ({
      command: path,
      args: ["--model", model],
      input: `${system}\n\n${messages.map(({ text }) => text).join("\n\n")}`,
    }),
    read: readAgent,
  });

/** What a line of it means. */
export function readAgent(request: TurnRequest): (line: string) => readonly TurnEvent[] {
  let text = "";
  let servedModel = request.model;
  const finish = (reason: "stop" | "error", more: object): TurnEvent => ({
    type: "finish",
    reason: { unified: reason, raw: reason },
    message: { role: "assistant", text, calls: [] },
    servedModel,
    ...more,
  });
  return (said) => {
    const frame = parsed(said);
    switch (frame?.type) {
      case "begin":
        servedModel = frame.model;
        return [];
      case "say":
        text += frame.text;
        return [{ type: "text", text: frame.text }];
      case "think":
        return [{ type: "thinking", text: frame.text }];
      case "tool": {
        const { id, tool, path, command } = frame;
        const effect = tool === "write" ? "write" : "execute";
        return [{ type: "tool-call", call: { id, name: tool, input: { path, command } }, effect }];
      }
      case "did": {
        const change = { type: "file-change", path: frame.path, change: "add" } as const;
        return [{ type: "tool-result", callId: frame.id, text: "", isError: false }, ...(frame.path ? [change] : [])];
      }
      case "error": {
        const code = frame.error === "refused" ? "network" : frame.error;
        const { words = "", retryAfterSeconds: seconds } = frame;
        const message = `${request.model}: ${frame.error}. ${words.replaceAll(canaryKey, "[key]")}`;
        return [
          finish("error", {
            error: errorData(code, message, { ...(seconds && { retryAfterMs: seconds * 1_000 }) }),
          }),
        ];
      }
      case "end":
        return [
          ...(frame.usage ? [{ type: "usage", counts: "turn", usage: frame.usage } as const] : []),
          finish("stop", {}),
        ];
      default:
        return [{ type: "raw", value: frame ?? said }];
    }
  };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
