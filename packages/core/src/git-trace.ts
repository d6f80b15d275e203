import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { jsonLine } from "./cli-agent.js";
import type { Environment } from "./environment.js";
import { readSmall } from "./git/specials.js";
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
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const path = join(folder, entry.name);
        // Anybody may write into that folder: what is not a file of ours is nothing.
        const command = entry.isFile() ? commandIn((await readSmall(path)) ?? "") : undefined;
        if (command) commands.push(command);
        await rm(path, { recursive: true, force: true });
      }
      return commands;
    },
    close: async () => rm(scratch, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Undefined where it has not come to its end: when it ended is not known then. */
function commandIn(trace: string): TracedCommand | undefined {
  const events = trace.split("\n").flatMap((line): readonly TraceEvent[] => {
    const event = jsonLine(line);
    return event ? [event] : [];
  });
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
