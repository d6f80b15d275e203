import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment, type CommandResult, run, type RunningCommand, start } from "@aifactory/core/process";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../../..");
// What pip needs to find packages is the machine's own business.
const env = childEnvironment({}, ["PIP_*", "UV_*"]);

/** A folder for the demo's repository, with what a shell must be told of in its name; it is removed after the test. */
export async function demoFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory demo-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return join(folder, "repo");
}

/** A program of the demo's folder, as a process of its own. */
export function startDemo(program: string, ...args: readonly string[]): RunningCommand {
  const script = join("examples/demo", program);
  const node = ["--import", "tsx", "--conditions=aifactory-source"];
  const running = start({ command: process.execPath, args: [...node, script, ...args], cwd: root, env });
  onTestFinished(async () => void (await running.stop()));
  return running;
}

/** What it prints to its end; `told` is called with each line. */
export async function screen(running: RunningCommand, told: (line: string) => void = () => {}): Promise<string> {
  const lines: string[] = [];
  for await (const line of running.lines()) {
    lines.push(line);
    told(line);
  }
  return lines.join("\n");
}

/** Types one of the lines that a screen offers, by its name. */
export async function type(name: string, offered: string): Promise<CommandResult> {
  const line = new RegExp(`^${name} +(.*)$`, "m").exec(offered)?.[1];
  return run({ command: "/bin/sh", args: ["-c", line ?? `echo no ${name} in the screen`], cwd: root, env });
}
