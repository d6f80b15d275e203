import { drive } from "../src/drive.js";
import { AifactoryError } from "../src/errors.js";
import { createJournal, type Journal, runDirectory } from "../src/journal.js";
import type { Outcome } from "../src/outcome.js";
import { resolveParts } from "../src/parts.js";
import { openRepository, pinBase } from "../src/repository.js";
import type { RunOptions } from "../src/run-options.js";
import { parseTask } from "../src/task.js";
import type { TaskSpec } from "../src/types.js";

/** Runs a task on a disk that is full after some entries of its journal. */
export async function runOnFullDisk(spec: TaskSpec, options: RunOptions): Promise<Outcome> {
  const task = parseTask(spec);
  const parts = await resolveParts(task, options);
  const repository = await openRepository(task.repo);
  const { commit: base, ref: baseRef } = await pinBase(repository, task.base);
  const id = "20200101-000000-00000000";
  const about = {
    id,
    spec: task,
    base,
    branch: `aifactory/${id}`,
    dirty: [],
    ...(baseRef !== undefined && { baseRef }),
  };
  const journal = full(
    await createJournal(runDirectory(repository.commonDir, id), { type: "run-started", ...about }),
    6,
  );
  return drive({ repository, journal, release: async () => {}, parts, options });
}

/** A journal on a disk that is full after so many entries. */
export function full(journal: Journal, after: number): Journal {
  let entries = 0;
  return {
    get record() {
      return journal.record;
    },
    entries: async () => journal.entries(),
    close: async () => journal.close(),
    append: async (event) => {
      if (++entries > after) throw new AifactoryError("disk", "The run's journal can't be written: no space left");
      return journal.append(event);
    },
  };
}
