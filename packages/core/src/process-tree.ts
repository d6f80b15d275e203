import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { Socket } from "node:net";

/** The variable by which everything that a command started can be found, also what left its process group. */
export const marker = "AIFACTORY_PROCESS";

const living = new Map<number, string>();
const deadlySignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Kills a command's process group and, on Linux, every process that carries its mark, until none is left (at most ten
 * rounds). Programs that run tools in sessions of their own are reached only by the mark.
 */
export async function killTree(pid: number | undefined, mark: string): Promise<void> {
  if (pid === undefined) return;
  kill(-pid);
  for (let round = 0; round < 10; round++) {
    const left = await marked(mark);
    if (left.length === 0) return;
    left.forEach(kill);
    await new Promise((resolve) => setTimeout(resolve, 5 * round));
  }
}

/**
 * Ties a command's life to ours. While it runs, our death by a signal or an exit kills its group; and a two-line shell
 * at the other end of a pipe, which closes when we die, kills group and marked processes even after a SIGKILL.
 *
 * @returns A function that lets go, for when the command has ended.
 */
export function holdOnLeash(pid: number, mark: string): () => void {
  if (living.size === 0) watchForDeath();
  living.set(pid, mark);
  const leash = spawn("/bin/sh", ["-c", leashScript, "leash", String(pid), `${marker}=${mark}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  leash.on("error", () => {});
  leash.stdin.on("error", () => {});
  leash.unref();
  // A pipe to a child is a socket, and must not keep us alive.
  if (leash.stdin instanceof Socket) leash.stdin.unref();
  return () => {
    living.delete(pid);
    if (living.size === 0) stopWatching();
    leash.stdin.end("done\n");
  };
}

// `read` fails only when our end of the pipe closes without a line: then, and only then, we have died.
const leashScript = `
read -r line && exit 0
kill -KILL -- "-$1" 2>/dev/null
for round in 1 2 3 4 5; do
  for file in $(grep -lsF -- "$2" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}; kill -KILL "\${pid%/environ}" 2>/dev/null
  done
done
`;

async function marked(mark: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(pids.map(async (pid) => ((await carries(pid, mark)) ? pid : 0)));
  return found.filter((pid) => pid > 0);
}

async function carries(pid: number, mark: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/environ`)).includes(`${marker}=${mark}`);
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function killAll(): void {
  for (const pid of living.keys()) kill(-pid);
}

function onDeadlySignal(signal: NodeJS.Signals): void {
  // Who listens too decides: to abort the run in good order, or to exit, where the children go all the same.
  if (process.listenerCount(signal) > 1) return;
  killAll();
  stopWatching();
  process.kill(process.pid, signal);
}

function watchForDeath(): void {
  process.once("exit", killAll);
  for (const signal of deadlySignals) process.on(signal, onDeadlySignal);
}

function stopWatching(): void {
  process.off("exit", killAll);
  for (const signal of deadlySignals) process.off(signal, onDeadlySignal);
}
