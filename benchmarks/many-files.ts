import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { runTask, TaskEvents } from "@aifactory/core";
import { type ScriptedTurn, scriptedProvider, temporaryRepository } from "@aifactory/core/testing";
import { commitMany } from "../packages/core/test/many-files.js";
import { numbersFor } from "./options.js";

// A run in a repository of very many small files: how long each part of it takes, and how much memory we held until then.
// A million need 4 GB of disk and some minutes. Run: pnpm bench benchmarks/many-files.ts [--files 1000000]

const usage = "pnpm bench benchmarks/many-files.ts [--files 1000000]";
const { files } = numbersFor(usage, { files: 1_000_000 });
const folder = await mkdtemp(join(tmpdir(), "many-files-"));
const repository = await temporaryRepository();
const rows: { readonly part: string; readonly seconds: string; readonly "memory, MB": number }[] = [];
let since = performance.now();

function note(part: string): void {
  const { rss } = process.memoryUsage();
  rows.push({ part, seconds: ((performance.now() - since) / 1_000).toFixed(1), "memory, MB": Math.round(rss / 1e6) });
  since = performance.now();
}

const calls = (name: string, input: object): ScriptedTurn => ({ calls: [{ name, input }] });
/** Notes what came before, and then says what is next. */
const after = (part: string, turn: ScriptedTurn) => (): ScriptedTurn => {
  note(part);
  return turn;
};

await commitMany(repository, files);
note("the commit");
const provider = scriptedProvider({
  turns: [
    after("worktree", calls("list_files", { path: "." })),
    after("list_files", calls("search_files", { pattern: "no such text" })),
    after("search_files", calls("write_file", { path: "new.py", content: "y = 2\n" })),
    after("write_file", calls("finish", { summary: "Done." })),
  ],
});
const events = new TaskEvents();
events.on("event", ({ type }) => type === "checkpoint" && note("checkpoint"));
const task = { repo: repository.path, prompt: "Add y", model: "scripted:m", base: "many" };
const outcome = await runTask(task, { events, providers: [provider], worktreeRoot: folder });
note("removal of the worktree");
console.table(rows);
console.log(
  `${outcome.status}; ${files} files, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, node ${process.version}`,
);
await repository.remove();
await rm(folder, { recursive: true, force: true });
process.exitCode = outcome.status === "ready" ? 0 : 1;
