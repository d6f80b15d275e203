import { describe, expect, it } from "vitest";
import { type AcpAgent, readAcp } from "../src/acp.js";
import type { FinishEvent, TurnEvent, TurnRequest } from "../src/types.js";

const request: TurnRequest = {
  model: "acme-1",
  system: "",
  messages: [{ role: "user", text: "Go." }],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
};

const agent: AcpAgent = { name: "acme", command: () => ({ command: "acme" }) };

interface Said {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A dialogue in which the agent says these messages, in order; what came of it. */
function hold(said: readonly Said[], changes: Partial<AcpAgent> = {}, asked: Partial<TurnRequest> = {}) {
  const heard: Said[] = [];
  const read = readAcp({ ...agent, ...changes }, { ...request, ...asked }, (line) => heard.push(JSON.parse(line)));
  const events: readonly TurnEvent[] = said.flatMap((message) => read(JSON.stringify({ jsonrpc: "2.0", ...message })));
  return { events, heard };
}

const hello: Said = { id: 1, result: { protocolVersion: 1 } };
const session: Said = { id: 2, result: { sessionId: "s-1" } };
const update = (fields: object): Said => ({ method: "session/update", params: { sessionId: "s-1", update: fields } });
const says = (text: string, messageId?: string): Said =>
  update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text }, messageId });
const end = (stopReason: string): Said => ({ id: 3, result: { stopReason } });

/** How a dialogue ends. */
function finishOf(said: readonly Said[], changes?: Partial<AcpAgent>, asked?: Partial<TurnRequest>): FinishEvent {
  const finish = hold([hello, session, ...said], changes, asked).events.at(-1);
  if (finish?.type !== "finish") throw new Error("No finish.");
  return finish;
}

describe("the client of the Agent Client Protocol", () => {
  it("says hello, opens a session in the working folder and prompts", () => {
    const { heard } = hold([hello, session]);
    const capabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
    expect(heard).toMatchObject([
      { method: "initialize", params: { protocolVersion: 1, clientCapabilities: capabilities } },
      { method: "session/new", params: { cwd: "/repo", mcpServers: [] } },
      { method: "session/prompt", params: { sessionId: "s-1", prompt: [{ type: "text", text: "Go." }] } },
    ]);
  });

  it("logs in where it is told to, before there is a session", () => {
    const { heard } = hold([hello, { id: 2, result: {} }], { login: () => ({ methodId: "key" }) });
    expect(heard.map(({ method }) => method)).toEqual(["initialize", "authenticate", "session/new"]);
    expect(heard[1]?.params).toEqual({ methodId: "key" });
  });

  const model = { model: () => "large" };
  it("chooses a model and a mode of those that are offered", () => {
    const offers = {
      configOptions: [{ id: "brain", category: "model", currentValue: "small" }],
      modes: { availableModes: [{ id: "yolo" }] },
    };
    const opened = { id: 2, result: { sessionId: "s-1", ...offers } };
    const { heard } = hold([hello, opened, { id: 3, result: {} }, { id: 4, result: {} }], { ...model, mode: "yolo" });
    expect(heard.slice(2)).toMatchObject([
      { method: "session/set_config_option", params: { sessionId: "s-1", configId: "brain", value: "large" } },
      { method: "session/set_mode", params: { sessionId: "s-1", modeId: "yolo" } },
      { method: "session/prompt" },
    ]);
  });

  it("chooses a model by the older method, and nothing that is not offered", () => {
    const older = { id: 2, result: { sessionId: "s-1", models: { availableModels: [{ modelId: "large" }] } } };
    expect(hold([hello, older], model).heard[2]).toMatchObject({
      method: "session/set_model",
      params: { modelId: "large" },
    });
    expect(hold([hello, session], { ...model, mode: "yolo" }).heard[2]).toMatchObject({ method: "session/prompt" });
  });

  const question = (...kinds: readonly string[]): Said => ({
    id: "q",
    method: "session/request_permission",
    params: {
      toolCall: { toolCallId: "t", title: "Write it", kind: "edit", locations: [{ path: "/repo/a.txt" }] },
      options: kinds.map((kind) => ({ optionId: `id-${kind}`, name: kind, kind })),
    },
  });

  it("allows once rather than always, and nothing when it may only refuse", () => {
    const answerTo = (...kinds: readonly string[]): unknown =>
      hold([hello, session, question(...kinds)]).heard.at(-1)?.result;
    expect(answerTo("allow_always", "allow_once", "reject_once")).toEqual({
      outcome: { outcome: "selected", optionId: "id-allow_once" },
    });
    expect(answerTo("reject_once", "allow_always")).toMatchObject({ outcome: { optionId: "id-allow_always" } });
    expect(answerTo("reject_once")).toEqual({ outcome: { outcome: "cancelled" } });
    expect(hold([hello, session, question("reject_once")]).events).toEqual([]);
  });

  it("tells a tool that was asked about once, and what it did", () => {
    const diff = { type: "diff", path: "/repo/a.txt", oldText: null, newText: "a" };
    const done = update({ sessionUpdate: "tool_call_update", toolCallId: "t", status: "completed", content: [diff] });
    const { events } = hold([hello, session, says("I write."), question("allow_once"), done, says("Done.")]);
    expect(events).toEqual([
      { type: "text", text: "I write." },
      {
        type: "tool-call",
        call: { id: "t", name: "edit", input: { title: "Write it", paths: ["/repo/a.txt"] } },
        effect: "write",
      },
      { type: "tool-result", callId: "t", text: "", isError: false },
      { type: "file-change", path: "a.txt", change: "add" },
      { type: "text", text: "\n\nDone." },
    ]);
  });

  it("tells a tool when its input is whole, and its failure without a change", () => {
    const tool = (fields: object): Said => update({ sessionUpdate: "tool_call_update", toolCallId: "t", ...fields });
    const words = { type: "content", content: { type: "text", text: "No such file." } };
    const { events } = hold([
      hello,
      session,
      update({ sessionUpdate: "tool_call", toolCallId: "t", title: "rm", name: "shell", kind: "delete", rawInput: {} }),
      tool({ rawInput: { command: "rm a" }, kind: null, locations: [{ path: "/repo/a" }] }),
      tool({ status: "in_progress" }),
      tool({ status: "failed", content: [words] }),
      tool({ status: "failed" }),
    ]);
    expect(events).toEqual([
      { type: "tool-call", call: { id: "t", name: "shell", input: { command: "rm a" } }, effect: "write" },
      { type: "tool-result", callId: "t", text: "No such file.", isError: true },
    ]);
  });

  it("tells what was deleted, and what was changed outside of its folder", () => {
    const done = (toolCallId: string, fields: object): Said =>
      update({ sessionUpdate: "tool_call_update", toolCallId, status: "completed", ...fields });
    const { events } = hold([
      hello,
      session,
      done("1", { kind: "delete", locations: [{ path: "/repo/old.txt" }], rawOutput: "gone" }),
      done("2", { kind: "edit", content: [{ type: "diff", path: "/etc/hosts", oldText: "a", newText: "b" }] }),
    ]);
    expect(events.filter(({ type }) => type === "file-change" || type === "notice")).toEqual([
      { type: "file-change", path: "old.txt", change: "delete" },
      { type: "notice", code: "outside-folder", message: expect.stringContaining("/etc/hosts") },
    ]);
    expect(events).toContainEqual({ type: "tool-result", callId: "1", text: "gone", isError: false });
  });

  it("passes on what it does not know, and has no other method", () => {
    const { events, heard } = hold([
      hello,
      session,
      { method: "song", params: { la: 1 } },
      { id: 9, method: "fs/read" },
    ]);
    expect(events).toEqual([{ type: "raw", value: { method: "song", params: { la: 1 } } }]);
    expect(heard.at(-1)).toMatchObject({ id: 9, error: { code: -32_601 } });
  });

  it("keeps two messages apart", () => {
    expect(finishOf([says("One", "a"), says(" two.", "a"), says("Three.", "b"), end("end_turn")]).message.text).toBe(
      "One two.\n\nThree.",
    );
  });

  it("counts the tokens and the cost that are reported", () => {
    const usage = { totalTokens: 12, inputTokens: 10, outputTokens: 2, thoughtTokens: 1, cachedReadTokens: null };
    const cost = { sessionUpdate: "usage_update", used: 1, size: 2, cost: { amount: 0.5, currency: "USD" } };
    const done = { id: 3, result: { stopReason: "end_turn", usage } };
    expect(hold([hello, session, update(cost), says("Done."), done]).events).toContainEqual({
      type: "usage",
      counts: "turn",
      usage: { inputTokens: 10, outputTokens: 2, reasoningTokens: 1, cost: { usd: 0.5, basis: "estimated" } },
    });
  });
});

describe("the end of a prompt", () => {
  it("has the reasons of the protocol", () => {
    const reasonFor = (stop: string): unknown => finishOf([says("Half"), end(stop)]).reason;
    expect(reasonFor("end_turn")).toEqual({ unified: "stop", raw: "end_turn" });
    expect(reasonFor("max_tokens")).toEqual({ unified: "length", raw: "max_tokens" });
    expect(reasonFor("refusal")).toEqual({ unified: "content-filter", raw: "refusal" });
    expect(reasonFor("of its own")).toEqual({ unified: "other", raw: "of its own" });
  });

  it("is no answer without a word or a tool, after too many requests, or when it cancels itself", () => {
    expect(finishOf([end("end_turn")]).error).toMatchObject({ code: "cut-stream", retryable: true });
    expect(finishOf([end("max_turn_requests")]).error).toMatchObject({ code: "limit-reached" });
    expect(finishOf([end("cancelled")]).error).toMatchObject({ code: "agent-exited" });
  });

  it("is an abort when it was stopped, whatever is still said", () => {
    const stopped = { signal: AbortSignal.abort() };
    for (const last of [end("cancelled"), { id: 3, error: { code: -32_603, message: "aborted" } }])
      expect(finishOf([says("Half"), last], {}, stopped)).toEqual({
        type: "finish",
        reason: { unified: "aborted" },
        message: { role: "assistant", text: "Half", calls: [] },
      });
  });
});

describe("an error of the agent", () => {
  const errorFor = (error: object): unknown => finishOf([{ id: 3, error }]).error;

  it("is what the protocol or the HTTP status says", () => {
    expect(errorFor({ code: -32_000, message: "Log in." })).toMatchObject({ code: "auth" });
    expect(errorFor({ code: 401, message: "Who?" })).toMatchObject({ code: "auth", status: 401 });
    expect(errorFor({ code: 402, message: "Pay." })).toMatchObject({ code: "quota" });
    expect(errorFor({ code: 404, message: "There is no such model" })).toMatchObject({ code: "unknown-model" });
    expect(errorFor({ code: 404, message: "Gone." })).toMatchObject({ code: "invalid-request" });
    expect(errorFor({ code: 429, message: "Slow." })).toMatchObject({ code: "rate-limit" });
    expect(errorFor({ code: 503, message: "Busy." })).toMatchObject({ code: "overloaded" });
    expect(errorFor({ code: -32_603, message: "x", data: { status: 500 } })).toMatchObject({ code: "server-error" });
    expect(errorFor({ code: -32_603, message: "Internal error", data: { details: "It is on fire." } })).toMatchObject({
      code: "agent-exited",
      message: expect.stringContaining("It is on fire."),
    });
  });

  it("says that something was done", () => {
    const busy = { id: 3, error: { code: 503, message: "Busy." } };
    const tool = update({ sessionUpdate: "tool_call", toolCallId: "t", status: "in_progress", kind: "execute" });
    expect(finishOf([tool, busy]).error).toMatchObject({ replaySafe: false });
    expect(finishOf([busy]).error).not.toHaveProperty("replaySafe");
  });

  it("is provider-broken when the question or the version of the protocol is not known", () => {
    const unknown = { id: 1, error: { code: -32_601, message: "Method not found" } };
    expect(hold([unknown]).events).toMatchObject([{ error: { code: "provider-broken" } }]);
    const later = { id: 1, result: { protocolVersion: 2 } };
    const { events, heard } = hold([later]);
    expect(events).toMatchObject([
      { error: { code: "provider-broken", message: expect.stringMatching(/speaks ACP 2.*Install a version/) } },
    ]);
    expect(heard).toHaveLength(1);
  });
});
