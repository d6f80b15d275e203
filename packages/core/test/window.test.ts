import { describe, expect, it } from "vitest";
import { errorData, type Message, runTask, type TurnRequest } from "@aifactory/core";
import { type Script, scriptedProvider, type ScriptedTurn } from "@aifactory/core/testing";
import { conversationWindow } from "../src/window.js";
import { command } from "./hostile-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

const sizeOf = ({ messages }: TurnRequest): number => JSON.stringify(messages).length;
const long = "x".repeat(20_000);

/** A provider with a window of so many tokens, four characters each, which refuses what is longer. */
function narrow(tokens: number, turns: readonly Script[], isKnown = true) {
  const counting = turns.map((turn) => async (request: TurnRequest): Promise<ScriptedTurn> => {
    const inputTokens = Math.ceil(sizeOf(request) / 4);
    if (inputTokens > tokens) return { error: errorData("context-overflow", `${inputTokens} tokens are too many.`) };
    const made = typeof turn === "function" ? await turn(request) : turn;
    return { ...made, usage: { inputTokens, outputTokens: 10 } };
  });
  const provider = scriptedProvider({ turns: counting });
  return { ...provider, describe: async () => (isKnown ? { contextTokens: tokens } : {}) };
}

async function run(provider: ReturnType<typeof narrow>) {
  const task = { repo: bench.repository.path, prompt: "Read it all", model: "scripted:m", limits: { turns: 2_000 } };
  return runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot });
}

/** What a vendor would refuse. */
function hasOpenCalls(messages: readonly Message[]): boolean {
  const results = messages.flatMap((message) => (message.role === "tool" ? [message.callId] : []));
  const calls = messages.flatMap((message) => (message.role === "assistant" ? message.calls.map(({ id }) => id) : []));
  return calls.toSorted().join() !== results.toSorted().join();
}

const reads = (times: number): ScriptedTurn[] =>
  Array.from({ length: times }, (_, at) => ({
    calls: [{ name: "run_command", input: { command: `echo ${at}; printf '%20000s' x` } }],
  }));

describe("a conversation that grows beyond the model's window", () => {
  it("is shortened before the server would refuse it, old results first, and says so", async () => {
    const provider = narrow(30_000, [write("a.py"), ...reads(12), done]);
    const outcome = await run(provider);
    expect(outcome).toMatchObject({ status: "ready", turns: 14 });
    expect(outcome.notices.map(({ code }) => code)).toContain("context-shortened");
    const last = provider.requests.at(-1)?.messages ?? [];
    expect(last[0]?.text).toBe("Read it all");
    expect(last.filter(({ text }) => text.includes("no longer shown")).length).toBeGreaterThan(3);
    expect(provider.requests.some(({ messages }) => hasOpenCalls(messages))).toBe(false);
  });

  it("becomes a summary that names every call, keeps the task, and goes on", async () => {
    const turns = Array.from({ length: 60 }, (_, at) => write(`file-${at}.py`, `x = ${at}\n${"#".repeat(300)}\n`));
    const provider = narrow(6_000, [...turns, done]);
    const outcome = await run(provider);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 60 } });
    const first = provider.requests.at(-1)?.messages[0]?.text ?? "";
    expect(first).toMatch(/^Read it all\n\nThe conversation up to here was shortened/);
    expect(first).toContain("write_file(path: file-0.py)");
    expect(provider.requests.some(({ messages }) => hasOpenCalls(messages))).toBe(false);
  });

  for (const results of [20, 60]) {
    it(`fits before it is sent where ${results} long results come at once, and each says how to read the rest`, async () => {
      const calls = reads(results).flatMap((turn) => turn.calls ?? []);
      const provider = narrow(30_000, [write("a.py"), { calls }, write("b.py"), done]);
      expect(await run(provider)).toMatchObject({ status: "ready", turns: 4 });
      const told = provider.requests[2]?.messages.filter(({ role }) => role === "tool").map(({ text }) => text) ?? [];
      expect(told.filter((text) => text.includes("for the rest, ask for a part"))).toHaveLength(results);
      expect(told.at(-1)).toContain(`${results - 1}\n`);
      expect(provider.requests.some(({ messages }) => hasOpenCalls(messages))).toBe(false);
    });
  }

  it("goes on where what the model wrote in one turn is more than its window", async () => {
    const calls = [write("a.py", long), write("b.py", long), write("c.py", long)].flatMap((turn) => turn.calls ?? []);
    const provider = narrow(12_000, [{ calls }, done]);
    expect(await run(provider)).toMatchObject({ status: "ready", turns: 2 });
    const text = provider.requests[1]?.messages[0]?.text ?? "";
    for (const path of ["a.py", "b.py", "c.py"]) expect(text).toContain(`write_file(path: ${path})`);
  });

  it("is shortened after the fact where nobody knew the window", async () => {
    const provider = narrow(30_000, [write("a.py"), ...reads(8), ...reads(8), done], false);
    const outcome = await run(provider);
    expect(outcome.notices.map(({ code }) => code)).toContain("context-shortened");
    expect(outcome.error?.code).not.toBe("context-overflow");
  });

  it("ends as what it is when even the task is too long", async () => {
    const provider = narrow(5, [done, done, done]);
    expect(await run(provider)).toMatchObject({ status: "failed", error: { code: "context-overflow" } });
  });

  it("never grows without end, however many turns there are", async () => {
    const turns = Array.from({ length: 250 }, (_, at) => ({
      calls: [{ name: "read_file", input: { path: "app.py", from_line: 1, to_line: at + 1 } }],
    }));
    const provider = narrow(20_000, [write("a.py"), ...turns, done]);
    const outcome = await run(provider);
    expect(outcome).toMatchObject({ status: "ready", turns: 252 });
    expect(Math.max(...provider.requests.map(sizeOf))).toBeLessThan(20_000 * 4);
  });
});

it("what a model that takes over is told of a change of many files is bounded, and says how many they are", async () => {
  const line = "mkdir gen; for i in $(seq 1 2000); do echo $i > gen/some_generated_module_number_$i.py; done";
  const one = scriptedProvider({
    name: "one",
    turns: [command(line), { error: errorData("quota", "No credit.") }],
  });
  const two = scriptedProvider({ name: "two", turns: [done] });
  const task = { repo: bench.repository.path, prompt: "Do it", model: ["one:m", "two:n"] };
  const outcome = await runTask(task, { providers: [one, two], worktreeRoot: bench.worktreeRoot });
  expect(outcome).toMatchObject({ status: "ready", stat: { files: 2_000 } });
  const told = two.requests[0]?.messages[0]?.text ?? "";
  expect(told).toContain("gen/some_generated_module_number_1.py");
  expect(told).toContain("2000 files changed");
  expect(told.length).toBeLessThan(15_000);
});

it("what has been shortened stays as it was, so that a cache of the beginning holds", () => {
  const window = conversationWindow(10_000, 0);
  const messages: Message[] = [{ role: "user", text: "Task" }];
  const add = (text: string): void => {
    const id = `call-${messages.length}`;
    messages.push({ role: "assistant", text: "", calls: [{ id, name: "read_file", input: {} }] });
    messages.push({ role: "tool", callId: id, name: "read_file", text, isError: false });
  };
  for (let at = 0; at < 10; at++) add(long.slice(0, 4_000));
  const first = window.fit(messages);
  expect(first.shortened?.cleared).toBeGreaterThan(0);
  add("short");
  const second = window.fit(messages);
  expect(second.shortened).toBeUndefined();
  expect(second.messages.slice(0, first.messages.length)).toEqual(first.messages);
});

it("a summary is made anew from all that happened, and keeps to its part of the window", () => {
  const window = conversationWindow(4_000, 0);
  const messages: Message[] = [{ role: "user", text: "The task." }];
  const sizes: number[] = [];
  let last = "";
  for (let at = 0; at < 900; at++) {
    const call =
      at % 3 === 0
        ? { id: `c${at}`, name: "write_file", input: { path: `written-${at % 30}.txt` } }
        : { id: `c${at}`, name: "read_file", input: { path: `read-${at}.txt` } };
    messages.push({ role: "assistant", text: "", calls: [call] });
    messages.push({ role: "tool", callId: call.id, name: call.name, text: "x".repeat(300), isError: false });
    const fitted = window.fit(messages).messages;
    sizes.push(JSON.stringify(fitted.map((message) => [message.text, "calls" in message && message.calls])).length);
    last = fitted[0]?.text ?? "";
  }
  // At three characters for a token.
  expect(Math.max(...sizes)).toBeLessThan(12_000);
  expect(last.match(/written-0\.txt/g)).toHaveLength(1);
  for (let at = 0; at < 30; at += 3) expect(last).toContain(`written-${at}.txt`);
  expect(last).toMatch(/^The task\.[^]*others[^]*read-8/);
});

it("a summary tells of every file that was written by its whole path, and of many edits of one once", () => {
  const window = conversationWindow(7_000, 0);
  const deep = `${"directory/".repeat(13)}file.py`;
  const messages: Message[] = [{ role: "user", text: "The task." }];
  const call = (name: string, input: unknown): void => {
    const id = `call-${messages.length}`;
    messages.push({ role: "assistant", text: "", calls: [{ id, name, input }] });
    messages.push({ role: "tool", callId: id, name, text: "Done.", isError: false });
  };
  call("write_file", { path: deep, content: "1" });
  for (let at = 0; at < 40; at++) call("write_file", { path: `f${at}.py`, content: "#".repeat(300) });
  for (let at = 0; at < 60; at++)
    call("edit_file", { path: "f0.py", old_text: `x = ${at}`, new_text: `x = ${at + 1}`, note: "#".repeat(300) });
  const text = window.fit(messages).messages[0]?.text ?? "";
  expect(text).toContain(`- write_file(path: ${deep})\n`);
  for (let at = 0; at < 40; at++) expect(text).toContain(`- write_file(path: f${at}.py)\n`);
  expect(text).toMatch(/- edit_file\(path: f0\.py\) \(\d\d times\)/);
});
