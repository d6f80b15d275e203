import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Outcome,
  type Provider,
  resumeTask,
  type RunReference,
  type RunOptions,
  runTask,
  TaskEvents,
  type TaskSpec,
} from "@aifactory/core";
import { type Script, scriptedProvider, temporaryRepository, type TemporaryRepository } from "@aifactory/core/testing";
import { runOnFullDisk } from "./fault-disk.js";
import { type FaultTurn, files, programAgent, shellAgent } from "./fault-agent.js";
import { type Fault, momentOf } from "./fault-kinds.js";
import { shellVerifier } from "./shell-verifier.js";
import { done } from "./turns.js";

/** Who works: a model, an agent, or a model with an agent after it in the list (an agent first where it is an agent's fault). */
export type Column = "model" | "agent" | "list";

/** Where one fault is tried. */
export interface Cell {
  readonly fault: Fault;
  readonly column: Column;
  readonly folder: string;
  readonly repository: { readonly path: string };
  readonly worktreeRoot: string;
}

/** The same, for whoever made it. */
export interface OwnCell extends Cell {
  readonly repository: TemporaryRepository;
}

/** Makes a repository and folders of its own for a fault. */
export async function inCell<Result>(
  fault: Fault,
  column: Column,
  use: (cell: OwnCell) => Promise<Result>,
): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "fault-")));
  const repository = await temporaryRepository({ files: { "app.py": "x = 1\n" } });
  const worktreeRoot = join(folder, "worktrees");
  await mkdir(worktreeRoot);
  try {
    return await use({ fault, column, folder, repository, worktreeRoot });
  } finally {
    await repository.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Runs the task into its fault. */
export async function runInto(cell: Cell, setClockBack: () => void): Promise<Outcome> {
  const { fault, column, repository, worktreeRoot, folder } = cell;
  const stop = new AbortController();
  const events = new TaskEvents();
  let times = 0;
  events.on("event", (event, id) => {
    if (momentOf(event) !== fault.at || times++ > 0) return;
    // A tool has a moment to begin.
    if (fault.does === "abort") setTimeout(() => stop.abort(), fault.at === "tool" ? 200 : 0);
    if (fault.does === "move the branch") moveBranch(repository.path, `aifactory/${id}`);
    if (fault.does === "set the clock back") setClockBack();
    if (fault.does === "collect garbage") collectGarbage();
  });
  if (fault.place === "no folder") await writeFile(join(folder, "file"), "");
  const options: RunOptions = {
    providers: [await faulty(cell), ...(column === "list" ? [await healthy(cell, "spare", "agent")] : [])],
    verifiers: [fault.verifier ?? shellVerifier()],
    worktreeRoot: fault.place === "no folder" ? join(folder, "file") : worktreeRoot,
    events,
    signal: stop.signal,
    retry: { attempts: 2, firstMs: 1 },
    deadlines: { idleMs: fault.name === "silence" ? 1_500 : 20_000 },
  };
  const spec: TaskSpec = {
    repo: repository.path,
    prompt: "Write three files",
    model: column === "list" ? ["faulty:m", "spare:m"] : "faulty:m",
    verify: "shell",
    nudges: { empty: 1, "nothing-written": 1, "cut-off": 1 },
    // Without one, only the processes' mark leads to those that left their group.
    sandbox: fault.does === "abort" && column === "model" ? "auto" : "none",
    ...fault.spec,
  };
  return fault.place === "full disk" ? runOnFullDisk(spec, options) : runTask(spec, options);
}

/** Goes on when the fault is gone. */
export async function goOn(cell: Cell, run: RunReference): Promise<Outcome> {
  const kind = cell.column === "model" ? "model" : "agent";
  return resumeTask(run, {
    providers: [await healthy(cell, "faulty", kind), await healthy(cell, "spare", "agent")],
    verifiers: [shellVerifier()],
    worktreeRoot: cell.worktreeRoot,
    limits: { turns: 50, minutes: 60, tokens: 1_000_000, usd: 1_000 },
  });
}

async function faulty({ fault, column, folder }: Cell): Promise<Provider> {
  const { turns = [], fresh, place } = fault;
  const first = { "a.txt": files["a.txt"], "check.sh": fault.check ?? files["check.sh"] };
  const isModel = column === "model" || (column === "list" && fault.model !== undefined);
  if (place === "missing program") return programAgent("faulty", join(folder, "nowhere"), folder);
  if (isModel) {
    return priced(
      scriptedProvider({
        name: "faulty",
        turns: [...(fresh ? [] : [writes(first)]), ...turns.map(scriptOf), ...healthyTurns(first)],
      }),
    );
  }
  const [head, ...rest] = turns;
  const begun = fresh ? turns : head ? [{ ...head, files: { ...head.files, ...first } }, ...rest] : [];
  return priced(await shellAgent(folder, "faulty", begun, { text: "Done.", files: { ...files, ...first } }));
}

async function healthy({ folder }: Cell, name: string, kind: Provider["kind"]): Promise<Provider> {
  return kind === "model"
    ? priced(scriptedProvider({ name, turns: healthyTurns({}) }))
    : priced(await shellAgent(folder, name, [], { text: "Done.", files }));
}

/** It writes what it has not written in this conversation, and then it is done. */
function healthyTurns(first: Readonly<Record<string, string>>): readonly Script[] {
  const script: Script = ({ messages }) =>
    messages.some((message) => message.role === "tool" && !message.isError && message.text.includes("b.txt"))
      ? done
      : writes({ ...files, ...first });
  return Array.from({ length: 10 }, () => script);
}

function writes(written: Readonly<Record<string, string>>): FaultTurn {
  return {
    calls: Object.entries(written).map(([path, content]) => ({ name: "write_file", input: { path, content } })),
  };
}

/** A model has no tools of its own, and its reader throws as it does. */
function scriptOf({ lines, events = [], ...turn }: FaultTurn): Script {
  if (lines?.includes("THROW")) {
    return () => {
      throw new Error("The provider broke.");
    };
  }
  return { ...turn, events: events.filter((event) => event?.type !== "tool-call" && event?.type !== "tool-result") };
}

/** Nobody else knows what it costs. */
function priced(provider: Provider): Provider {
  return { ...provider, describe: async () => ({ price: { input: 1, output: 1 } }) };
}

/** Node has once forgotten a time limit by it. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

function moveBranch(repository: string, branch: string): void {
  const who = ["-c", "user.name=Eve", "-c", "user.email=eve@example.invalid"];
  const git = (...args: string[]): string =>
    execFileSync("git", [...who, ...args], { cwd: repository })
      .toString()
      .trim();
  git("update-ref", `refs/heads/${branch}`, git("commit-tree", "-m", "Somebody else's", "HEAD^{tree}"));
}
