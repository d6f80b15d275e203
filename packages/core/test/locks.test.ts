import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
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
    for (let round = 0; round < 100; round++) {
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
    for (const path of [file, `${file}.removal`, `${file}.removal.removal`]) await writeFile(path, await deadHolder());
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

describe("a holder", () => {
  it.skipIf(process.platform !== "linux")("that was killed and not yet asked for is dead", async () => {
    // The shell makes way for a program that never asks for what the shell has started.
    const parent = spawn("sh", ["-c", "cat <&3 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore", "pipe"],
    });
    try {
      const [output] = await once(parent.stdout!, "data");
      const pid = String(output).trim();
      const isSleep = async () => (await readFile(`/proc/${parent.pid}/comm`, "utf8")) === "sleep\n";
      await vi.waitUntil(isSleep, { timeout: 10_000 });
      (parent.stdio[3] as Writable).end();
      const fields = async () => (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]!.split(" ");
      await vi.waitUntil(async () => (await fields())[0] === "Z", { timeout: 10_000 });
      const [space, , , ...machine] = (await thisHolder()).split("-");
      await writeFile(file, [space, pid, (await fields())[19], ...machine].join("-"));
      expect(await isHeld(file)).toBe(false);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("of before the machine's restart is dead", async () => {
    const [space, pid, start, , name] = (await thisHolder()).split("-");
    await writeFile(file, ["4026539999", "7", start, "00000000", name].join("-"));
    expect(await isHeld(file)).toBe(false);
    await writeFile(file, [space, pid, start, "00000000", name].join("-"));
    expect(await isHeld(file)).toBe(false);
  });

  it("that can't be seen from here keeps its lock, and who wants it is told how to remove it", async () => {
    const [space, , start, machineStart, name] = (await thisHolder()).split("-");
    const dead = (await deadHolder()).split("-")[1];
    for (const holder of [
      ["4026539999", "7", "12345"],
      ["4026539999", "7", "12345", machineStart, name],
      [space, dead, start, "00000000", "00000000"],
    ]) {
      await writeFile(file, holder.join("-"));
      expect(await isHeld(file)).toBe(true);
      await expect(takeLock(file, 0)).rejects.toMatchObject({
        code: "locked",
        message: expect.stringContaining(`rm '${file}'`),
      });
      await rm(file);
    }
  });
});
