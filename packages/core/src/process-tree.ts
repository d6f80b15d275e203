import { type ChildProcess, spawn } from "node:child_process";
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

/** A command on its leash. */
export interface Leashed {
  readonly child: ChildProcess;
  /** Lets go, when the command has ended. */
  readonly release: () => void;
}

/**
 * Starts a command and ties its life to ours. While it runs, our death by a signal or an exit kills its group; and a small
 * shell at the other end of a pipe, which closes when we die, kills group and marked processes even after a SIGKILL. That
 * shell is there first: we may be killed while the command starts.
 */
export function onLeash(mark: string, begin: () => ChildProcess): Leashed {
  const leash = spawn("/bin/sh", ["-c", leashScript, "leash", `${marker}=${mark}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  leash.on("error", () => {});
  leash.stdin.on("error", () => {});
  leash.unref();
  // A pipe to a child is a socket, and must not keep us alive.
  if (leash.stdin instanceof Socket) leash.stdin.unref();
  const letGo = (): void => void leash.stdin.end("none\ndone\n");
  try {
    const child = begin();
    const { pid } = child;
    if (pid === undefined) return { child, release: letGo };
    if (living.size === 0) watchForDeath();
    living.set(pid, mark);
    leash.stdin.write(`${pid}\n`);
    const release = (): void => {
      living.delete(pid);
      if (living.size === 0) stopWatching();
      letGo();
    };
    return { child, release };
  } catch (error) {
    letGo();
    throw error;
  }
}

// `read` fails only when our end of the pipe closes without a line: then, and only then, we have died. What was being
// started at that moment shows its mark a little later. Git takes its lock files away when it is asked to end.
const leashScript = `
read -r pid && read -r line && exit 0
if [ -n "$pid" ]; then
  kill -TERM -- "-$pid" 2>/dev/null && { sleep 0.2 2>/dev/null || sleep 1; }
  kill -KILL -- "-$pid" 2>/dev/null
fi
for round in 1 2 3 4 5 6 7 8; do
  for file in $(grep -lsF -- "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}; kill -KILL "\${pid%/environ}" 2>/dev/null
  done
  [ "$round" -lt 5 ] || sleep 0.2 2>/dev/null || sleep 1
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
