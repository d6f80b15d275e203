import { AifactoryError } from "@aifactory/core";
import { z } from "zod";
import { childEnvironment, run } from "@aifactory/core/process";
import { fileURLToPath } from "node:url";

const answer = z.object({
  /** The program itself, behind shims and links. */
  path: z.string(),
  version: z.string(),
  /** Folders that it needs to run. */
  folders: z.array(z.string()),
});

/** A Python interpreter of the machine. */
export type Python = Readonly<z.infer<typeof answer>>;

const known = new Map<string, Promise<Python>>();

/**
 * Looks at an interpreter, once per process.
 *
 * @throws `program-missing` when it is not there or does not answer.
 */
export async function findPython(command: string): Promise<Python> {
  const found = known.get(command) ?? ask(command);
  known.set(command, found);
  found.catch(() => known.delete(command));
  return found;
}

/** The path of one of this package's Python files, from the sources and from the built package. */
export function pythonFile(name: string): string {
  return fileURLToPath(new URL(`./python/${name}`, import.meta.url));
}

/**
 * Runs one of this package's Python files, which read and write JSON and run nothing of what they read.
 *
 * @throws What it printed, when it fails.
 */
export async function askPython(python: Python, name: string, input: unknown, signal: AbortSignal): Promise<unknown> {
  const result = await run({
    command: python.path,
    args: ["-I", "-B", pythonFile(name)],
    env: { PATH: "/usr/bin:/bin" },
    input: JSON.stringify(input),
    timeoutMs: 60_000,
    signal,
    trusted: true,
    keepBytes: 16_000_000,
  });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw new Error(`${name}: ${result.stderr.trim().slice(-1_000)}`);
  return JSON.parse(result.stdout);
}

const question = `import json, os, sys, sysconfig
real = os.path.realpath(sys.executable)
folders = {sys.base_prefix, sys.base_exec_prefix, os.path.dirname(real), sysconfig.get_paths()["stdlib"]}
print(json.dumps({"path": real, "version": sys.version.split()[0], "folders": sorted(folders)}))`;

async function ask(command: string): Promise<Python> {
  const result = await run({
    command,
    args: ["-I", "-c", question],
    env: childEnvironment(),
    timeoutMs: 20_000,
    trusted: true,
  });
  if (result.exitCode !== 0)
    throw new AifactoryError("program-missing", `${command} does not work: ${result.stderr.trim()}`);
  return answer.parse(JSON.parse(result.stdout));
}
