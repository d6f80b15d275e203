import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, runTask, type Verdict, type Verifier } from "@aifactory/core";
import { calls, type Scene, temporaryRepository } from "@aifactory/core/testing";
import { onTestFinished } from "vitest";
import type { Served } from "./models.js";

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

/** Plans one part. */
export const plans: Scene = {
  id: "plans",
  parts: [calls("call_1", "submit_plan", { subtasks: [{ title: "Write a.txt" }] })],
};

/** Writes a.txt, as our loop's models do. */
export const writes = (content: string): Scene => ({
  id: "writes",
  parts: [calls("call_1", "write_file", { path: "a.txt", content })],
});
/** Says that it is done. */
export const finishes: Scene = { id: "finishes", parts: [calls("call_2", "finish", { summary: "Done." })] };

/** A run whose phases are served by different vendors: what came out, and what each of them was asked. */
export interface MixedRun {
  readonly outcome: Outcome;
  /** For each phase, the messages of every request, as text. */
  readonly asked: {
    readonly plan: readonly string[];
    readonly code: readonly string[];
    readonly fix: readonly string[];
  };
  /** `a.txt` as it was committed. */
  readonly written: string;
}

/** Runs one task over three vendors; the first result is found wanting, so that there is a fix. */
export async function mixedRun(phases: { plan: Served; code: Served; fix: Served }): Promise<MixedRun> {
  const { plan, code, fix } = phases;
  const repository = await temporaryRepository();
  const worktreeRoot = await mkdtemp(join(tmpdir(), "aifactory-worktrees-"));
  onTestFinished(async () => {
    await Promise.all([plan, code, fix].map(async ({ server }) => server.close()));
    await repository.remove();
    await rm(worktreeRoot, { recursive: true, force: true });
  });
  const model = { plan: plan.model, code: code.model, fix: fix.model };
  const task = { repo: repository.path, prompt: "Write a.txt", model, verify: "strict-once" };
  const providers = [plan.provider, code.provider, fix.provider];
  const outcome = await runTask(task, { providers, verifiers: [strictOnce()], worktreeRoot });
  const asked = ({ server }: Served): string[] => server.requests().map(({ messages }) => JSON.stringify(messages));
  return {
    outcome,
    asked: { plan: asked(plan), code: asked(code), fix: asked(fix) },
    written: await repository.read("a.txt", outcome.branch),
  };
}
