import { describe, expect, it } from "vitest";
import { runTask, type TaskSpec } from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

async function run(turns: readonly Script[]) {
  const provider = scriptedProvider({ turns: [...turns, done] });
  const task: TaskSpec = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
  const outcome = await runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot });
  return { outcome, messages: provider.requests.at(-1)?.messages ?? [] };
}

it("of twenty thousand calls in one answer, only so many are answered, and the model is told", async () => {
  const calls = Array.from({ length: 20_000 }, () => ({ name: "no_such_tool", input: {} }));
  const { outcome, messages } = await run([{ calls, native: { calls } }, write("a.py")]);
  expect(outcome).toMatchObject({ status: "ready" });
  const many = messages.find((message) => message.role === "assistant");
  expect(many).toMatchObject({ calls: { length: 201 } });
  expect(many).not.toHaveProperty("native");
  const results = messages.filter(({ role }) => role === "tool").map(({ text }) => text);
  expect(results).toHaveLength(202);
  expect(results[200]).toMatch(/^Not run, and neither is what came after it: at most 200/);
});

describe("arguments nested without end", () => {
  const deep = JSON.parse(`${'{"path":'.repeat(20_000)}1${"}".repeat(20_000)}`);
  const call = { name: "write_file", input: deep };

  it("are an error that the model is told, and the run goes on", async () => {
    const { outcome, messages } = await run([{ calls: [call], native: { deep } }, write("a.py")]);
    expect(outcome).toMatchObject({ status: "ready" });
    expect(messages[2]).toMatchObject({ isError: true, text: expect.stringContaining("100 levels") });
  });

  it("are no call where they stand in text", async () => {
    const text = `{"name": "write_file", "arguments": {"path": ${"[".repeat(20_000)}${"]".repeat(20_000)}}}`;
    const tagged = `<tool_call>\n${text}\n</tool_call>`;
    const { outcome } = await run([{ text }, { text: tagged }, write("a.py")]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
  });
});
