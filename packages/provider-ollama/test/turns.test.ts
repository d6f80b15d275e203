import { canaryKey, calls, type Scene, type SceneServer, says, sceneServer, thinks } from "@aifactory/core/testing";
import type { FinishEvent, Provider, TurnEvent, TurnRequest } from "@aifactory/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ollama, type OllamaOptions } from "../src/index.js";
import { type Installed, ollamaProtocol, usual } from "./server.js";

const done: Scene = {
  id: "done",
  parts: [says("Done.")],
  usage: { inputTokens: 900, outputTokens: 3 },
};
const servers: SceneServer[] = [];

async function open(scenes: readonly Scene[], options: OllamaOptions = {}, models: Installed = usual) {
  const server = await sceneServer(ollamaProtocol(models), scenes);
  servers.push(server);
  return { server, provider: ollama({ host: server.url, ...options }) };
}

async function take(provider: Provider, changes: Partial<TurnRequest> = {}): Promise<readonly TurnEvent[]> {
  const events: TurnEvent[] = [];
  const request: TurnRequest = {
    model: "qwen3-coder:30b",
    system: "",
    messages: [{ role: "user", text: "Hello." }],
    tools: [{ name: "read_file", description: "Reads.", inputSchema: { type: "object", properties: {} } }],
    cwd: "/nowhere",
    signal: new AbortController().signal,
    ...changes,
  };
  for await (const event of provider.turn(request)) events.push(event);
  return events;
}

const finishOf = (events: readonly TurnEvent[]): FinishEvent => {
  const last = events.at(-1);
  if (last?.type !== "finish") throw new Error("no finish");
  return last;
};

const sent = (server: SceneServer): Record<string, unknown>[] =>
  server.received().map(({ body }) => body as Record<string, unknown>);

beforeEach(() => {
  vi.stubEnv("OLLAMA_HOST", "127.0.0.1:1");
  vi.stubEnv("OLLAMA_API_KEY", "");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
});

describe("the window", () => {
  it("is sent with every turn, grows with the conversation and never shrinks", async () => {
    const { server, provider } = await open([done, done, done]);
    await take(provider);
    await take(provider, { messages: [{ role: "user", text: "word ".repeat(20_000) }] });
    await take(provider);
    const windows = sent(server).map(({ options }) => (options as { num_ctx: number }).num_ctx);
    expect(windows).toEqual([16_384, 65_536, 65_536]);
  });

  it("is the option's when there is one", async () => {
    const { server, provider } = await open([done], {
      contextTokens: 12_345,
      parameters: { temperature: 0 },
    });
    await take(provider, { maxOutputTokens: 77 });
    expect(sent(server)[0]?.["options"]).toEqual({
      temperature: 0,
      num_ctx: 12_345,
      num_predict: 77,
    });
  });

  it("ends at the model's, and the Modelfile's is kept", async () => {
    const models = {
      "small:1b": { capabilities: ["tools"], contextTokens: 8_192 },
      "set:1b": {
        contextTokens: 131_072,
        parameters: "temperature 1\nnum_ctx                        65536",
      },
    };
    const { server, provider } = await open([done, done], {}, models);
    await take(provider, { model: "small:1b" });
    await take(provider, { model: "set:1b" });
    expect(sent(server).map(({ options }) => options)).toEqual([{ num_ctx: 8_192 }, { num_ctx: 65_536 }]);
  });

  it("asks for an error instead of a silent cut, and for a loaded model", async () => {
    const { server, provider } = await open([done]);
    await take(provider);
    expect(sent(server)[0]).toMatchObject({ truncate: false, shift: false, keep_alive: "15m" });
  });

  it("a cut prompt is noticed", async () => {
    const { provider } = await open([{ ...done, usage: { inputTokens: 2_051, outputTokens: 3 } }]);
    const events = await take(provider, {
      messages: [{ role: "user", text: "word ".repeat(10_000) }],
    });
    const notice = events.find(({ type }) => type === "notice");
    expect(notice).toMatchObject({
      code: "prompt-cut",
      message: expect.stringContaining("2051 tokens"),
    });
    expect(finishOf(events).reason.unified).toBe("stop");
  });

  it("nothing is noticed when Ollama does not count", async () => {
    const { provider } = await open([{ id: "silent", parts: [says("Done.")] }]);
    const events = await take(provider, {
      messages: [{ role: "user", text: "word ".repeat(10_000) }],
    });
    expect(events.map(({ type }) => type)).toEqual(["text", "finish"]);
  });
});

describe("thinking", () => {
  const models = {
    "plain:1b": { capabilities: ["tools"] },
    "gpt-oss:20b": { capabilities: ["tools", "thinking"], family: "gptoss" },
    ...usual,
  };

  it.for([
    ["qwen3:8b", "none", false],
    ["qwen3:8b", "high", true],
    ["qwen3:8b", undefined, undefined],
    ["plain:1b", "high", undefined],
    ["gpt-oss:20b", "none", "low"],
    ["gpt-oss:20b", "medium", "medium"],
    ["gpt-oss:20b", "max", "high"],
  ] as const)("%s with effort %s", async ([model, effort, think]) => {
    const { server, provider } = await open([done], {}, models);
    await take(provider, { model, ...(effort && { effort }) });
    expect(sent(server)[0]?.["think"]).toBe(think);
  });

  it("goes back in its own field", async () => {
    const { server, provider } = await open([
      { id: "thinks", parts: [thinks("Hm."), calls("c", "read_file", {})] },
      done,
    ]);
    const { message } = finishOf(await take(provider));
    const result = {
      role: "tool",
      callId: message.calls[0]!.id,
      name: "read_file",
      text: "x",
      isError: false,
    } as const;
    await take(provider, { messages: [{ role: "user", text: "Hello." }, message, result] });
    const { messages } = server.received()[1]!.body as { messages: { role: string }[] };
    expect(messages[1]).toMatchObject({ role: "assistant", thinking: "Hm." });
    expect(messages[2]).toEqual({
      role: "tool",
      content: "x",
      tool_name: "read_file",
      tool_call_id: message.calls[0]!.id,
    });
  });
});

describe("calls", () => {
  it("get ids where an old server sends none", async () => {
    const two = [calls("", "read_file", { path: "a" }), calls("", "read_file", { path: "b" })];
    const { provider } = await open([{ id: "two", parts: two }]);
    const { message } = finishOf(await take(provider));
    expect(new Set(message.calls.map(({ id }) => id)).size).toBe(2);
    expect(message.calls.every(({ id }) => id.length > 5)).toBe(true);
  });

  it("that came whole before the stream broke are not passed on to be run", async () => {
    const cut: Scene = { id: "cut", parts: [calls("c", "read_file", {})], ending: "unfinished" };
    const { provider } = await open([cut]);
    const { error, message } = finishOf(await take(provider));
    expect(error?.code).toBe("cut-stream");
    expect(message.calls).toEqual([]);
  });
});

describe("what is wrong says what to type", () => {
  it("no server", async () => {
    const { error } = finishOf(await take(ollama({ host: "127.0.0.1:1" })));
    expect(error).toMatchObject({ code: "network", retryable: true });
    expect(error?.message).toContain("http://127.0.0.1:1 ");
    expect(error?.message).toContain("ollama serve");
  });

  it("no such model, with those called alike", async () => {
    const { server, provider } = await open([]);
    const { error } = finishOf(await take(provider, { model: "qwen3-codr:30b" }));
    expect(error).toMatchObject({ code: "unknown-model", retryable: false, status: 404 });
    expect(error?.message).toContain("qwen3-coder:30b, qwen3:8b");
    expect(error?.message).toContain("ollama pull qwen3-codr:30b");
    expect(server.received()).toEqual([]);
  });

  it("no model named", async () => {
    const { provider } = await open([]);
    const { error } = finishOf(await take(provider, { model: "" }));
    expect(error?.code).toBe("unknown-model");
    expect(error?.message).toContain("ollama:qwen3-coder:30b");
  });

  it("a model without a tools template", async () => {
    const { server, provider } = await open([], {}, { "gemma3:4b": { capabilities: ["completion"] } });
    const { error } = finishOf(await take(provider, { model: "gemma3:4b" }));
    expect(error?.code).toBe("unsupported-model");
    expect(error?.message).toContain("ollama pull qwen3-coder:30b");
    expect(server.received()).toEqual([]);
  });

  it("a model without a tools template on a server that does not list capabilities", async () => {
    const words = "registry.ollama.ai/library/gemma3:4b does not support tools";
    const { provider } = await open([{ id: "no-tools", parts: [], fault: { kind: "invalid-request", words } }]);
    expect(finishOf(await take(provider)).error?.code).toBe("unsupported-model");
  });

  it("a model that is too large for the machine", async () => {
    const words = "model requires more system memory (40.5 GiB) than is available (12.0 GiB)";
    const { provider } = await open([{ id: "memory", parts: [], fault: { kind: "server-error", words } }]);
    const { error } = finishOf(await take(provider));
    expect(error).toMatchObject({ code: "unsupported-model", retryable: false });
    expect(error?.message).toContain("contextTokens");
  });

  it("a call that Ollama could not read may be tried again", async () => {
    const words = `error parsing tool call: raw='{"path": ', err=unexpected end of JSON input`;
    const { provider } = await open([{ id: "call", parts: [says("I ")], fault: { kind: "server-error", words } }]);
    const { error, message } = finishOf(await take(provider));
    expect(error).toMatchObject({ code: "server-error", retryable: true });
    expect(message).toMatchObject({ text: "I ", calls: [] });
  });

  it("a key that was given is not sent over plain HTTP", async () => {
    const { server, provider } = await open([done], { key: canaryKey });
    await take(provider);
    expect(JSON.stringify(server.received()[0]?.headers)).not.toContain(canaryKey);
  });

  it("nothing is printed to the console", async () => {
    const spies = (["log", "warn", "error"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );
    const broken: Scene = { id: "malformed", parts: [{ type: "malformed" }, says("Done.")] };
    const { provider } = await open([broken, { id: "page", parts: [], fault: { kind: "proxy-page" } }]);
    await take(provider);
    await take(provider);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe("check and describe", () => {
  it("tell the version, the window and what it costs", async () => {
    const { server, provider } = await open([]);
    await expect(provider.check?.({ model: "qwen3:8b" })).resolves.toEqual({
      version: "0.32.9",
      billing: "local",
      notes: [`Ollama at ${server.url}.`, "Window: 262144 tokens."],
    });
    await expect(provider.describe?.({ model: "qwen3:8b" })).resolves.toEqual({
      contextTokens: 262_144,
      tools: true,
      thinking: true,
      price: { input: 0, output: 0 },
    });
  });

  it("a cloud model has no price of ours", async () => {
    const { provider } = await open([], {}, { "glm-5:cloud": { capabilities: ["tools"] } });
    await expect(provider.describe?.({ model: "glm-5:cloud" })).resolves.toEqual({
      tools: true,
      thinking: false,
    });
    await expect(provider.check?.({ model: "glm-5:cloud" })).resolves.toMatchObject({
      billing: "subscription",
    });
  });

  it("reject with the error and its cure", async () => {
    await expect(ollama({ host: "127.0.0.1:1" }).check?.({ model: "qwen3:8b" })).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("ollama serve"),
    });
    const { provider } = await open([], {}, { "gemma3:4b": { capabilities: ["completion"] } });
    await expect(provider.check?.({ model: "gemma3:4b" })).rejects.toMatchObject({
      code: "unsupported-model",
    });
    await expect(provider.describe?.({ model: "other:1b" })).rejects.toMatchObject({
      code: "unknown-model",
    });
  });

  it("OLLAMA_HOST is read where no option is given", async () => {
    const { server } = await open([done]);
    vi.stubEnv("OLLAMA_HOST", server.url);
    expect(finishOf(await take(ollama())).message.text).toBe("Done.");
  });
});
