import { expect, it } from "vitest";
import { drive } from "../src/drive.js";
import { createJournal, runDirectory } from "../src/journal.js";
import { resolveParts } from "../src/parts.js";
import { openRepository } from "../src/repository.js";
import { parseTask } from "../src/task.js";
import { scriptedProvider } from "../src/testing/scripted-provider.js";
import { full } from "./fault-disk.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

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
