import { mkdir, open, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { AifactoryError, toError } from "./errors.js";
import type { RecordEvent } from "./events.js";
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
  const { entries, bytes } = await readEntries(directory);
  await onDisk(() => truncate(journalFile(directory), bytes));
  return openForAppend(directory, fold(entries, directory), undefined);
}

/** Reads what is known of a run, without opening it for writing. */
export async function readRecord(directory: string): Promise<RunRecord> {
  const { entries } = await readEntries(directory);
  return fold(entries, directory);
}

/** Whether a run ever began: a process that was killed before its first entry has done nothing. */
export async function hasBegun(directory: string): Promise<boolean> {
  // What is none of ours is not taken for the rest of a kill.
  const isOurs = await requireOwnFiles(directory).then(
    () => true,
    () => false,
  );
  return !isOurs || (await readFile(journalFile(directory), "utf8").catch(() => "")).includes("\n");
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
    entries: async () => (await readEntries(directory)).entries,
    async close() {
      await queue;
      await file.close();
    },
  };
}

async function readEntries(directory: string): Promise<{ entries: Entry[]; bytes: number }> {
  await requireOwnFiles(directory);
  const text = await readFile(journalFile(directory), "utf8").catch((cause: unknown) => {
    throw new AifactoryError("unknown-run", `There is no run in ${directory}.`, { cause });
  });
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const entries = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => parseEntry(line, index, directory));
  return { entries, bytes: Buffer.byteLength(whole) };
}

function parseEntry(line: string, index: number, directory: string): Entry {
  try {
    const entry: Entry = JSON.parse(line);
    return entry;
  } catch (cause) {
    throw new AifactoryError("unknown-run", `Line ${index + 1} of ${journalFile(directory)} is damaged.`, { cause });
  }
}

function fold(entries: readonly Entry[], directory: string): RunRecord {
  const record = entries.reduce<RunRecord | undefined>((known, entry) => apply(known, entry), undefined);
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
