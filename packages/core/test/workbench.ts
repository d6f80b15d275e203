import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { temporaryRepository, type TemporaryRepository } from "@aifactory/core/testing";

export { done, write } from "./turns.js";

/** A repository and a folder for worktrees, new for each test. */
export interface Workbench {
  readonly repository: TemporaryRepository;
  readonly worktreeRoot: string;
}

/** Sets up a workbench around each test of a file; it is there while a test runs. */
export function workbench(): Workbench {
  const bench: { repository?: TemporaryRepository; worktreeRoot?: string } = {};
  beforeEach(async () => {
    bench.repository = await temporaryRepository({ files: { "app.py": "x = 1\n" } });
    bench.worktreeRoot = await mkdtemp(join(tmpdir(), "aifactory-worktrees-"));
  });
  afterEach(async () => {
    await bench.repository?.remove();
    await rm(bench.worktreeRoot ?? "", { recursive: true, force: true });
  });
  return {
    get repository() {
      if (!bench.repository) throw new Error("The workbench is there while a test runs.");
      return bench.repository;
    },
    get worktreeRoot() {
      return bench.worktreeRoot ?? "";
    },
  };
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
