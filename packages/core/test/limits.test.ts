import { describe, expect, it } from "vitest";
import { errorData, openRun, type Outcome, resumeTask, runTask, type TaskSpec } from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
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
