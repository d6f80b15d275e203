import { expect, it } from "vitest";
import { drive } from "../src/drive.js";
import { AifactoryError } from "../src/errors.js";
import { createJournal, type Journal, runDirectory } from "../src/journal.js";
import { resolveParts } from "../src/parts.js";
import { openRepository } from "../src/repository.js";
import { parseTask } from "../src/task.js";
import { scriptedProvider } from "../src/testing/scripted-provider.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

/** A journal on a disk that is full after so many entries. */
function full(journal: Journal, after: number): Journal {
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

it.each([0, 3, 6, 9])(
  "a journal that can't be written any more, after %i entries, is the outcome's error",
  async (after) => {
    const repository = await openRepository(bench.repository.path);
    const task = parseTask({ repo: bench.repository.path, prompt: "Do it", model: "scripted:m" });
    const providers = [scriptedProvider({ turns: [write("a.py"), done] })];
    const base = await bench.repository.head();
    const started = {
      type: "run-started",
      id: "r",
      spec: task,
      base,
      baseRef: "refs/heads/main",
      branch: "aifactory/r",
      dirty: [],
    } as const;
    const journal = full(await createJournal(runDirectory(repository.commonDir, "r"), started), after);
    const parts = await resolveParts(task, { providers });
    const options = { worktreeRoot: bench.worktreeRoot };
    const outcome = await drive({ repository, journal, release: async () => {}, parts, options });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "disk" } });
  },
);
