import { readFile } from "node:fs/promises";
import type { FinishEvent, TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import type { ClaudeCliOptions } from "../src/cli-command.js";
import { readLines } from "../src/cli-events.js";

const request = {
  model: "",
  system: "",
  messages: [],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
} as const;

/** What the lines of a stream mean. */
function read(lines: readonly string[], options: ClaudeCliOptions = { billing: "key", apiKey: "sk-x" }) {
  const meaning = readLines(options, request);
  const events: readonly TurnEvent[] = lines.flatMap((line) => meaning(line));
  const finish = events.at(-1);
  if (finish?.type !== "finish") throw new Error("The stream has no finish.");
  return { events, finish };
}

/** A stream of Claude Code 2.1.330, recorded against a scripted server. */
async function recorded(
  name: string,
  options?: ClaudeCliOptions,
): Promise<{ events: readonly TurnEvent[]; finish: FinishEvent }> {
  const text = await readFile(new URL(`fixtures/cli-${name}.jsonl`, import.meta.url), "utf8");
  return read(text.trim().split("\n"), options);
}

describe("the stream of Claude Code", () => {
  it("tells its tools, its files, its thoughts and what it used", async () => {
    const { events, finish } = await recorded("writes");
    expect(events.filter(({ type }) => type !== "tool-result")).toEqual([
      { type: "text", text: "I write it." },
      {
        type: "tool-call",
        call: { id: "toolu_1", name: "Write", input: { file_path: "/repo/made.txt", content: "made\n" } },
        effect: "write",
      },
      {
        type: "tool-call",
        call: { id: "toolu_2", name: "Bash", input: { command: "echo hi > by-bash.txt", description: "Write" } },
        effect: "execute",
      },
      { type: "file-change", path: "made.txt", change: "add" },
      { type: "thinking", text: "Let me see." },
      { type: "text", text: "Hello, world." },
      {
        type: "usage",
        counts: "turn",
        usage: {
          inputTokens: 2_200,
          cacheReadTokens: 1_800,
          cacheWriteTokens: 0,
          outputTokens: 140,
          reasoningTokens: 0,
          cost: { usd: expect.closeTo(0.00476), basis: "estimated" },
        },
      },
      finish,
    ]);
    expect(events.filter(({ type }) => type === "tool-result")).toMatchObject([
      { callId: "toolu_1", isError: false, text: expect.stringContaining("File created successfully") },
      { callId: "toolu_2", isError: false },
    ]);
    expect(finish).toMatchObject({ reason: { unified: "stop", raw: "end_turn" }, servedModel: "claude-opus-5-5" });
  });

  it("costs nothing more with a subscription", async () => {
    const { events } = await recorded("writes", {});
    const usage = events.find(({ type }) => type === "usage");
    expect(usage).toMatchObject({ usage: { inputTokens: 2_200, cost: { usd: 0, basis: "subscription" } } });
  });

  it("tells a denied tool once", async () => {
    const { events, finish } = await recorded("denied");
    expect(events.filter(({ type }) => type === "notice")).toEqual([
      { type: "notice", code: "permission-denied", message: expect.stringContaining("WebSearch") },
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: "tool-result", callId: "toolu_2", isError: true }));
    expect(finish.reason.unified).toBe("stop");
  });

  it("takes a login prompt for no answer", async () => {
    const { events, finish } = await recorded("not-logged-in", {});
    expect(finish.error).toMatchObject({ code: "auth", message: expect.stringContaining("claude auth login") });
    expect(finish.message.text).toBe("");
    expect(events.some(({ type }) => type === "text")).toBe(false);
  });

  it("tells a retry, and the server's delay with the rate limit", async () => {
    const { events, finish } = await recorded("rate-limit");
    expect(events).toContainEqual(expect.objectContaining({ type: "notice", code: "retry" }));
    expect(finish.error).toMatchObject({ code: "rate-limit", status: 429, retryAfterMs: 7_000 });
  });

  it("takes a refusal for a refusal, and says that something was done", async () => {
    const { finish } = await recorded("refusal");
    expect(finish.error).toMatchObject({ code: "refused", replaySafe: false });
  });

  // Written by hand, from the program's own schema: a subscription's limit can't be recorded without one.
  it("says when a subscription's limit resets", () => {
    const limit = { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1_795_000_000 } };
    const end = {
      type: "result",
      subtype: "success",
      is_error: true,
      result: "You've hit your session limit · resets 3pm",
    };
    const { finish } = read(
      [limit, end].map((line) => JSON.stringify(line)),
      {},
    );
    expect(finish.error).toMatchObject({ code: "quota", retryable: false, resetsAt: "2026-11-18T11:06:40.000Z" });
  });

  it("tells a change outside of the folder, and not as a change in it", () => {
    const block = { type: "tool_result", tool_use_id: "t", content: "Done." };
    const did = { type: "update", filePath: "/etc/hosts", structuredPatch: [] };
    const line = { type: "user", message: { content: [block] }, tool_use_result: did };
    const end = { type: "result", subtype: "success", is_error: false, stop_reason: "end_turn" };
    const { events } = read([line, end].map((each) => JSON.stringify(each)));
    expect(events.map((event) => (event.type === "notice" ? event.code : event.type))).toEqual([
      "tool-result",
      "outside-folder",
      "finish",
    ]);
  });
});
