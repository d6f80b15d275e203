import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isGone, thisHolder } from "../src/holder.js";
import { isHeld, takeLock } from "../src/lock.js";
import { makeScratch, sweepScratch } from "../src/scratch.js";

let folder: string;
beforeEach(async () => {
  folder = await makeScratch();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The holder of a process that has ended. */
async function deadHolder(): Promise<string> {
  const [space, , start] = (await thisHolder()).split("-");
  return [space, execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }).trim(), start].join("-");
}

describe("temporary folders", () => {
  it("go when the process that made them is gone, and only then", async () => {
    const left = join(tmpdir(), `aifactory-${await deadHolder()}-abc123`);
    const foreign = join(tmpdir(), "aifactory-1-1-1-abc123");
    await mkdir(join(left, "full"), { recursive: true });
    await mkdir(foreign, { recursive: true });
    await sweepScratch();
    expect([left, folder, foreign].map((path) => existsSync(path))).toEqual([false, true, true]);
    await rm(foreign, { recursive: true });
  });

  it("tell two processes with the same number apart", async () => {
    const [space, pid, start] = (await thisHolder()).split("-");
    expect(await isGone(await thisHolder())).toBe(false);
    expect(await isGone(`${space}-${pid}-${Number(start) - 1}`)).toBe(process.platform === "linux");
  });
});

describe("a lock", () => {
  it("is nobody's when its holder is gone, and says who holds it", async () => {
    const file = join(folder, "lock");
    await writeFile(file, await deadHolder());
    expect(await isHeld(file)).toBe(false);
    const release = await takeLock(file, 0);
    expect(await readFile(file, "utf8")).toBe(await thisHolder());
    await expect(takeLock(file, 0)).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining("This process is at work on this already"),
    });
    await release();
    expect(existsSync(file)).toBe(false);
  });

  it("leaves no draft behind of one that was killed before it wrote a word", async () => {
    const file = join(folder, "lock");
    const dead = `${file}.${await deadHolder()}.1`;
    const living = `${file}.${await thisHolder()}.2`;
    await writeFile(dead, "");
    await writeFile(living, "");
    expect(await isHeld(file)).toBe(false);
    expect([dead, living].map((path) => existsSync(path))).toEqual([false, true]);
  });

  it("is held by one of many that want it, also when they find a dead one", async () => {
    const file = join(folder, "lock");
    await writeFile(file, await deadHolder());
    let holding = 0;
    const work = async (): Promise<void> => {
      const release = await takeLock(file, 30_000);
      expect(++holding).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      holding -= 1;
      await release();
    };
    await Promise.all(Array.from({ length: 20 }, work));
  });
});
