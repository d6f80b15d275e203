import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { AifactoryError, approve, cleanRuns, listRuns, type Outcome } from "@aifactory/core";
import { files } from "../packages/core/test/fault-agent.js";
import { type OwnCell, type Column, goOn, inCell } from "../packages/core/test/fault-cell.js";
import { type Remains, remainsOf, survivors } from "../packages/core/test/fault-remains.js";
import { faults } from "../packages/core/test/fault-table.js";
import type { SoakRun } from "./soak-run.js";

/** What happened in all runs together. The last five must stay 0. */
export type Tally = Record<
  | "runs"
  | "kills"
  | "not begun"
  | "resumed"
  | "over already"
  | "put back by hand"
  | "lost"
  | "worktrees"
  | "processes"
  | "locks"
  | "temporary",
  number
>;

/** The clock is everybody's, and a limit of minutes only waits. */
const usable = faults.filter(({ name }) => name !== "clock set back" && name !== "minutes");

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function random(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How long a run takes on this machine now, in milliseconds: the moments of the kills are within that. */
let usual = 1_500;

/**
 * One run: into a fault, killed or not, gone on with and killed again or not, brought to its end, merged and cleaned up.
 *
 * @throws Error that says what was lost.
 */
export async function soakOne(next: () => number, program: string, tally: Tally): Promise<void> {
  const fault = usable[Math.floor(next() * usable.length)]!;
  const columns = (["model", "agent", "list"] as const).filter((each) => fault[each]);
  const column: Column = columns[Math.floor(next() * columns.length)]!;
  tally.runs += 1;
  await inCell(fault, column, async (cell) => {
    const before = await remainsOf(cell.repository, cell.worktreeRoot);
    const told: SoakRun = {
      fault: fault.name,
      column,
      folder: cell.folder,
      repo: cell.repository.path,
      worktreeRoot: cell.worktreeRoot,
    };
    try {
      await start(program, told, next() < 0.8 ? next() : undefined, tally);
      let id = await idOf(cell);
      if (id !== undefined && next() < 0.4) await start(program, { ...told, id }, next(), tally);
      id = await idOf(cell);
      if (id === undefined) {
        tally["not begun"] += 1;
        await cleanRuns(cell.repository.path);
      } else await bringToItsEnd(cell, await lastOf(cell, tally));
      count(before, await remainsOf(cell.repository, cell.worktreeRoot), tally);
    } catch (error) {
      const story = (await journalsOf(cell)).join("\n").split("\n").map(shortOf);
      throw new Error(`${fault.name}, ${column}: ${String(error)}\n  ${story.join("\n  ")}`, { cause: error });
    }
    const left = await survivors(100, cell.folder, cell.repository.path);
    tally.processes += left.length;
    for (const pid of left) process.kill(pid, "SIGKILL");
  });
}

/** Runs the program, and kills it after this part of the usual time. */
async function start(program: string, told: SoakRun, killAt: number | undefined, tally: Tally): Promise<void> {
  const child = spawn(process.execPath, [program, JSON.stringify(told)], { stdio: ["ignore", "pipe", "pipe"] });
  const gone = once(child, "close");
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => void (complaint += chunk.toString()));
  for await (const line of createInterface(child.stdout)) if (line === "ready") break;
  const startedAt = performance.now();
  const wait = new AbortController();
  const limit = killAt === undefined ? 120_000 : killAt * usual * 1.2;
  const kill = sleep(limit, undefined, { signal: wait.signal }).then(
    () => child.kill("SIGKILL"),
    () => false,
  );
  const [code, signal]: (number | string | null)[] = await gone;
  wait.abort();
  await kill;
  if (signal === "SIGKILL" && killAt === undefined) throw new Error("It did not end in two minutes.");
  if (signal === "SIGKILL") tally.kills += 1;
  else usual = 0.9 * usual + 0.1 * (performance.now() - startedAt);
  // A run that is over can't be gone on with, nor one whose branch was moved; any other code is a mistake.
  if (code !== null && code !== 0 && !/not-resumable|code: 'moved'/.test(complaint))
    throw new Error(`Exit code ${code}: ${complaint.slice(-2_000)}`);
}

async function idOf({ repository }: OwnCell): Promise<string | undefined> {
  const runs = await listRuns(repository.path);
  const damaged = runs.find(({ state }) => state === "damaged");
  if (damaged) throw new Error(`Damaged: ${JSON.stringify(damaged)}`);
  return runs[0]?.id;
}

/** Goes on, unless the run was over. */
async function lastOf(cell: OwnCell, tally: Tally): Promise<Outcome> {
  const [found] = await listRuns(cell.repository.path);
  if (!found || found.state === "damaged") throw new Error("The run can't be read any more.");
  if (found.state === "running") throw new Error("Somebody still holds the run's lock.");
  const { outcome } = found;
  let again = await tryToGoOn(cell, outcome);
  if (again instanceof AifactoryError && again.code === "moved") {
    // Somebody moved the branch and we were killed before it was moved back: the message says what a person has to type.
    const [, ref = "", commit = ""] = /git update-ref (\S+) (\w+)/.exec(again.message) ?? [];
    await cell.repository.git("update-ref", ref, commit);
    tally["put back by hand"] += 1;
    again = await tryToGoOn(cell, outcome);
  }
  if (again instanceof AifactoryError && again.code === "not-resumable" && found.state === "waiting") {
    tally["over already"] += 1;
    return outcome;
  }
  if (again instanceof Error) throw again;
  tally.resumed += 1;
  return again;
}

async function tryToGoOn(cell: OwnCell, outcome: Outcome): Promise<Outcome | Error> {
  return goOn(cell, outcome).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

/** Every commit that the journal names is there and in the end; the files are right; it can be merged and cleaned up. */
async function bringToItsEnd(cell: OwnCell, { id, head, status, error }: Outcome): Promise<void> {
  const { fault, repository } = cell;
  if (status !== "ready" && !fault.final) throw new Error(`It ended as ${status}: ${error?.code} ${error?.message}`);
  const wanted = { "app.py": "x = 1\n", ...files, ...(fault.check && { "check.sh": fault.check }) };
  const names = (await repository.git("ls-tree", "-r", "--name-only", head)).split("\n");
  if (names.join() !== Object.keys(wanted).toSorted().join()) throw new Error(`It has the files ${names.join()}.`);
  for (const [name, text] of Object.entries(wanted)) {
    const found = await repository.read(name, head);
    // One that was killed before its fault never wrote the bad check.
    const isGood = found === text.trimEnd() || (name === "check.sh" && `${found}\n` === files["check.sh"]);
    if (!isGood) throw new Error(`${name} is ${found}.`);
  }
  for (const [, commit = ""] of (await journalsOf(cell))
    .join("\n")
    .matchAll(/"type":"checkpoint"[^\n]*?"commit":"(\w+)"/g)) {
    await repository.git("merge-base", "--is-ancestor", commit, head);
  }
  const run = { repo: repository.path, id };
  await approve(run, { into: "merged", unverified: true });
  const { kept } = await cleanRuns(repository.path);
  if (kept.length > 0) throw new Error(`It can't be cleaned up: ${JSON.stringify(kept)}`);
  await repository.git("update-ref", "-d", "refs/heads/merged");
}

/** An entry of a journal, as short as it can be told. */
function shortOf(line: string): string {
  const [, type = line, rest = ""] = /"event":\{"type":"([\w-]+)"(.*)/.exec(line) ?? [];
  return `${type} ${rest.slice(0, 160)}`;
}

async function journalsOf({ repository }: OwnCell): Promise<string[]> {
  const runs = join(repository.path, ".git", "aifactory", "runs");
  const ids = await readdir(runs).catch(() => []);
  return Promise.all(ids.map(async (id) => readFile(join(runs, id, "journal.jsonl"), "utf8").catch(() => "")));
}

function count(before: Remains, after: Remains, tally: Tally): void {
  tally.worktrees += after.worktrees.length;
  tally.locks += after.locks.length;
  if (after.worktrees.length + after.locks.length > 0) process.stderr.write(`Left: ${JSON.stringify(after)}\n`);
  if (after.checkout !== before.checkout) throw new Error(`The user's checkout has changed: ${after.checkout}`);
  if (after.broken !== "") throw new Error(`git fsck: ${after.broken}`);
}
