import type { AgentDialect, AgentLine, Scene, SceneFault, SceneStop } from "../src/testing/index.js";

/** An agent that speaks the Agent Client Protocol, for `sceneProgram`. */
export interface AcpDialect {
  /** Whether it waits for `authenticate`. Default: no. */
  readonly hasLogin?: boolean;
  /** Whether it asks before it uses a tool; what it then does is told only when it is done. Default: no. */
  readonly asks?: boolean;
  /** What stands in the answer to `session/new` besides. */
  readonly session?: (scene: Scene) => object;
  /** What stands in the answer to `session/prompt` besides. */
  readonly result?: (scene: Scene) => object;
  /** The error that it answers the prompt with. */
  readonly error: (fault: SceneFault) => object;
}

/** Makes the dialect of such an agent. */
export function acpDialect({ hasLogin = false, asks = false, session, result, error }: AcpDialect): AgentDialect {
  // The ids of the client are numbers in order.
  const promptId = hasLogin ? 4 : 3;
  const answer = (said: object): AgentLine => line({ id: promptId, ...said });
  return {
    input: "dialogue",
    begin: (scene) => [
      { hears: "initialize", answers: { result: { protocolVersion: 1, agentCapabilities: {}, authMethods: [] } } },
      ...(hasLogin ? [{ hears: "authenticate", answers: { result: {} } }] : []),
      { hears: "session/new", answers: { result: { sessionId: "s-1", ...session?.(scene) } } },
      { hears: "session/prompt" },
    ],
    part(part) {
      const { type } = part;
      if (type === "text") return { before: part.chunks.map((text) => chunk("agent_message_chunk", text)) };
      if (type === "thinking") return { before: part.chunks.map((text) => chunk("agent_thought_chunk", text)) };
      if (type === "malformed") return { before: ['{"jsonrpc":"2.0","method":"session/upd'] };
      if (type !== "write" && type !== "run") return { before: [update({ sessionUpdate: "song", la: "la la" })] };
      const kind = type === "write" ? "edit" : "execute";
      const diff = type === "write" && { type: "diff", path: part.path, oldText: null, newText: part.text };
      const about = { toolCallId: part.id, title: `To ${type}`, kind };
      const options = [
        { optionId: "always", name: "Always", kind: "allow_always" },
        { optionId: "once", name: "Once", kind: "allow_once" },
      ];
      const question = { sessionId: "s-1", options, toolCall: { ...about, status: "pending" } };
      return {
        before: [
          asks
            ? line({ id: part.id, method: "session/request_permission", params: question })
            : update({ sessionUpdate: "tool_call", ...about, status: "in_progress" }),
        ],
        after: [
          update({ sessionUpdate: "tool_call_update", ...about, status: "completed", content: diff ? [diff] : [] }),
        ],
      };
    },
    end: (scene) => [answer({ result: { stopReason: stops[scene.stop ?? "stop"], ...result?.(scene) } })],
    fault: (fault) => ({ lines: [answer({ error: error(fault) })], exitCode: 0 }),
  };
}

const stops: { readonly [stop in SceneStop]: string } = {
  stop: "end_turn",
  "tool-calls": "end_turn",
  length: "max_tokens",
  "content-filter": "refusal",
  pause: "end_turn",
};

function chunk(sessionUpdate: string, text: string): string {
  return update({ sessionUpdate, content: { type: "text", text } });
}

function update(said: object): string {
  return line({ method: "session/update", params: { sessionId: "s-1", update: said } });
}

function line(message: object): string {
  return JSON.stringify({ jsonrpc: "2.0", ...message });
}
