import type { Usage } from "@aifactory/core";
import {
  type AgentDialect,
  type AgentLine,
  canaryKey,
  type OpenStage,
  type SceneFault,
  type ScenePart,
  sceneProgram,
  textOf,
} from "@aifactory/core/testing";
import { cli } from "../src/index.js";

/** The model of the stage. */
export const model = "gpt-5.5";

const threadId = "01a20d9d-da96-7852-83e0-1689bbb5b0ba";
const turnId = "01a20d9d-dab0-7bd1-a2ca-f8c2cb52cd9d";

/** The protocol of `codex app-server`, as recorded in `fixtures`. */
export const dialect: AgentDialect = {
  input: "dialogue",
  begin: ({ servedModel }) => [
    { hears: "initialize", answers: { result: { userAgent: "aifactory/0.169.0", codexHome: "/scratch/codex" } } },
    { hears: "thread/start", answers: { result: { thread: { id: threadId, ephemeral: true }, model } } },
    { hears: "turn/start", answers: { result: { turn: { id: turnId, items: [], status: "inProgress" } } } },
    ...(servedModel === undefined
      ? []
      : [tells("model/rerouted", { fromModel: model, toModel: servedModel, reason: "highRiskCyberActivity" })]),
  ],
  part(part) {
    if (part.type === "text") return { before: spoken("agentMessage", part.chunks) };
    if (part.type === "thinking") return { before: spoken("reasoning", part.chunks) };
    if (part.type === "write" || part.type === "run") {
      const item = itemOf(part);
      return {
        before: [tells("item/started", { item: { ...item, status: "inProgress" } })],
        after: [tells("item/completed", { item: { ...item, status: "completed" } })],
      };
    }
    return { before: [part.type === "malformed" ? '{"method": "item/sta' : tells("song/sung", { la: "la la" })] };
  },
  end: (scene) => [
    ...spent(scene.usage),
    ended({ status: "completed", error: null, items: [{ type: "agentMessage", text: textOf(scene) }] }),
  ],
  fault(fault) {
    const error = troubleOf(fault);
    const { words = "", kind } = fault;
    const again = { message: "Reconnecting... 1/2", additionalDetails: words };
    const lines = [
      ...(kind === "auth" ? [tells("error", { error: { ...error, ...again }, willRetry: true })] : []),
      tells("error", { error, willRetry: false }),
      ended({ status: "failed", error, items: [] }),
    ];
    // However the turn ends: it exits when its input does.
    return { lines, exitCode: 0 };
  },
};

/** What 0.169.0 says to each answer of the endpoint: recorded. */
function troubleOf({ kind, words, retryAfterSeconds: seconds }: SceneFault): object {
  const [codexErrorInfo, said] = troubles[kind] ?? [{ httpConnectionFailed: { httpStatusCode: null } }, unreachable];
  const delay = seconds === undefined ? "" : ` Please try again in ${seconds}s.`;
  return { message: `${words ?? said}${delay}`, codexErrorInfo, additionalDetails: null, misalignment: null };
}

const unreachable = "Connection failed: error sending request";

const troubles: { readonly [kind: string]: readonly [info: unknown, said: string] } = {
  auth: [{ httpConnectionFailed: { httpStatusCode: 401 } }, "unexpected status 401 Unauthorized"],
  "rate-limit": ["rateLimitExceeded", "rate limit exceeded: Rate limit reached."],
  quota: ["usageLimitExceeded", "Quota exceeded. Check your plan and billing details."],
  "server-error": ["internalServerError", "We’re currently experiencing high demand."],
  overloaded: ["serverOverloaded", "Selected model is at capacity. Please try a different model."],
  "context-overflow": ["contextWindowExceeded", "Codex ran out of room in the model's context window."],
  "unknown-model": ["modelNotFound", "The model does not exist."],
};

function tells(method: string, params: object): string {
  return JSON.stringify({ method, params: { threadId, turnId, ...params }, emittedAtMs: 1_795_524_778_638 });
}

function ended(turn: object): AgentLine {
  return tells("turn/completed", { turn: { id: turnId, ...turn } });
}

/** An item that is streamed and then told whole. */
function spoken(type: "agentMessage" | "reasoning", chunks: readonly string[]): readonly AgentLine[] {
  const id = `${type}_1`;
  const whole = chunks.join("");
  const method = type === "reasoning" ? "item/reasoning/summaryTextDelta" : "item/agentMessage/delta";
  const said = type === "reasoning" ? { summary: [whole], content: [] } : { text: whole };
  return [
    tells("item/started", { item: { type, id, text: "" } }),
    ...chunks.map((delta) => tells(method, { itemId: id, delta })),
    tells("item/completed", { item: { type, id, ...said } }),
  ];
}

/** The program names files by their whole path, which a scene does not know: the fixtures have such ones. */
function itemOf(part: Extract<ScenePart, { type: "write" | "run" }>): object {
  const { id } = part;
  if (part.type === "run") return { type: "commandExecution", id, command: part.command, aggregatedOutput: "" };
  return { type: "fileChange", id, changes: [{ path: part.path, kind: { type: "add" }, diff: part.text }] };
}

/** Told after each request to the model, with the total so far: here of two, the first of which counted half. */
function spent(usage: Usage | undefined): readonly AgentLine[] {
  if (!usage) return [];
  const { inputTokens = 0, outputTokens = 0 } = usage;
  const counts = (share: number): object => ({ inputTokens: inputTokens * share, outputTokens: outputTokens * share });
  return [0.5, 1].map((share) =>
    tells("thread/tokenUsage/updated", { tokenUsage: { total: counts(share), last: counts(0.5) } }),
  );
}

interface Heard {
  readonly params?: { readonly model?: string; readonly input?: readonly { readonly text: string }[] };
}

/** Opens the provider on a program that plays the scenes. */
export const openCli: OpenStage = async (scenes) => {
  const program = await sceneProgram(dialect, scenes);
  return {
    provider: cli({ program: program.path, billing: "key", apiKey: canaryKey }),
    model,
    close: program.remove,
    requests: () =>
      program.runs().map(({ input }) => {
        const heard = input
          .split("\n")
          .filter((line) => line !== "")
          .map((line): Heard => JSON.parse(line));
        const [asked = ""] = heard.flatMap(({ params }) => params?.model ?? []);
        const texts = heard.flatMap(({ params }) => params?.input ?? []);
        return {
          model: asked,
          system: "",
          messages: texts.map(({ text }) => ({ role: "user", text })),
          tools: [],
        };
      }),
  };
};
