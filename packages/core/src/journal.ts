import { mkdir, open, truncate } from "node:fs/promises";
import { join } from "node:path";
import { AifactoryError, toError } from "./errors.js";
import type { RecordEvent } from "./events.js";
import { linesIn } from "./journal/lines.js";
import { requireOwnFiles, requireOwnRecord } from "./journal/ours.js";
import { apply, type Entry, type RunRecord } from "./record.js";

/** The append-only history of one run: one JSON entry a line, on disk before `append` resolves. */
export interface Journal {
  readonly record: RunRecord;
  /** What is written down, from the beginning. */
  entries(): Promise<readonly Entry[]>;
  append(event: RecordEvent): Promise<RunRecord>;
  close(): Promise<void>;
}

/** Where the runs of a repository are kept: in its own git directory, never in the tree. */
export function runsDirectory(commonDir: string): string {
  return join(commonDir, "aifactory", "runs");
}

/** The folder of one run: journal, lock and index. */
export function runDirectory(commonDir: string, id: string): string {
  return join(runsDirectory(commonDir), id);
}

/**
 * Begins the journal of a new run with its first event.
 *
 * @throws `disk` when it can't be written.
 */
export async function createJournal(
  directory: string,
  first: Extract<RecordEvent, { type: "run-started" }>,
): Promise<Journal> {
  await onDisk(() => mkdir(directory, { recursive: true }));
  return openForAppend(directory, undefined, first);
}

/**
 * Opens the journal of an existing run to go on with it. A last line that a crash cut short is taken off.
 *
 * @throws `unknown-run` when there is none.
 */
export async function continueJournal(directory: string): Promise<Journal> {
  let bytes = 0;
  const record = await fold(directory, (end) => (bytes = end));
  await onDisk(() => truncate(journalFile(directory), bytes));
  return openForAppend(directory, record, undefined);
}

/** Reads what is known of a run, without opening it for writing. */
export async function readRecord(directory: string): Promise<RunRecord> {
  return fold(directory);
}

/**
 * Whether a run ever began: a process that was killed before its first entry has done nothing. What is none of ours, or
 * can't be read at this moment, is not taken for the rest of a kill.
 */
export async function hasBegun(directory: string): Promise<boolean> {
  try {
    await requireOwnFiles(directory);
    const lines = linesIn(journalFile(directory));
    const { done } = await lines.next();
    await lines.return(undefined);
    return !done;
  } catch (error) {
    return !isMissing(error);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function journalFile(directory: string): string {
  return join(directory, "journal.jsonl");
}

async function openForAppend(
  directory: string,
  known: RunRecord | undefined,
  first: RecordEvent | undefined,
): Promise<Journal> {
  const file = await onDisk(() => open(journalFile(directory), known ? "a" : "ax"));
  let bytes = (await file.stat()).size;
  let record = known;
  let queue: Promise<unknown> = Promise.resolve();

  const write = async (event: RecordEvent): Promise<RunRecord> => {
    const entry: Entry = { seq: (record?.seq ?? 0) + 1, at: new Date().toISOString(), event };
    // The line first, the record second: what is not on disk has not happened.
    const line = `${JSON.stringify(entry)}\n`;
    await onDisk(async () => {
      // Half a line that a full disk left behind would damage what follows it.
      await file.truncate(bytes);
      await file.appendFile(line);
      await file.datasync();
    });
    bytes += Buffer.byteLength(line);
    record = apply(record, entry);
    return record;
  };
  const append = (event: RecordEvent): Promise<RunRecord> => {
    const written = queue.then(() => write(event));
    queue = written.catch(() => {});
    return written;
  };

  if (first) await append(first);
  return {
    get record() {
      if (!record) throw new TypeError("A journal begins with an event.");
      return record;
    },
    append,
    entries: async () => {
      const entries: Entry[] = [];
      for await (const { entry } of entriesIn(directory)) entries.push(entry);
      return entries;
    },
    async close() {
      await queue;
      await file.close();
    },
  };
}

/** The entries, each with the place where its line ends. What a crash cut short is none, nor is one that comes a second time. */
async function* entriesIn(directory: string): AsyncGenerator<{ readonly entry: Entry; readonly end: number }> {
  await requireOwnFiles(directory);
  let count = 0;
  let last = 0;
  try {
    for await (const { line, end } of linesIn(journalFile(directory))) {
      count += 1;
      const entry = line === "" ? undefined : parseEntry(line, count, directory);
      if (!entry || entry.seq <= last) continue;
      last = entry.seq;
      yield { entry, end };
    }
  } catch (cause) {
    if (cause instanceof AifactoryError) throw cause;
    if (isMissing(cause))
      throw new AifactoryError(
        "unknown-run",
        `There is no run in ${directory}. listRuns(repo) tells which there are.`,
        { cause },
      );
    const why = `The journal in ${directory} can't be read: ${toError(cause).message}`;
    throw new AifactoryError("disk", why, { cause });
  }
}

function parseEntry(line: string, count: number, directory: string): Entry {
  try {
    const entry: Partial<Entry> | null = JSON.parse(line);
    const { seq, at, event } = entry ?? {};
    if (typeof seq === "number" && typeof at === "string" && typeof event?.type === "string") return { seq, at, event };
    throw new TypeError("It is no entry.");
  } catch (cause) {
    throw new AifactoryError("unknown-run", `Line ${count} of ${journalFile(directory)} is damaged.`, { cause });
  }
}

/** @param reached Is told where the last whole line ends. */
async function fold(directory: string, reached?: (end: number) => void): Promise<RunRecord> {
  let record: RunRecord | undefined;
  for await (const { entry, end } of entriesIn(directory)) {
    record = apply(record, entry);
    reached?.(end);
  }
  if (!record) throw new AifactoryError("unknown-run", `The journal in ${directory} is empty: the run never began.`);
  requireOwnRecord(record, directory);
  return record;
}

async function onDisk<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw new AifactoryError("disk", `The run's journal can't be written: ${toError(error).message}`, { cause: error });
  }
}
