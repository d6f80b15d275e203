import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { childEnvironment, run, start } from "@aifactory/core/process";
import { misbehavingCli, type Misbehaviour } from "@aifactory/core/testing";
import { isAlive } from "./workbench.js";

async function misbehave(misbehaviour: Misbehaviour, options: Partial<Parameters<typeof run>[0]> = {}) {
  const program = await misbehavingCli(misbehaviour);
  try {
    return await run({ command: program.path, ...options });
  } finally {
    await program.remove();
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) await sleep(50);
  return !isAlive(pid);
}

describe("run", () => {
  it("drains 50 MB of standard error and keeps a bounded part of it", async () => {
    const result = await misbehave("floods-stderr");
    expect(result).toMatchObject({ exitCode: 0, stdout: "answer\n", truncated: true });
    expect(result.stderr.length).toBeLessThan(210_000);
  });

  it("closes standard input", async () => {
    expect(await misbehave("reads-stdin")).toMatchObject({ exitCode: 0, stdout: "answer\n" });
  });

  it("gives the exit code and the complaint", async () => {
    expect(await misbehave("exits-3")).toMatchObject({ exitCode: 3, stderr: "it broke\n" });
  });

  it("ends what ignores SIGTERM", async () => {
    expect(await misbehave("ignores-sigterm", { timeoutMs: 300, graceMs: 100 })).toMatchObject({
      stopped: "timeout",
      signal: "SIGKILL",
      stdout: "answer\n",
    });
  });

  it("does not wait for a grandchild that holds the pipe, and ends it", async () => {
    expect(await misbehave("leaves-stdout-open")).toMatchObject({
      exitCode: 0,
      stdout: "answer\n",
    });
  });

  it("ends what has left the process group", async () => {
    const { stdout } = await misbehave("leaves-a-session");
    expect(Number(stdout)).toBeGreaterThan(1);
    expect(await isGone(Number(stdout))).toBe(true);
  });

  it("stops for a signal, also for one that was given before", async () => {
    expect(await misbehave("hangs", { signal: AbortSignal.timeout(100), graceMs: 100 })).toMatchObject({
      stopped: "abort",
    });
    expect(await misbehave("hangs", { signal: AbortSignal.abort(), graceMs: 100 })).toMatchObject({
      stopped: "abort",
    });
  });

  it("says so when there is no such program, or no such folder", async () => {
    await expect(run({ command: "no-such-program-here" })).rejects.toMatchObject({
      code: "program-missing",
      message: expect.stringContaining("PATH"),
    });
    await expect(run({ command: "/bin/sh", cwd: "/no/such/folder" })).rejects.toMatchObject({
      code: "program-missing",
    });
  });
});

describe("start", () => {
  it("gives whole lines and whole characters, however they arrive", async () => {
    const program = await misbehavingCli("splits-characters");
    const lines: string[] = [];
    for await (const line of start({ command: program.path }).lines()) lines.push(line);
    expect(lines).toEqual(["日本語 👩‍👩‍👧 é"]);
    await program.remove();
  });

  it("passes on a line of 10 MiB", async () => {
    const program = await misbehavingCli("prints-a-long-line");
    const lengths: number[] = [];
    for await (const line of start({ command: program.path }).lines()) lengths.push(line.length);
    expect(lengths).toEqual([10 * 1024 * 1024, 6]);
    await program.remove();
  });

  it("is a dialogue where input is a pipe", async () => {
    const cat = start({ command: "cat", dialogue: true });
    const lines = cat.lines();
    cat.write("one\n");
    expect(await lines.next()).toMatchObject({ value: "one" });
    cat.end();
    expect((await lines.next()).done).toBe(true);
    expect(await cat.done).toMatchObject({ exitCode: 0 });
  });
});

describe("childEnvironment", () => {
  it("lets nothing through that is not on the list, and no password in a URL", () => {
    process.env["SOME_API_KEY"] = "sk-canary";
    process.env["RUST_LOG"] = "trace";
    process.env["PIP_INDEX_URL"] = "https://me:canary@example.invalid";
    const environment = childEnvironment({ EXTRA: "1" }, ["PIP_*"]);
    for (const name of ["SOME_API_KEY", "RUST_LOG", "PIP_INDEX_URL"]) delete process.env[name];
    expect(environment).toMatchObject({
      EXTRA: "1",
      PATH: process.env["PATH"],
      GIT_TERMINAL_PROMPT: "0",
    });
    expect(Object.keys(environment)).not.toContain("SOME_API_KEY");
    expect(Object.keys(environment)).not.toContain("RUST_LOG");
    expect(JSON.stringify(environment)).not.toContain("canary");
  });
});

describe("our own death", () => {
  const script = join(import.meta.dirname, "fixtures", "parent.ts");
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
    it(`by ${signal} takes with it everything that was started, sessions of their own too`, async () => {
      const parent = spawn(process.execPath, ["--conditions=aifactory-source", "--import", "tsx", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
      const pids = chunk.toString().trim().split(" ").map(Number);
      expect(pids).toHaveLength(2);
      expect(pids.map(isAlive)).toEqual([true, true]);
      parent.kill(signal);
      await once(parent, "exit");
      expect(await Promise.all(pids.map(isGone))).toEqual([true, true]);
    });
  }
});
