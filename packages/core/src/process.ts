import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { childEnvironment, type Environment } from "./environment.js";
import { AifactoryError } from "./errors.js";
import { boundedOutput, linesOf } from "./output.js";
import { killTree, marker, onLeash } from "./process-tree.js";
import { timerMs } from "./timers.js";

export { childEnvironment, type Environment } from "./environment.js";
export { makeScratch } from "./scratch.js";
export { probeSandbox, type Sandbox, sandboxed, type SandboxProbe } from "./sandbox.js";

/** A program to run. */
export interface Command {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment. Default: `childEnvironment()`. */
  readonly env?: Environment;
  /** What the program reads from its standard input. Absent: nothing, it is closed. */
  readonly input?: string;
  /** What its input and output are. `latin1`: bytes, one character each. Default `utf8`. */
  readonly encoding?: "utf8" | "latin1";
  /** Keeps its standard input open for `write` and `end`. Default false. */
  readonly dialogue?: boolean;
  /** Milliseconds until everything it started is killed. Default: never. */
  readonly timeoutMs?: number;
  /** Ends it like the time limit does. */
  readonly signal?: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL. Default 2,000. */
  readonly graceMs?: number;
  /** For programs that start nothing which could outlive them, such as git: saves the leash and the sweep. Default false. */
  readonly trusted?: boolean;
  /** Gives a trusted program its leash all the same: it dies when we do. Default false. */
  readonly leashed?: boolean;
  /** Bytes of each output stream that are kept, half from the beginning and half from the end. Default 200,000. */
  readonly keepBytes?: number;
  /** Opens descriptor 3 for the program to write on. What it wrote, at most 64 MiB, is the result's `channel`. */
  readonly channel?: true;
}

/** How a program ended. */
export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether output was left out. */
  readonly truncated: boolean;
  /** What was written on descriptor 3; present when one was asked for. */
  readonly channel?: string;
  /** What ended it early, if we did. */
  readonly stopped?: "timeout" | "abort";
  readonly durationMs: number;
}

/** A running program. */
export interface RunningCommand {
  readonly pid: number | undefined;
  /** Standard output line by line; to be read by one reader, to its end. */
  lines(): AsyncGenerator<string>;
  write(text: string): void;
  end(): void;
  /** SIGTERM to its process group, then SIGKILL to everything it started. */
  stop(): Promise<CommandResult>;
  /** Resolves when it has ended and nothing of it is left; rejects with `program-missing` if it could not be started. */
  readonly done: Promise<CommandResult>;
}

/**
 * Runs a program to its end. Resolves whatever its exit code; rejects with `program-missing` if it can't be started.
 */
export function run(command: Command): Promise<CommandResult> {
  return launch(command, false).done;
}

/** Starts a program whose output is read line by line with `lines()` while it runs. */
export function start(command: Command): RunningCommand {
  return launch(command, true);
}

function launch(command: Command, readsLines: boolean): RunningCommand {
  const startedAt = performance.now();
  const mark = randomUUID();
  const isFree = command.trusted && !command.leashed;
  const begin = (): ChildProcess =>
    spawn(command.command, command.args ?? [], {
      cwd: command.cwd,
      env: { ...(command.env ?? childEnvironment()), [marker]: mark },
      // A process group of its own, so that everything in it can be ended together.
      detached: true,
      stdio: [pipeIf(command.dialogue || command.input !== undefined), "pipe", "pipe", pipeIf(command.channel)],
    });
  const { child, release } = isFree ? { child: begin(), release: () => {} } : onLeash(mark, begin);
  const stdout = boundedOutput(command.keepBytes ?? 200_000);
  const stderr = boundedOutput(command.keepBytes ?? 200_000);
  // Both pipes are drained whatever the caller does: a program blocks for ever on a full one.
  child.stderr?.on("data", (chunk: Buffer) => stderr.write(chunk));
  if (!readsLines) child.stdout?.on("data", (chunk: Buffer) => stdout.write(chunk));
  const channel = boundedOutput(64 * 1024 * 1024);
  child.stdio[3]?.on("data", (chunk: Buffer) => channel.write(chunk)).on("error", () => {});
  feed(child, command);

  let stopped: CommandResult["stopped"];
  let killing: Promise<void> | undefined;
  const kill = (): Promise<void> => (killing ??= endGently(child, mark, command.graceMs ?? 2_000));
  const stopFor = (reason: NonNullable<CommandResult["stopped"]>) => (): void => {
    stopped ??= reason;
    void kill();
  };
  const onAbort = stopFor("abort");
  const timer =
    command.timeoutMs === undefined ? undefined : setTimeout(stopFor("timeout"), timerMs(command.timeoutMs));
  if (command.signal?.aborted) onAbort();
  else command.signal?.addEventListener("abort", onAbort, { once: true });

  const finish = async (): Promise<CommandResult> => {
    try {
      const [exitCode, signal] = await exited(child, command);
      // Whatever it left behind goes too: a background job would hold the pipes open and outlive the run.
      await (killing ?? (command.trusted ? undefined : killTree(child.pid, mark)));
      await drained(child, readsLines);
      const truncated = stdout.truncated || stderr.truncated;
      const kept = { stdout: stdout.text(command.encoding), stderr: stderr.text(command.encoding), truncated };
      const heard = command.channel && { channel: channel.text() };
      const durationMs = Math.round(performance.now() - startedAt);
      return { exitCode, signal, ...kept, ...heard, ...(stopped && { stopped }), durationMs };
    } finally {
      clearTimeout(timer);
      command.signal?.removeEventListener("abort", onAbort);
      release();
    }
  };
  const done = finish();
  // A caller that only reads lines must not be hit by an unhandled rejection.
  done.catch(() => {});

  return {
    pid: child.pid,
    done,
    async *lines() {
      if (child.stdout) yield* linesOf(child.stdout);
    },
    write: (text) => void child.stdin?.write(text),
    end: () => void child.stdin?.end(),
    stop: async () => {
      await kill();
      return done;
    },
  };
}

const pipeIf = (wanted: boolean | undefined): "pipe" | "ignore" => (wanted ? "pipe" : "ignore");

function feed(child: ChildProcess, { input, encoding }: Command): void {
  // A program that does not read its input closes the pipe; that is its right and no error.
  child.stdin?.on("error", () => {});
  if (input !== undefined) child.stdin?.end(input, encoding ?? "utf8");
}

function exited(child: ChildProcess, { command, cwd }: Command): Promise<[number | null, string | null]> {
  const where = cwd === undefined ? "" : ` in ${cwd}`;
  const missing = `Could not start ${command}${where}: is it installed and on PATH?`;
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new AifactoryError("program-missing", missing, { cause })));
    child.once("exit", (code, signal) => resolve([code, signal]));
  });
}

/** Waits for the rest of the output; what holds a pipe open after all was killed is left behind. */
async function drained(child: ChildProcess, readsLines: boolean): Promise<void> {
  const open = child.stdio.slice(1).filter((end) => end instanceof Readable && !end.closed);
  const destroy = (): void => open.forEach((end) => end?.destroy());
  const patience = setTimeout(destroy, readsLines ? 10_000 : 500);
  await Promise.all(open.map((end) => once(end!, "close").catch(() => {})));
  clearTimeout(patience);
}

async function endGently(child: ChildProcess, mark: string, graceMs: number): Promise<void> {
  if (child.pid === undefined) return;
  signalGroup(child.pid, "SIGTERM");
  if (child.exitCode === null && child.signalCode === null) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), graceMs);
    await once(child, "exit", { signal: patience.signal }).catch(() => {});
    clearTimeout(timer);
  }
  await killTree(child.pid, mark);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}
