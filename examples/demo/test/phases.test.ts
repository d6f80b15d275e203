import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTask, type Verdict, type Verifier } from "@aifactory/core";
import { calls, type Scene, says, temporaryRepository } from "@aifactory/core/testing";
import { expect, it, onTestFinished } from "vitest";
import { models, type Served } from "./models.js";

/** Finds the first result wanting and the second one good. */
function strictOnce(): Verifier {
  let asked = 0;
  return {
    apiVersion: 1,
    name: "strict-once",
    async verify({ base, head }): Promise<Verdict> {
      const isGood = ++asked > 1;
      const findings = isGood ? [] : [{ code: "wrong", message: "a.txt is wrong", severity: "error" } as const];
      const about = {
        base,
        head,
        findings,
        durationMs: 1,
        evidence: {},
        verifier: { name: "strict-once", version: "1" },
      };
      return { ...about, status: isGood ? "passed" : "failed", summary: isGood ? "good" : "wrong", fixable: !isGood };
    },
  };
}

const writes = (content: string): Scene => ({
  id: "writes",
  parts: [calls("call_1", "write_file", { path: "a.txt", content })],
});
const finishes: Scene = { id: "finishes", parts: [calls("call_2", "finish", { summary: "Done." })] };

it("each phase of one run is served by the vendor that the task names for it, and by nobody else", async () => {
  const plan: Scene = {
    id: "plans",
    parts: [calls("call_1", "submit_plan", { subtasks: [{ title: "Write a.txt" }] })],
  };
  const plays = {
    claude: [plan],
    ollama: [writes("1\n"), { ...finishes, parts: [says("Ready."), ...finishes.parts] }],
    codex: [writes("2\n"), finishes],
  };
  const served: { [name: string]: Served } = {};
  for (const [name, scenes] of Object.entries(plays)) served[name] = await models[name]!(scenes);
  const repository = await temporaryRepository();
  const worktreeRoot = await mkdtemp(join(tmpdir(), "aifactory-worktrees-"));
  onTestFinished(async () => {
    await Promise.all(Object.values(served).map(async ({ server }) => server.close()));
    await repository.remove();
    await rm(worktreeRoot, { recursive: true, force: true });
  });

  const { claude, ollama, codex } = served;
  const outcome = await runTask(
    {
      repo: repository.path,
      prompt: "Write a.txt",
      model: { plan: claude!.model, code: ollama!.model, fix: codex!.model },
      verify: "strict-once",
    },
    { providers: Object.values(served).map(({ provider }) => provider), verifiers: [strictOnce()], worktreeRoot },
  );
  expect(outcome).toMatchObject({ status: "ready", verdict: { status: "passed" }, turns: 5 });
  expect(outcome.models.map(({ asked }) => asked)).toEqual([claude!.model, ollama!.model, codex!.model]);
  const asked = (name: string): string =>
    JSON.stringify(served[name]?.server.requests().map(({ messages }) => messages));
  expect(Object.values(served).map(({ server }) => server.requests().length)).toEqual([1, 2, 2]);
  expect(asked("claude")).toContain("Make a plan");
  expect(asked("ollama")).not.toContain("Make a plan");
  expect(asked("codex")).toContain("a.txt is wrong");
  expect(await repository.read("a.txt", outcome.branch)).toBe("2");
});
