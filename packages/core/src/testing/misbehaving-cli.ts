import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const node = (body: string): string => `#!/usr/bin/env node\n${body}\n`;
const sh = (body: string): string => `#!/bin/sh\n${body}\n`;

/** One bad habit each. Those that speak say `answer` on a line. Nothing runs longer than ten minutes. */
const programs = {
  "floods-stderr": node(`
    const noise = "noise ".repeat(11000);
    const flood = (left) => left > 0
      ? process.stderr.write(noise, () => flood(left - noise.length))
      : process.stdout.write("answer\\n");
    flood(50 * 1024 * 1024);`),
  hangs: sh("sleep 600"),
  "ignores-sigterm": sh(`trap "" TERM; echo answer; for i in $(seq 6000); do sleep 0.1; done`),
  "exits-3": sh(`echo "it broke" >&2; exit 3`),
  "splits-characters": node(`
    const bytes = Buffer.from("日本語 👩‍👩‍👧 é\\n");
    const next = (at) => at < bytes.length
      && process.stdout.write(bytes.subarray(at, at + 1), () => setTimeout(next, 5, at + 1));
    next(0);`),
  "prints-a-long-line": node(`
    process.stdout.write("x".repeat(10 * 1024 * 1024) + "\\n", () => process.stdout.write("answer\\n"));`),
  "leaves-stdout-open": sh("sleep 600 & echo answer"),
  "leaves-a-session": node(`
    const { spawn } = require("node:child_process");
    const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    child.unref();
    console.log(child.pid);`),
  "reads-stdin": sh("cat > /dev/null; echo answer"),
  "asks-for-a-login": sh(
    `printf "You are not logged in. Open https://login.invalid and enter the code: "; read code; exit 1`,
  ),
  "answers-and-stays": sh("echo answer; sleep 600"),
} as const;

/** The name of a bad habit. */
export type Misbehaviour = keyof typeof programs;

/**
 * Writes a tiny program with one bad habit into a folder of its own.
 *
 * - `floods-stderr`: 50 MB there before its answer.
 * - `hangs`: says nothing, for ten minutes.
 * - `ignores-sigterm`: answers and stays; only SIGKILL ends it.
 * - `exits-3`: complains on standard error.
 * - `splits-characters`: prints byte by byte.
 * - `prints-a-long-line`: 10 MiB of it, then the answer.
 * - `leaves-stdout-open`: exits, while a grandchild holds its standard output.
 * - `leaves-a-session`: exits, while a process in a session of its own goes on; prints that one's id.
 * - `reads-stdin`: answers when its input has ended.
 * - `asks-for-a-login`: prompts, without a line end, and waits.
 * - `answers-and-stays`: does not exit after its answer.
 */
export async function misbehavingCli(
  misbehaviour: Misbehaviour,
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-cli-"));
  const path = join(folder, misbehaviour);
  await writeFile(path, programs[misbehaviour]);
  await chmod(path, 0o755);
  return { path, remove: async () => rm(folder, { recursive: true, force: true }) };
}
