import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle } from "../test/bundle.js";
import { numbersFor } from "./options.js";
import { survivors } from "../packages/core/test/fault-remains.js";

// Kills, with SIGKILL, a process that runs a tree of processes, and counts which of those are still there afterwards: half
// of the times in the sandbox and half without, half when the tree is up and half at any moment while it comes up.
// Run: pnpm bench benchmarks/orphans.ts [--kills 1000] [--at-once 4]

const usage = "pnpm bench benchmarks/orphans.ts [--kills 1000] [--at-once 4]";
const { kills, "at-once": atOnce } = numbersFor(usage, { kills: 1_000, "at-once": 4 });
const folder = await mkdtemp(join(tmpdir(), "orphans-"));
let parent = "";

/** One kind of kill, and what came of it. */
interface Row {
  readonly sandbox: "none" | "bubblewrap";
  readonly when: "up" | "any moment";
  kills: number;
  /** How many processes were seen before the kill: shows that they can be seen. */
  seen: number;
  survivors: number;
}

const rows: Row[] = (["none", "bubblewrap"] as const).flatMap((sandbox) =>
  (["up", "any moment"] as const).map((when) => ({ sandbox, when, kills: 0, seen: 0, survivors: 0 })),
);

/** Starts the tree and kills its parent. Gives the word by which the tree is found. */
async function killOne(row: Row): Promise<string> {
  const word = `orphans-${randomUUID()}`;
  const args = [parent, word, row.sandbox, folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) {
    if (line === (row.when === "up" ? "up" : "ready")) break;
  }
  if (row.when === "any moment") await sleep(Math.random() * 120);
  else if (row.kills < 5) row.seen = Math.max(row.seen, (await survivors(0, word)).length);
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  row.kills += 1;
  return word;
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

try {
  parent = await bundle(join(import.meta.dirname, "orphans-parent.ts"), folder);
  for (let done = 0; done < kills && !stop.signal.aborted; done += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, kills - done) }, (_, at) => rows[(done + at) % rows.length]!);
    const words = await Promise.all(batch.map(killOne));
    for (const [at, word] of words.entries()) {
      const left = await survivors(100, word);
      batch[at]!.survivors += left.length;
      left.forEach(end);
    }
    if (done % 100 < atOnce) process.stderr.write(`${done + batch.length} of ${kills}\n`);
  }
  console.table(rows);
  const lost = rows.reduce((sum, row) => sum + row.survivors, 0);
  const times = rows.reduce((sum, row) => sum + row.kills, 0);
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${lost} survivors of ${times} kills (${availableParallelism()} cores, load ${load}, node ${process.version})`,
  );
  process.exitCode = lost === 0 && rows.every((row) => row.when !== "up" || row.kills === 0 || row.seen >= 4) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
