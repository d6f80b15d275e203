import { canaryKey, calls, sceneServer, says, type Scene, thinks } from "@aifactory/core/testing";
import type { Message, TurnEvent, TurnRequest } from "@aifactory/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import codex, { type CodexOptions } from "../src/index.js";
import { chatProtocol } from "./chat-protocol.js";
import { responsesProtocol } from "./responses-protocol.js";

const hello: Message = { role: "user", text: "Hello." };
const readFile = {
  name: "read_file",
  description: "Reads a file.",
  inputSchema: {
    type: "object",
    properties: { path: { type: "string" } },
    required: ["path"],
    additionalProperties: false,
  },
};
const thoughtful: Scene = {
  id: "thoughtful",
  parts: [thinks("I need a.", "sig-1"), says("I read."), calls("call_a", "read_file", { path: "a" })],
};
const done: Scene = { id: "done", parts: [says("Done.")] };

afterEach(() => vi.unstubAllEnvs());

async function take(options: CodexOptions, changes: Partial<TurnRequest> = {}) {
  const events: TurnEvent[] = [];
  const request: TurnRequest = {
    model: "gpt-6-sol",
    system: "Be careful.",
    messages: [hello],
    tools: [readFile],
    cwd: "/somewhere",
    signal: new AbortController().signal,
    ...changes,
  };
  for await (const event of codex(options).turn(request)) events.push(event);
  const finish = events.at(-1);
  if (finish?.type !== "finish") throw new Error("No finish.");
  return { events, finish };
}

/** Takes a turn for each scene, each with the whole conversation before it; gives what came over the wire. */
async function talk(api: "responses" | "chat", scenes: readonly Scene[], changes: Partial<TurnRequest> = {}) {
  const protocol = api === "chat" ? chatProtocol : responsesProtocol;
  const server = await sceneServer<never>(protocol, scenes);
  try {
    const messages: Message[] = [hello];
    for (let turn = 0; turn < scenes.length; turn++) {
      const options: CodexOptions = { api, baseURL: `${server.url}/v1`, apiKey: canaryKey };
      const { finish } = await take(options, { ...changes, messages: [...messages] });
      expect(finish.error).toBeUndefined();
      messages.push(JSON.parse(JSON.stringify(finish.message)));
      for (const { id, name } of finish.message.calls)
        messages.push({ role: "tool", callId: id, name, text: "text of a", isError: false });
    }
    return server.received().map(({ body }) => body as { [field: string]: unknown });
  } finally {
    await server.close();
  }
}

describe("the key", () => {
  it("is read with the turn, and its absence is an error that says what to type", async () => {
    vi.stubEnv("OPENAI_API_KEY", "");
    vi.stubEnv("OPENAI_BASE_URL", "");
    const { finish } = await take({});
    expect(finish.error).toMatchObject({ code: "auth", retryable: false });
    expect(finish.error?.message).toContain("export OPENAI_API_KEY=");
  });

  it("comes from the environment when no option gives it", async () => {
    const server = await sceneServer(responsesProtocol, [done]);
    vi.stubEnv("OPENAI_API_KEY", canaryKey);
    vi.stubEnv("OPENAI_BASE_URL", `${server.url}/v1`);
    const { finish } = await take({});
    await server.close();
    expect(finish.message.text).toBe("Done.");
  });

  it("is not needed by a server on this machine", async () => {
    vi.stubEnv("OPENAI_API_KEY", "");
    const server = await sceneServer(chatProtocol, [done]);
    const { finish } = await take({ api: "chat", baseURL: `${server.url}/v1` });
    await server.close();
    // The scene server wants one, so it was asked.
    expect(finish.error).toMatchObject({ code: "auth", status: 401 });
  });
});

describe("a request of the Responses API", () => {
  it("stores nothing and gives the reply's own items back as they came", async () => {
    const [first, second] = await talk("responses", [thoughtful, done], { effort: "max" });
    expect(first).toMatchObject({
      store: false,
      stream: true,
      include: ["reasoning.encrypted_content"],
      reasoning: { effort: "max" },
    });
    expect(first?.["tools"]).toMatchObject([{ type: "function", name: "read_file", strict: true }]);
    expect(second?.["prompt_cache_key"]).toBe(first?.["prompt_cache_key"]);
    expect(second?.["input"]).toMatchObject([
      { role: "user" },
      { type: "reasoning", id: "rs_thoughtful_0", encrypted_content: expect.stringMatching(/^gAAAA/) },
      { type: "message", id: "msg_thoughtful_1", phase: null },
      { type: "function_call", id: "fc_thoughtful_2", call_id: "call_a" },
      { type: "function_call_output", call_id: "call_a", output: "text of a" },
    ]);
  });

  it("has another cache key for another worktree, and never its path", async () => {
    const [here] = await talk("responses", [done]);
    const [there] = await talk("responses", [done], { cwd: "/elsewhere" });
    expect(here?.["prompt_cache_key"]).not.toBe(there?.["prompt_cache_key"]);
    expect(JSON.stringify(here)).not.toContain("somewhere");
  });

  it("asks no reasoning of a model that does not reason", async () => {
    const [body] = await talk("responses", [done], { model: "gpt-4.1", effort: "high" });
    expect(body).not.toHaveProperty("include");
    expect(body).not.toHaveProperty("reasoning");
  });
});

describe("a request for chat completions", () => {
  it("gives the thought back under the name it came with, and has what old servers know", async () => {
    const [first, second] = await talk("chat", [thoughtful, done], { maxOutputTokens: 100 });
    expect(first).toMatchObject({ max_tokens: 100, stream_options: { include_usage: true } });
    expect(JSON.stringify(first?.["tools"])).not.toContain("strict");
    expect(second?.["messages"]).toMatchObject([
      { role: "system", content: "Be careful." },
      { role: "user" },
      { role: "assistant", content: "I read.", reasoning_content: "I need a.", tool_calls: [{ id: "call_a" }] },
      { role: "tool", tool_call_id: "call_a", content: "text of a" },
    ]);
  });
});
