// One run of the soak, in a process that may be killed at any moment: soak-run <JSON of a SoakRun>
import { type Column, goOn, runInto } from "../packages/core/test/fault-cell.js";
import { faults } from "../packages/core/test/fault-table.js";

/** What a process of the soak is told. */
export interface SoakRun {
  readonly fault: string;
  readonly column: Column;
  readonly folder: string;
  readonly repo: string;
  readonly worktreeRoot: string;
  /** The run to go on with. Absent: a new one. */
  readonly id?: string;
}

const { fault: name, column, folder, repo, worktreeRoot, id }: SoakRun = JSON.parse(process.argv[2] ?? "{}");
const fault = faults.find((each) => each.name === name);
if (!fault) throw new Error(`There is no fault ${name}.`);
const cell = { fault, column, folder, repository: { path: repo }, worktreeRoot };
process.stdout.write("ready\n");
await (id === undefined ? runInto(cell, () => {}) : goOn(cell, { repo, id }));
