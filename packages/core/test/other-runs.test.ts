import { describe, expect, it } from "vitest";
import { approve, cleanRuns, type Outcome, reject } from "@aifactory/core";
import type { Script } from "@aifactory/core/testing";
import { attack, command } from "./hostile-model.js";
import { workbench } from "./workbench.js";

const bench = workbench();

async function run(turns: readonly Script[] = []): Promise<Outcome> {
  const { outcome } = await attack(bench, turns, { sandbox: "none" });
  expect(outcome.status).toBe("ready");
  return outcome;
}

const told = ({ notices }: Outcome): string => notices.map(({ message }) => message).join(" ");

describe("the branch of another run, which waits for review", () => {
  it("is made again after a model deleted it, and can be approved", async () => {
    const waiting = await run();
    const other = await run([command(`git branch -D ${waiting.branch}`)]);
    expect(told(other)).toContain(`Made again after they were deleted: refs/heads/${waiting.branch}.`);
    await approve(waiting, { unverified: true });
    expect(await bench.repository.head("main")).toBe(waiting.head);
  });

  it("is put back where a model moved it", async () => {
    const waiting = await run();
    const other = await run([command(`git branch --force ${waiting.branch} HEAD`)]);
    expect(told(other)).toContain(`before the run moved them: refs/heads/${waiting.branch} (from `);
    expect(await bench.repository.head(waiting.branch)).toBe(waiting.head);
  });

  it("is told to be gone where what it stood at is gone too", async () => {
    const waiting = await run();
    const other = await run([command(`git branch -D ${waiting.branch}; git gc --quiet --prune=now`)]);
    expect(told(other)).toContain(
      `Gone, and can't be made again because what they stood at is gone too: refs/heads/${waiting.branch} (at ${waiting.head}).`,
    );
    await expect(approve(waiting, { unverified: true })).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining("not in the repository any more"),
    });
  });

  it("stays as its own run, its user and cleanRuns leave it meanwhile", async () => {
    const { repository } = bench;
    const [over, waiting] = [await run(), await run()];
    const third: Outcome[] = [];
    const other = await run([
      async () => {
        await reject(over);
        await cleanRuns(repository.path);
        third.push(await run());
        return command("true");
      },
    ]);
    expect(other.notices).toEqual([]);
    expect((await repository.branches()).toSorted()).toEqual(
      ["main", ...[waiting, other, ...third].map(({ branch }) => branch)].toSorted(),
    );
  });
});
