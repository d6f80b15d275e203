import { readFile } from "node:fs/promises";
import { type FinishEvent, readAcp, type RpcError, type TurnEvent } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import { agentOf } from "../src/cli.js";
import type { GeminiCliOptions } from "../src/cli-command.js";
import { failureOf } from "../src/cli-failure.js";

const request = {
  model: "gemini-3.8-flash",
  system: "",
  messages: [],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
} as const;

const keyed: GeminiCliOptions = { billing: "key", apiKey: "sk-secret" };

interface Session {
  readonly events: readonly TurnEvent[];
  readonly finish: FinishEvent;
  /** What was said to it. */
  readonly said: readonly string[];
}

/** A session of Gemini CLI 0.61.0 with a key, recorded against a scripted server. */
async function recorded(name: string): Promise<Session> {
  const text = await readFile(new URL(`fixtures/cli-${name}.jsonl`, import.meta.url), "utf8");
  const said: string[] = [];
  const read = readAcp(agentOf(keyed), request, (line) => said.push(line));
  const events: readonly TurnEvent[] = text.trim().split("\n").flatMap(read);
  const finish = events.at(-1);
  if (finish?.type !== "finish") throw new Error("The session has no finish.");
  return { events, finish, said };
}

const errorIn = async (name: string): Promise<FinishEvent["error"]> => (await recorded(name)).finish.error;

describe("a session of Gemini CLI", () => {
  it("tells its thoughts, its tools, its files and what it used", async () => {
    const { events, finish } = await recorded("writes");
    const told = events.filter(({ type }) => type !== "tool-call" && type !== "tool-result");
    expect(told).toEqual([
      { type: "thinking", text: "**Plan**\nLet me see." },
      { type: "text", text: "I write." },
      { type: "file-change", path: "made.txt", change: "add" },
      { type: "file-change", path: "made.txt", change: "update" },
      { type: "text", text: "\n\nHello, " },
      { type: "text", text: "world." },
      { type: "usage", counts: "turn", usage: { inputTokens: 3_300, outputTokens: 210 } },
      finish,
    ]);
    expect(finish).toMatchObject({
      reason: { unified: "stop", raw: "end_turn" },
      servedModel: "gemini-3.8-flash",
      message: { text: "I write.\n\nHello, world." },
    });
  });

  it("tells each tool with its effect, and whether it failed", async () => {
    const { events } = await recorded("writes");
    const calls = events.flatMap((event) => (event.type === "tool-call" ? [[event.call.id, event.effect]] : []));
    expect(calls).toEqual([
      ["write_file__c1", "write"],
      ["run_shell_command__c2", "execute"],
      ["replace__c3", "write"],
      ["read_file__c4", "read"],
      ["run_shell_command__c5", "execute"],
    ]);
    const failed = events.filter((event) => event.type === "tool-result" && event.isError);
    expect(failed).toEqual([
      { type: "tool-result", callId: "read_file__c4", text: "File not found: /repo/nothere.txt", isError: true },
    ]);
  });

  it("is allowed each tool once where it asks, as in a folder that it does not trust", async () => {
    const { events, said } = await recorded("asks");
    const answers = said.filter((line) => line.includes("outcome")).map((line) => JSON.parse(line).result);
    expect(answers).toHaveLength(4);
    expect(new Set(answers.map(({ outcome }) => outcome.optionId))).toEqual(new Set(["proceed_once"]));
    expect(events.filter(({ type }) => type === "tool-call")).toHaveLength(5);
    expect(events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
  });

  it("begins with a login by key, which is said there and nowhere else", async () => {
    const { said } = await recorded("writes");
    expect(said.filter((line) => line.includes("sk-secret")).map((line) => JSON.parse(line))).toMatchObject([
      { method: "authenticate", params: { methodId: "gemini-api-key", _meta: { "api-key": "sk-secret" } } },
    ]);
  });

  it("costs nothing more with a subscription", () => {
    const result = { _meta: { quota: { token_count: { input_tokens: 7, output_tokens: 0 }, model_usage: [] } } };
    expect(agentOf({}).ended?.(result)).toEqual({
      usage: { inputTokens: 7, cost: { usd: 0, basis: "subscription" } },
    });
    expect(agentOf({}).login).toBeUndefined();
  });
});

describe("a failure of Gemini CLI", () => {
  it("is read out of what it says", async () => {
    expect(await errorIn("wrong-key")).toMatchObject({
      code: "auth",
      message: expect.stringMatching(/^Gemini CLI: API key not valid.*export GEMINI_API_KEY/),
    });
    expect(await errorIn("unknown-model")).toMatchObject({
      code: "unknown-model",
      message: expect.stringContaining('There is no model "gemini-3.8-flash"'),
    });
    expect(await errorIn("quota")).toMatchObject({ code: "quota", resetsAt: expect.stringMatching(/00:00\.000Z$/) });
    expect(await errorIn("rate-limit")).toMatchObject({ code: "rate-limit", retryAfterMs: 4_000, status: 429 });
    expect(await errorIn("refused")).toMatchObject({ code: "network" });
    expect(await errorIn("cut")).toMatchObject({ code: "cut-stream" });
  });

  it("is what it was, also when the program takes it for an answer", async () => {
    const { finish } = await recorded("withheld");
    expect(finish).toMatchObject({ reason: { unified: "error", raw: "end_turn" }, error: { code: "cut-stream" } });
  });

  const usual = { code: "provider-broken", message: "gemini-cli: sk-secret?", retryable: false } as const;
  const failed = (error: RpcError, options = keyed): unknown => failureOf(error, options, "gemini-3.8-flash", usual);

  it("says how to log in, and when a subscription's quota resets", () => {
    expect(failed({ code: -32_000, message: "Authentication required." }, {})).toMatchObject({
      code: "auth",
      message: expect.stringContaining("log in with /auth"),
    });
    const words = "You have exhausted your capacity on this model. Your quota will reset after 1h0m1s.";
    const reset = failureOf({ code: 429, message: words }, {}, "", usual).resetsAt ?? "";
    expect(Date.parse(reset) - Date.now()).toBeGreaterThan(3_500_000);
  });

  it("is the protocol's own where it is none of the API's, without the key", () => {
    expect(failed({ code: -32_601, message: "Method not found" })).toEqual({ ...usual, message: "gemini-cli: [key]?" });
  });
});
