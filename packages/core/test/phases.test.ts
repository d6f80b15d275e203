import { describe, expect, it } from "vitest";
import { type Provider, runTask, type RunOptions, type TaskSpec, type Verifier } from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

function run(spec: Partial<TaskSpec>, providers: readonly Provider[], options: RunOptions = {}) {
  return runTask(
    { repo: bench.repository.path, prompt: "Do it", model: "code:m", ...spec },
    { providers, worktreeRoot: bench.worktreeRoot, ...options },
  );
}

/** Red the first time, green the second. */
function strictOnce(): Verifier {
  let judged = 0;
  return {
    apiVersion: 1,
    name: "judge",
    async verify({ base, head }) {
      const status = judged++ === 0 ? "failed" : "passed";
      return {
        status,
        summary: status,
        verifier: { name: "judge", version: "1" },
        base,
        head,
        findings: [],
        fixable: true,
        durationMs: 1,
        evidence: {},
      };
    },
  };
}

describe("a model for each phase", () => {
  it("plans, codes and fixes, each asked only for its own", async () => {
    const plan = scriptedProvider({
      name: "plan",
      turns: [
        {
          calls: [
            {
              name: "submit_plan",
              input: { subtasks: [{ title: "One", done_when: "a.py is there" }, { title: "Two" }] },
            },
          ],
        },
      ],
    });
    const code = scriptedProvider({ name: "code", turns: [write("a.py"), done, write("b.py"), done] });
    const fix = scriptedProvider({ name: "fix", turns: [write("c.py"), done] });
    const outcome = await run(
      { model: { plan: "plan:p", code: "code:c", fix: "fix:f" }, verify: "judge" },
      [plan, code, fix],
      { verifiers: [strictOnce()] },
    );
    expect(outcome).toMatchObject({ status: "ready", subtasks: { done: 2, total: 2 }, stat: { files: 3 } });
    expect([plan, code, fix].map(({ requests }) => requests.length)).toEqual([1, 4, 2]);
    expect(outcome.models).toMatchObject([{ asked: "plan:p" }, { asked: "code:c" }, { asked: "fix:f" }]);
    const second = code.requests[2]?.messages[0];
    expect(second).toMatchObject({ text: expect.stringContaining("1. One (done)\n2. Two (now)") });
    expect(plan.requests[0]?.tools.map(({ name }) => name)).toEqual([
      "read_file",
      "list_files",
      "search_files",
      "submit_plan",
    ]);
  });

  it("takes an agent's plan from its words, and puts back what it wrote while planning", async () => {
    const plan = scriptedProvider({
      name: "plan",
      kind: "agent",
      turns: [{ text: 'Here:\n```json\n{"subtasks":[{"title":"One"}]}\n```', files: { "hasty.py": "1\n" } }],
    });
    const outcome = await run({ model: { plan: "plan:p", code: "code:c" } }, [
      plan,
      scriptedProvider({ name: "code", turns: [write("a.py"), done] }),
    ]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
  });

  it("ends when the plan can't be read, before any code is paid for", async () => {
    const code = scriptedProvider({ name: "code", turns: [] });
    const outcome = await run({ model: { plan: "plan:p", code: "code:c" } }, [
      scriptedProvider({ name: "plan", turns: [{ text: "I would rather talk." }] }),
      code,
    ]);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "plan-unreadable" } });
    expect(code.requests).toEqual([]);
  });

  it("an agent works in one turn, and what it wrote counts, not what it says", async () => {
    const agent = scriptedProvider({
      name: "code",
      kind: "agent",
      turns: [{ text: "Done.", files: { "a.py": "1\n" } }],
    });
    expect(await run({}, [agent])).toMatchObject({ status: "ready", turns: 1, stat: { files: 1 } });
  });
});

describe("limits and money", () => {
  const paid = (turns: readonly Script[]): Provider => ({
    ...scriptedProvider({ name: "code", turns }),
    describe: async () => ({ price: { input: 10, output: 100, cacheRead: 1 } }),
  });
  const usage = { inputTokens: 100_000, cacheReadTokens: 50_000, outputTokens: 10_000 };
  const using = (path: string): Script => ({ calls: [{ name: "write_file", input: { path, content: "1\n" } }], usage });

  it("estimates the cost from the list price, cached input apart, and says that it is an estimate", async () => {
    const outcome = await run({}, [paid([using("a.py"), done])]);
    expect(outcome.usage).toMatchObject({ inputTokens: 100_000, outputTokens: 10_000, cost: { basis: "estimated" } });
    expect(outcome.usage.cost?.usd).toBeCloseTo(0.5 + 0.05 + 1);
    expect(outcome.uncosted).toBe(1);
  });

  it("stops at a limit of dollars or tokens, with the work kept", async () => {
    const turns = [using("a.py"), using("b.py"), using("c.py")];
    expect(await run({ limits: { usd: 3 } }, [paid(turns)])).toMatchObject({
      status: "partial",
      turns: 2,
      stat: { files: 2 },
      error: { code: "limit-reached", message: expect.stringContaining("limits.usd") },
    });
    expect(await run({ limits: { tokens: 200_000 } }, [paid(turns)])).toMatchObject({
      turns: 2,
      error: { message: expect.stringContaining("limits.tokens") },
    });
  });

  it("takes the provider's own figure where it has one", async () => {
    const billed: Script = {
      ...write("a.py"),
      usage: { outputTokens: 5, cost: { usd: 0.25, basis: "billed" } },
    };
    expect((await run({}, [paid([billed, done])])).usage.cost).toEqual({ usd: 0.25, basis: "billed" });
  });

  it("leaves unknown what nobody said: no zero, no cost", async () => {
    const outcome = await run({}, [scriptedProvider({ name: "code", turns: [write("a.py"), done] })]);
    expect(outcome.usage).toEqual({});
    expect(outcome.uncosted).toBe(2);
  });
});

describe("the model that served", () => {
  it("is recorded beside the one asked for; another one is a notice, a dated name of the same is not", async () => {
    const served = (servedModel: string): Script => ({ ...write("a.py"), servedModel });
    const other = await run({ model: "code:big" }, [
      scriptedProvider({ name: "code", turns: [served("small"), done] }),
    ]);
    expect(other).toMatchObject({
      models: [{ asked: "code:big", served: "small" }],
      notices: [{ code: "other-model" }],
    });
    const dated = await run({ model: "code:big" }, [
      scriptedProvider({ name: "code", turns: [served("big-20260101"), done] }),
    ]);
    expect(dated).toMatchObject({ models: [{ asked: "code:big", served: "big-20260101" }], notices: [] });
  });
});

describe("a refusal", () => {
  it("has its own name", async () => {
    const outcome = await run({}, [
      scriptedProvider({ name: "code", turns: [{ text: "I can't.", reason: "content-filter" }] }),
    ]);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "refused" } });
  });
});
