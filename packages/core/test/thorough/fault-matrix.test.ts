import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, describe, expect, it, vi } from "vitest";
import { AifactoryError, openRun, type Outcome } from "@aifactory/core";
import { type OwnCell, type Column, goOn, inCell, runInto } from "../fault-cell.js";
import { files } from "../fault-agent.js";
import type { Ending, Fault } from "../fault-kinds.js";
import { remainsOf, survivors } from "../fault-remains.js";
import { faults } from "../fault-table.js";

// Each fault with each kind of provider, through a whole run with real git, and what is left afterwards. Linux only where it
// looks for processes.

const columns = ["model", "agent", "list"] as const;
const seen = new Map<string, Partial<Record<Column, string>>>();
const atOnce = pLimit(3);

afterAll(() => {
  vi.useRealTimers();
  console.table(Object.fromEntries(seen));
});

/** How the run must end; undefined where the fault can't be. */
function endingOf(fault: Fault, column: Column): Ending | undefined {
  if (column !== "list") return fault[column];
  if (fault.list === "takes over") return ["ready"];
  return fault.list && (fault.model ?? fault.agent);
}

async function tryFault(cell: OwnCell, [status, code]: Ending): Promise<void> {
  const { fault, column, repository, worktreeRoot, folder } = cell;
  const before = await remainsOf(repository, worktreeRoot);
  const outcome = await runInto(cell, () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3 * 86_400_000 });
  });
  const said = { status: outcome.status, code: outcome.error?.code };
  note(fault, column, `${said.status}${said.code ? ` (${said.code})` : ""}`);
  expect(said).toEqual({ status, code });
  expect(outcome.error?.message ?? "a sentence").toMatch(/\w+ \w+/);
  expect(outcome.handovers).toHaveLength(column === "list" && fault.list === "takes over" ? 1 : 0);
  expect(JSON.parse(JSON.stringify(outcome))).toStrictEqual(outcome);
  // A full disk keeps the last entries out of the journal.
  expect(fault.place === "full disk" ? outcome : (await openRun(outcome)).outcome).toEqual(outcome);
  expect(await remainsOf(repository, worktreeRoot)).toEqual(before);
  expect(await survivors(100, folder, repository.path)).toEqual([]);
  const wrote = !fault.fresh && fault.at !== "begin" && fault.place === undefined;
  expect(wrote ? await repository.read("a.txt", outcome.branch) : "a").toBe("a");

  const isOver = status === "ready" || fault.final === true;
  const again = await goOn(cell, outcome).catch((error: AifactoryError) => error);
  const goal = isOver ? { code: "not-resumable" } : { status: "ready", verdict: { status: "passed" } };
  expect(again).toMatchObject(goal);
  note(fault, column, isOver ? "over" : "resumed");
  const last = again instanceof AifactoryError ? outcome : again;
  const whole = { "app.py": "x = 1", ...trimmed(files), ...(fault.check && { "check.sh": fault.check.trimEnd() }) };
  expect(await treeOf(cell, last)).toEqual(whole);
  expect(await repository.git("merge-base", outcome.head, last.head)).toBe(outcome.head);
  expect(await remainsOf(repository, worktreeRoot)).toEqual(before);
  expect(await survivors(100, folder, repository.path)).toEqual([]);
}

function note({ name }: Fault, column: Column, word: string): void {
  const row = seen.get(name) ?? {};
  seen.set(name, { ...row, [column]: row[column] === undefined ? word : `${row[column]}, ${word}` });
}

async function treeOf({ repository }: OwnCell, { head }: Outcome): Promise<Record<string, string>> {
  const names = (await repository.git("ls-tree", "-r", "--name-only", head)).split("\n");
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await repository.read(name, head)])));
}

const trimmed = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trimEnd()]));

const cells = faults.flatMap((fault) =>
  columns.flatMap((column) => {
    const ending = endingOf(fault, column);
    return ending ? [{ fault, column, ending, title: `${fault.name}, ${column}` }] : [];
  }),
);
const isAlone = ({ fault }: { readonly fault: Fault }): boolean => fault.does === "set the clock back";

describe("a fault", () => {
  it.concurrent.each(cells.filter((cell) => !isAlone(cell)))(
    "$title",
    async ({ fault, column, ending }) =>
      atOnce(async () => inCell(fault, column, async (cell) => tryFault(cell, ending))),
    300_000,
  );

  // The clock is everybody's.
  it.each(cells.filter(isAlone))("$title", async ({ fault, column, ending }) => {
    await inCell(fault, column, async (cell) => tryFault(cell, ending)).finally(() => vi.useRealTimers());
  });

  it("a git directory that can't be written refuses the run before anything exists", async () => {
    await inCell({ name: "read-only" }, "model", async (cell) => {
      const before = await remainsOf(cell.repository, cell.worktreeRoot);
      const file = join(cell.repository.path, ".git", "aifactory");
      await writeFile(file, "");
      await expect(runInto(cell, () => {})).rejects.toMatchObject({ code: "disk" });
      await rm(file);
      expect(await remainsOf(cell.repository, cell.worktreeRoot)).toEqual(before);
      expect(await cell.repository.branches()).toEqual(["main"]);
    });
  });
});
