import { execFileSync } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { thisHolder } from "../src/holder.js";
import { isHeld, takeLock } from "../src/lock.js";
import { makeScratch } from "../src/scratch.js";

let file: string;
beforeEach(async () => {
  file = join(await makeScratch(), "lock");
});
afterEach(async () => {
  await rm(join(file, ".."), { recursive: true, force: true });
});

/** The holder of a process that has ended. */
async function deadHolder(): Promise<string> {
  const [space, , ...others] = (await thisHolder()).split("-");
  return [space, execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }).trim(), ...others].join("-");
}

describe("a lock whose holder has died", () => {
  it("is had at once by who does not wait", async () => {
    await writeFile(file, await deadHolder());
    const release = await takeLock(file, 0);
    await release();
    expect(await readdir(join(file, ".."))).toEqual([]);
  });

  it("is had by one alone, however many want it or look at it", async () => {
    const dead = await deadHolder();
    for (let round = 0; round < 200; round++) {
      await writeFile(file, dead);
      const takers = Array.from({ length: 5 }, async () => takeLock(file, 0));
      const looking = [isHeld(file), isHeld(file)];
      const taken = await Promise.allSettled(takers);
      await Promise.all(looking);
      expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await rm(file, { force: true });
    }
  }, 60_000);

  it("is had also when somebody was killed in the middle of removing it", async () => {
    for (const path of [file, `${file}-removal`, `${file}-removal-removal`]) await writeFile(path, await deadHolder());
    const release = await takeLock(file, 0);
    await release();
    expect(await isHeld(file)).toBe(false);
    expect(await readdir(join(file, ".."))).toEqual([]);
  });
});

describe("who waits for a lock", () => {
  it("waits no longer when the clock is set back", async () => {
    await writeFile(file, await thisHolder());
    const now = Date.now();
    let asked = 0;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now - 1_000 * asked++);
    try {
      await expect(takeLock(file, 50)).rejects.toMatchObject({ code: "locked" });
    } finally {
      clock.mockRestore();
    }
  });
});
