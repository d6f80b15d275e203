import { constants } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "./environment.js";
import { makeScratch } from "./scratch.js";

/** A git command that has run. */
export interface TracedCommand {
  /** What git calls it, such as `update-ref`. */
  readonly name: string;
  /** Its command line, with the program. */
  readonly words: readonly string[];
  /** Milliseconds since 1970, between which it ran. */
  readonly begin: number;
  readonly end: number;
}

/** A record of git commands, which git itself keeps. */
export interface GitTrace {
  /** What a process needs in its environment so that git commands below it are recorded. */
  readonly env: Environment;
  /** Those that have ended since the last call. */
  commands(): Promise<readonly TracedCommand[]>;
  close(): Promise<void>;
}

/**
 * Begins a record, by git's Trace2 (https://git-scm.com/docs/api-trace2): each process writes a file of its own into a private
 * folder, from git 2.22 on. Whoever clears its environment is not in it.
 */
export async function traceGit(): Promise<GitTrace> {
  const scratch = await makeScratch();
  const folder = join(scratch, "git");
  await mkdir(folder);
  return {
    env: { GIT_TRACE2_EVENT: folder, GIT_TRACE2_EVENT_BRIEF: "1" },
    commands: async () => {
      const commands: TracedCommand[] = [];
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name);
        const command = commandIn(await readTrace(path));
        if (command) commands.push(command);
        await rm(path, { recursive: true, force: true });
      }
      return commands;
    },
    close: async () => rm(scratch, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Bytes of a file that are looked at: a command with a longer one has done much else. */
const longest = 1024 * 1024;

/** Anybody may write into that folder: what is not a file of ours is nothing. */
async function readTrace(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  try {
    const facts = await file?.stat();
    return file && facts?.isFile() && facts.size <= longest ? await file.readFile("utf8") : "";
  } finally {
    await file?.close();
  }
}

/** Undefined where it has not come to its end: when it ended is not known then. */
function commandIn(trace: string): TracedCommand | undefined {
  const events = trace.split("\n").flatMap(eventIn);
  const time = (event: string): number => Date.parse(String(events.find((one) => one.event === event)?.time));
  const [begin, end] = [time("version"), time("atexit")];
  const name = events.find(({ event }) => event === "cmd_name")?.name;
  const words = events.find(({ event }) => event === "start")?.argv;
  if (Number.isNaN(begin) || Number.isNaN(end) || typeof name !== "string" || !Array.isArray(words)) return undefined;
  // Git tells microseconds, and a date holds milliseconds.
  return { name, words: words.map(String), begin, end: end + 1 };
}

interface TraceEvent {
  readonly event?: unknown;
  readonly time?: unknown;
  readonly name?: unknown;
  readonly argv?: unknown;
}

function eventIn(line: string): readonly TraceEvent[] {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null ? [event] : [];
  } catch {
    return [];
  }
}
