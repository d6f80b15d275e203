import { describe, expect, it } from "vitest";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Cost,
  errorData,
  openRun,
  type Outcome,
  type Provider,
  resumeTask,
  requestChanges,
  runTask,
  type TaskSpec,
  type TurnEvent,
  type Usage,
} from "@aifactory/core";
import { type Script, type ScriptedTurn, scriptedProvider } from "@aifactory/core/testing";
import { command } from "./hostile-model.js";
import { done, workbench } from "./workbench.js";

const bench = workbench();

function start(turns: readonly Script[], spec: Partial<TaskSpec> = {}): Promise<Outcome> {
  const task: TaskSpec = {
    repo: bench.repository.path,
    prompt: "Do it",
    model: "scripted:m",
    sandbox: "none",
    ...spec,
  };
  return runTask(task, { providers: [scriptedProvider({ turns })], worktreeRoot: bench.worktreeRoot });
}

describe("a limit of minutes counts the time of commands", () => {
  const slow = (name: string): Script => command(`sleep 0.6; echo 1 > ${name}.py`);
  const second = { minutes: 1 / 60 };
  const outOfTime = { error: { code: "limit-reached", message: expect.stringContaining("limits.minutes") } };

  it("over the parts of a plan", async () => {
    const plan: Script = {
      calls: [{ name: "submit_plan", input: { subtasks: ["a", "b", "c"].map((title) => ({ title })) } }],
    };
    const turns = [plan, slow("a"), done, slow("b"), done, slow("c"), done];
    const spec = { model: { plan: "scripted:m", code: "scripted:m" }, limits: second };
    expect(await start(turns, spec)).toMatchObject(outOfTime);
  });

  it("over a handover", async () => {
    const providers = [
      scriptedProvider({ name: "one", turns: [slow("a"), { error: errorData("quota", "No credit.") }] }),
      scriptedProvider({ name: "two", turns: [slow("b"), done] }),
    ];
    const task = { repo: bench.repository.path, prompt: "Do it", model: ["one:m", "two:m"], limits: second };
    expect(await runTask(task, { providers, worktreeRoot: bench.worktreeRoot })).toMatchObject(outOfTime);
  });

  it("over a run that broke off and goes on", async () => {
    const broken: Script = { error: errorData("auth", "The key is wrong.") };
    const outcome = await start([slow("a"), broken]);
    expect((await openRun(outcome)).outcome.workMs).toBeGreaterThanOrEqual(600);
    const options = { providers: [scriptedProvider({ turns: [slow("b"), done] })], worktreeRoot: bench.worktreeRoot };
    expect(await resumeTask(outcome, { ...options, limits: second })).toMatchObject(outOfTime);
  });
});

describe("usage that is reported", () => {
  it("of tries that were cut is added up, and a limit of tokens ends them", async () => {
    const cut: ScriptedTurn = {
      events: [{ type: "usage", counts: "turn", usage: { inputTokens: 50_000 } }],
      error: errorData("cut-stream", "Cut."),
    };
    const provider = scriptedProvider({ turns: Array.from({ length: 5 }, () => cut) });
    const options = { providers: [provider], worktreeRoot: bench.worktreeRoot, retry: { attempts: 5, firstMs: 1 } };
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
    expect(await runTask(task, options)).toMatchObject({ turns: 1, usage: { inputTokens: 250_000 } });
    const again = scriptedProvider({ turns: Array.from({ length: 5 }, () => cut) });
    const limited = await runTask({ ...task, limits: { tokens: 60_000 } }, { ...options, providers: [again] });
    expect(limited).toMatchObject({
      usage: { inputTokens: 100_000 },
      error: { code: "limit-reached", message: expect.stringContaining("limits.tokens") },
    });
    expect(again.requests).toHaveLength(2);
  });

  it("after a stop, within the grace, counts", async () => {
    const agent = agentThat(async function* ({ cwd, signal }) {
      await writeFile(join(cwd, "a.py"), "1\n");
      yield { type: "text", text: "Working" };
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      yield { type: "usage", counts: "turn", usage: { inputTokens: 100_000, outputTokens: 5_000 } };
      yield { type: "finish", reason: { unified: "aborted" }, message: { role: "assistant", text: "", calls: [] } };
    });
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", limits: { minutes: 1 / 60 } };
    expect(await runTask(task, { providers: [agent], worktreeRoot: bench.worktreeRoot })).toMatchObject({
      status: "partial",
      usage: { inputTokens: 100_000, outputTokens: 5_000 },
    });
  });

  it("as the total of a session that lasts over the steps of a run and over processes is counted once", async () => {
    let inputTokens = 0;
    const agent = agentThat(async function* ({ cwd }) {
      const text = inputTokens === 0 ? '{"subtasks":[{"title":"a"},{"title":"b"}]}' : "Done.";
      inputTokens += 1_000;
      await writeFile(join(cwd, `${inputTokens}.py`), "1\n");
      yield { type: "usage", counts: "session", usage: { inputTokens } };
      yield { type: "finish", reason: { unified: "stop" }, message: { role: "assistant", text, calls: [] } };
    });
    const model = { plan: "scripted:m", code: "scripted:m" };
    const task = { repo: bench.repository.path, prompt: "Do it", model };
    const options = { providers: [agent], worktreeRoot: bench.worktreeRoot };
    const outcome = await runTask(task, options);
    expect(outcome).toMatchObject({ status: "ready", turns: 3, usage: { inputTokens: 3_000 } });
    expect(await requestChanges(outcome, "More.", options)).toMatchObject({ turns: 4, usage: { inputTokens: 4_000 } });
  });
});

describe("a session that begins anew", () => {
  const session = (usage: Usage): TurnEvent => ({ type: "usage", counts: "session", usage });
  const usd = (amount: number): Cost => ({ usd: amount, basis: "billed" });
  const message = { role: "assistant", text: "Done.", calls: [] } as const;

  it("in the next process is counted whole, whichever of its numbers is lower", async () => {
    let cost = 1;
    const agent = agentThat(async function* ({ cwd }) {
      await writeFile(join(cwd, `${cost}.py`), "1\n");
      yield session({ inputTokens: 1_000 * cost, outputTokens: 10, cost: usd(cost) });
      if (cost === 1) yield { type: "finish", reason: { unified: "error" }, message, error: errorData("auth", "No.") };
      else yield { type: "finish", reason: { unified: "stop" }, message };
    });
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
    const options = { providers: [agent], worktreeRoot: bench.worktreeRoot };
    const outcome = await runTask(task, options);
    cost = 0.75;
    expect(await resumeTask(outcome, options)).toMatchObject({
      status: "ready",
      usage: { inputTokens: 1_750, outputTokens: 20, cost: { usd: 1.75 } },
    });
  });

  it("in the midst of a turn is added to what it had counted, and what a report leaves out is not forgotten", async () => {
    const agent = agentThat(async function* ({ cwd }) {
      await writeFile(join(cwd, "a.py"), "1\n");
      yield session({ inputTokens: 1_000, outputTokens: 100 });
      yield session({ inputTokens: 1_200 });
      yield session({ inputTokens: 1_300, outputTokens: 150 });
      yield session({ inputTokens: 100, outputTokens: 150 });
      yield { type: "finish", reason: { unified: "stop" }, message };
    });
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
    expect(await runTask(task, { providers: [agent], worktreeRoot: bench.worktreeRoot })).toMatchObject({
      usage: { inputTokens: 1_400, outputTokens: 300 },
    });
  });
});

function agentThat(turn: Provider["turn"]): Provider {
  return { apiVersion: 1, name: "scripted", kind: "agent", turn };
}
