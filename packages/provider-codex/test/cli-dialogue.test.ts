import { readFile } from "node:fs/promises";
import { conversationText, type TurnEvent, type TurnRequest } from "@aifactory/core";
import { describe, expect, it } from "vitest";
import type { CodexCliOptions } from "../src/cli-command.js";
import { holdDialogue } from "../src/cli-dialogue.js";

const request: TurnRequest = {
  model: "gpt-6.2-sol",
  system: "You are careful.",
  messages: [{ role: "user", text: "Go." }],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
};

/** A dialogue in which the answers are these, in order; gives what we said and what came of it. */
function hold(options: CodexCliOptions, lines: readonly object[], changes: Partial<TurnRequest> = {}) {
  const said: unknown[] = [];
  const read = holdDialogue(options, { ...request, ...changes }, (line) => said.push(JSON.parse(line)));
  const events: readonly TurnEvent[] = lines.flatMap((line) => read(JSON.stringify(line)));
  return { said, events };
}

const key: CodexCliOptions = { billing: "key", apiKey: "sk-x" };
const thread = { thread: { id: "t1" }, model: "gpt-6.2-sol" };

describe("the dialogue with Codex", () => {
  it("begins a thread that is not kept, and one turn in it", () => {
    const { said } = hold(
      key,
      [
        { id: 1, result: {} },
        { id: 2, result: thread },
      ],
      { effort: "minimal" },
    );
    const input = [{ type: "text", text: conversationText(request), text_elements: [] }];
    const params = { cwd: "/repo", sandbox: "workspace-write", approvalPolicy: "never", ephemeral: true };
    expect(said).toEqual([
      expect.objectContaining({ id: 1, method: "initialize" }),
      { jsonrpc: "2.0", method: "initialized" },
      { jsonrpc: "2.0", id: 2, method: "thread/start", params: { ...params, model: "gpt-6.2-sol" } },
      { jsonrpc: "2.0", id: 3, method: "turn/start", params: { threadId: "t1", input, effort: "low" } },
    ]);
  });

  it("leaves model and effort to the program when none was asked for", () => {
    const { said } = hold(
      { ...key, sandbox: "danger-full-access" },
      [
        { id: 1, result: {} },
        { id: 2, result: thread },
      ],
      { model: "" },
    );
    expect(said).toContainEqual(expect.objectContaining({ method: "thread/start" }));
    expect(JSON.stringify(said)).not.toMatch(/"model"|"effort"/);
    expect(JSON.stringify(said)).toContain('"sandbox":"danger-full-access"');
  });

  it("accepts what it is asked to approve, and knows nothing of other questions", () => {
    const { said } = hold(key, [
      { id: 7, method: "item/fileChange/requestApproval", params: {} },
      { id: 8, method: "item/commandExecution/requestApproval", params: {} },
      { id: 9, method: "item/tool/call", params: {} },
    ]);
    expect(said.slice(1)).toEqual([
      { jsonrpc: "2.0", id: 7, result: { decision: "accept" } },
      { jsonrpc: "2.0", id: 8, result: { decision: "accept" } },
      { jsonrpc: "2.0", id: 9, error: expect.objectContaining({ code: -32_601 }) },
    ]);
  });

  it("asks who is logged in, and starts nothing when nobody is", async () => {
    const text = await readFile(new URL("fixtures/cli-not-logged-in.jsonl", import.meta.url), "utf8");
    const lines = text
      .trim()
      .split("\n")
      .map((line): object => JSON.parse(line));
    const { said, events } = hold({ program: "/bin/codex" }, lines);
    expect(said).toHaveLength(3);
    const message = expect.stringContaining("Type: /bin/codex login.");
    expect(events).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: "auth", message }) })]);
  });

  it.each([
    ["chatgpt", { usd: 0, basis: "subscription" }],
    // Codex can be logged in with a key, which is billed.
    ["apiKey", undefined],
  ])("says what a login by %s costs", (type, cost) => {
    const spent = { threadId: "t1", tokenUsage: { total: { inputTokens: 5 } } };
    const { events } = hold({}, [
      { id: 1, result: {} },
      { id: 2, result: { account: { type }, requiresOpenaiAuth: true } },
      { id: 3, result: thread },
      { method: "thread/tokenUsage/updated", params: spent },
    ]);
    expect(events).toEqual([{ type: "usage", counts: "turn", usage: { inputTokens: 5, ...(cost && { cost }) } }]);
  });

  it("is provider-broken when a question is not understood", () => {
    const error = { code: -32_600, message: "Invalid request: unknown variant `turn/start`" };
    const { events } = hold(key, [
      { id: 1, result: {} },
      { id: 2, result: thread },
      { id: 3, error },
    ]);
    const broken = { code: "provider-broken", message: expect.stringMatching(/turn\/start.*0\.169\.0/s) };
    expect(events).toEqual([expect.objectContaining({ error: expect.objectContaining(broken) })]);
  });
});
