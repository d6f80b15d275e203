import { mkdtemp, readdir, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { sweepScratch } from "../packages/core/src/scratch.js";
import { bundle } from "../test/bundle.js";
import { numbersFor } from "./options.js";
import { random, soakOne, type Tally } from "./soak-one.js";

// Hundreds of runs with faults out of the fault matrix, killed with SIGKILL at random moments and gone on with. Nothing may
// be lost and nothing left behind.

const usage = `pnpm soak [--minutes 10] [--seed n] [--at-once 3] [--only n]

  --seed  the same faults in the same order; the moments of the kills depend on the machine too
  --only  only the run of this number, to see a failure again`;
const defaults = { minutes: 10, seed: Date.now() % 1_000_000, "at-once": 3, only: Infinity };
const { minutes, seed, only, "at-once": atOnce } = numbersFor(usage, defaults);
const end = performance.now() + minutes * 60_000;
const folder = await mkdtemp(join(tmpdir(), "soak-"));
// Everything that the runs put into a temporary folder is in here, and can be counted.
process.env["TMPDIR"] = await mkdtemp(join(folder, "tmp-"));

const tally: Tally = {
  runs: 0,
  kills: 0,
  "not begun": 0,
  resumed: 0,
  "over already": 0,
  "put back by hand": 0,
  lost: 0,
  worktrees: 0,
  processes: 0,
  locks: 0,
  temporary: 0,
};
const problems: string[] = [];
let stopping = false;
process.on("SIGINT", () => {
  if (stopping) process.exit(130);
  stopping = true;
  process.stderr.write("Ending: the runs under way are finished first. Once more: at once.\n");
});

let number = only === Infinity ? 0 : only;
const isOver = (): boolean => stopping || performance.now() > end || number > only;

async function work(program: string): Promise<void> {
  while (!isOver()) {
    const at = number++;
    try {
      await soakOne(random(seed + at), program, tally);
    } catch (error) {
      tally.lost += 1;
      problems.push(`Run ${at}: ${error instanceof Error ? error.message : String(error)}`);
      process.stderr.write(`${problems.at(-1)}\n`);
    }
    if (tally.runs % 50 === 0) process.stderr.write(`${tally.runs} runs, ${tally.kills} kills\n`);
  }
}

try {
  console.log(`seed ${seed}`);
  const program = await bundle(join(import.meta.dirname, "soak-run.ts"), folder);
  await Promise.all(Array.from({ length: atOnce }, async () => work(program)));
  await sweepScratch();
  const left = await readdir(process.env["TMPDIR"]);
  tally.temporary = left.length;
  if (left.length > 0) problems.push(`Temporary folders: ${left.join(", ")}`);
  console.table(tally);
  console.log(
    `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, node ${process.version}, seed ${seed}`,
  );
  for (const problem of problems) console.log(problem);
  const { lost, worktrees, processes, locks, temporary } = tally;
  process.exitCode = lost + worktrees + processes + locks + temporary === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
