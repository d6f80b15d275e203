import { mkdtemp, readdir, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sweepScratch } from "../packages/core/src/scratch.js";
import { bundle } from "./bundle.js";
import { random, soakOne, type Tally } from "./soak-one.js";

// Hundreds of runs with faults out of the fault matrix, killed with SIGKILL at random moments and gone on with. Nothing may
// be lost and nothing left behind. Run: pnpm soak [--minutes 10] [--seed n] [--at-once 3] [--only n]

const { values } = parseArgs({
  // `pnpm soak -- --minutes 3` passes the dashes on.
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    "at-once": { type: "string", default: "3" },
    /** Only the run of this number, to see a failure again; the moments of the kills depend on the machine too. */
    only: { type: "string" },
  },
});
const seed = Number(values.seed);
const end = performance.now() + Number(values.minutes) * 60_000;
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

let number = Number(values.only ?? 0);
const isOver = (): boolean =>
  stopping || performance.now() > end || (values.only !== undefined && number > Number(values.only));

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
  const program = await bundle("soak-run", folder);
  await Promise.all(Array.from({ length: Number(values["at-once"]) }, async () => work(program)));
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
