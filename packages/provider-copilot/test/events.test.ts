import { readFile } from "node:fs/promises";
import type { FinishEvent, TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import type { CopilotOptions } from "../src/command.js";
import { readLines } from "../src/events.js";

const request = {
  model: "scripted-1",
  system: "",
  messages: [],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
} as const;

interface Read {
  readonly events: readonly TurnEvent[];
  readonly finish: FinishEvent;
}

/** What the lines of a stream mean. */
function read(lines: readonly string[], options: CopilotOptions = {}): Read {
  const meaning = readLines(options, request);
  const events = lines.flatMap((line) => meaning(line));
  const finish = events.at(-1);
  if (finish?.type !== "finish") throw new Error("The stream has no finish.");
  return { events, finish };
}

/** A stream of Copilot CLI 1.0.102, recorded against a scripted server. */
async function recorded(name: string): Promise<Read> {
  const text = await readFile(new URL(`fixtures/${name}.jsonl`, import.meta.url), "utf8");
  return read(text.trim().split("\n"), { endpoint: { baseUrl: "http://127.0.0.1:8080/v1", apiKey: "sk-fake" } });
}

const json = (lines: readonly object[]): readonly string[] => lines.map((line) => JSON.stringify(line));

describe("the stream of Copilot", () => {
  it("tells its tools, its files and its thoughts, each once", async () => {
    const { events, finish } = await recorded("writes");
    expect(events.filter(({ type }) => type !== "tool-result")).toEqual([
      { type: "text", text: "I write it." },
      {
        type: "tool-call",
        call: { id: "call_1", name: "create", input: { path: "/repo/made.txt", file_text: "made\n" } },
        effect: "write",
      },
      {
        type: "tool-call",
        call: { id: "call_2", name: "bash", input: { command: "echo hi > by-bash.txt", description: "Write" } },
        effect: "execute",
      },
      { type: "file-change", path: "made.txt", change: "add" },
      { type: "thinking", text: "Let me see." },
      { type: "text", text: "\n\nHello, " },
      { type: "text", text: "world." },
      finish,
    ]);
    expect(events.filter(({ type }) => type === "tool-result")).toMatchObject([
      { callId: "call_1", isError: false, text: expect.stringContaining("Created file") },
      { callId: "call_2", isError: false },
    ]);
    expect(finish).toMatchObject({ reason: { unified: "stop" }, servedModel: "scripted-1" });
    expect(finish.message.text).toBe("I write it.\n\nHello, world.");
  });

  it("tells denied tools", async () => {
    const { events } = await recorded("denied");
    expect(events.filter((event) => event.type === "notice" && event.code === "permission-denied")).toHaveLength(2);
    expect(events.filter((event) => event.type === "tool-result" && event.isError)).toHaveLength(2);
  });

  it("takes a bad key for auth, and says what to change", async () => {
    const { events, finish } = await recorded("bad-key");
    expect(finish.error).toMatchObject({ code: "auth", status: 401, message: expect.stringContaining("apiKey") });
    expect(events.filter((event) => event.type === "notice" && event.code === "retry")).toHaveLength(2);
  });

  it("takes a refused connection for network", async () => {
    expect((await recorded("refused")).finish.error).toMatchObject({ code: "network", retryable: true });
  });

  // Written by hand, from the program's own schema: these need a subscription.
  it("takes an error in a stream that ends well for an error", () => {
    const trouble = { type: "session.error", data: { errorType: "quota", message: "You have no quota left." } };
    const { finish } = read(json([trouble, { type: "result", exitCode: 0 }]));
    expect(finish.error).toMatchObject({ code: "quota", retryable: false });
  });

  it("counts premium requests as covered", () => {
    const { events } = read(json([{ type: "result", exitCode: 0, usage: { premiumRequests: 2 } }]));
    expect(events).toMatchObject([
      { type: "notice", code: "premium-requests", message: expect.stringContaining("2 premium requests") },
      { type: "usage", usage: { cost: { usd: 0, basis: "subscription" } } },
      { type: "finish" },
    ]);
  });

  it("tells another model than the one that was asked for", () => {
    const change = { type: "session.model_change", data: { newModel: "gpt-5-mini", cause: "rate_limit_auto_switch" } };
    const message = { type: "assistant.message", data: { messageId: "m", model: "gpt-5-mini", content: "Done." } };
    const { events, finish } = read(json([change, message, { type: "result", exitCode: 0 }]));
    expect(events[0]).toMatchObject({ type: "notice", code: "model-change" });
    expect(finish).toMatchObject({ servedModel: "gpt-5-mini", message: { text: "Done." } });
  });
});
