import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, describe, expect, it } from "vitest";
import { approve, listRuns, type Outcome, resumeTask } from "@aifactory/core";
import { temporaryRepository, type TemporaryRepository } from "@aifactory/core/testing";
import { bundle } from "../../../test/bundle.js";
import { run } from "../src/process.js";
import { patientModel, verifier } from "./kill-model.js";

const bundles = await mkdtemp(join(tmpdir(), "aifactory-runner-"));
afterAll(async () => rm(bundles, { recursive: true, force: true }));

const runner = await bundle(join(import.meta.dirname, "kill-runner.ts"), bundles);

interface Place {
  readonly repository: TemporaryRepository;
  readonly worktreeRoot: string;
}

/** Runs the task in a process that kills itself after so many entries of the journal; 0: never. */
async function runAndKill({ repository, worktreeRoot }: Place, killAfter: number): Promise<string> {
  const { stdout, stderr, signal, exitCode } = await run({
    command: process.execPath,
    args: [runner, repository.path, worktreeRoot, `${killAfter}`],
    timeoutMs: 60_000,
  });
  expect({ signal, exitCode, stderr }).toMatchObject(killAfter > 0 ? { signal: "SIGKILL" } : { exitCode: 0 });
  return stdout;
}

async function inPlace<Result>(use: (place: Place) => Promise<Result>): Promise<Result> {
  const repository = await temporaryRepository({ files: { "app.py": "x = 1\n" } });
  const worktreeRoot = await mkdtemp(join(tmpdir(), "aifactory-worktrees-"));
  try {
    return await use({ repository, worktreeRoot });
  } finally {
    await repository.remove();
    await rm(worktreeRoot, { recursive: true, force: true });
  }
}

/** What a run leaves: its commit's files, and everything that should be gone. */
async function remains({ repository, worktreeRoot }: Place, { head, branch }: Outcome) {
  const folders = await readdir(worktreeRoot, { recursive: true });
  return {
    tree: await repository.git("rev-parse", `${head}^{tree}`),
    branch: await repository.head(branch).then((tip) => tip === head),
    status: await repository.status(),
    worktrees: (await repository.git("worktree", "list")).split("\n").length,
    folders: folders.filter((path) => path.includes("/")),
    broken: await repository.git("fsck", "--no-dangling", "--no-progress"),
  };
}

async function orSay(when: string, doing: Promise<void>): Promise<void> {
  await doing.catch((cause: unknown) => {
    throw new Error(when, { cause });
  });
}

describe("a run that is killed", () => {
  it("goes on for who knows its id and has not listed the runs", async () => {
    await inPlace(async (place) => {
      await runAndKill(place, 8);
      const repo = place.repository.path;
      const [id = ""] = await readdir(join(repo, ".git/aifactory/runs"));
      const options = { providers: [patientModel()], verifiers: [verifier()], worktreeRoot: place.worktreeRoot };
      expect(await resumeTask({ repo, id }, options)).toMatchObject({ status: "ready" });
    });
  }, 60_000);

  it("after any entry of its journal goes on to the same result, and leaves nothing", async () => {
    const whole = await inPlace(async (place) => {
      const { entries, outcome }: { entries: number; outcome: Outcome } = JSON.parse(await runAndKill(place, 0));
      expect(outcome).toMatchObject({ status: "ready", verdict: { status: "passed" }, stat: { files: 3 } });
      return { entries, left: await remains(place, outcome) };
    });
    expect(whole.entries).toBeGreaterThan(20);

    const killed = async (killAfter: number): Promise<void> =>
      inPlace(async (place) => {
        await runAndKill(place, killAfter);
        const repo = place.repository.path;
        const [found] = await listRuns(repo);
        if (!found || found.state === "damaged") throw new Error(`Killed after ${killAfter}: no run can be read.`);
        const providers = [patientModel()];
        const isOver = killAfter === whole.entries;
        expect(found.state).toBe(isOver ? "waiting" : "interrupted");
        const options = { providers, verifiers: [verifier()], worktreeRoot: place.worktreeRoot };
        if (!isOver) await resumeTask({ repo, id: found.id }, options);
        const outcome = await approve({ repo, id: found.id });
        expect(outcome).toMatchObject({ status: "ready", review: "approved" });
        expect(await remains(place, outcome)).toEqual(whole.left);
      });
    const limit = pLimit(3);
    await Promise.all(
      Array.from({ length: whole.entries }, (_, at) =>
        limit(async () => orSay(`Killed after entry ${at + 1}`, killed(at + 1))),
      ),
    );
  }, 300_000);
});
