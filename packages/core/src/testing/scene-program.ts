import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scene, SceneFault, ScenePart } from "./scenes.js";

/** What an agent's program prints, as far as scenes need it: all that a package adds to `sceneProgram`. */
export interface AgentDialect {
  /** Lines before the first part. */
  begin?(scene: Scene): readonly string[];
  /** Lines of one part. Those of a tool come in two goes: when it begins and when it has done its work. */
  part(part: ScenePart, scene: Scene): AgentLines;
  /** The program's regular last lines. */
  end(scene: Scene): readonly string[];
  /** How the program tells that something is wrong. */
  fault(fault: SceneFault, scene: Scene): AgentFault;
  /** Whether the program reads its prompt from standard input; then it always reads that to its end. */
  readonly readsInput?: boolean;
}

/** Lines around the work of a tool. */
export interface AgentLines {
  readonly before: readonly string[];
  readonly after?: readonly string[];
}

/** The end of a program that failed. */
export interface AgentFault {
  readonly lines: readonly string[];
  readonly stderr?: string;
  readonly exitCode: number;
}

/** A program that plays scenes, one for each time it is started. */
export interface SceneProgram {
  /** Its path, executable. With a first scene of fault `missing-program`, nothing is there. */
  readonly path: string;
  /** How it was started, in order. */
  readonly runs: () => readonly ProgramRun[];
  readonly remove: () => Promise<void>;
}

/** One start of a program. */
export interface ProgramRun {
  readonly arguments: readonly string[];
  readonly cwd: string;
  /** What it read from standard input; empty when it does not read. */
  readonly input: string;
}

/** Writes a stand-in for an agent's program: it works with real files and processes and prints what the agent would. */
export async function sceneProgram(dialect: AgentDialect, scenes: readonly Scene[]): Promise<SceneProgram> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-scenes-"));
  await mkdir(join(folder, "runs"));
  const path = join(folder, "agent");
  const plays = scenes.map((scene) => ({
    ...scene.program,
    readsInput: scene.program?.readsInput ?? dialect.readsInput ?? false,
    splitBytes: scene.splitBytes ?? false,
    steps: stepsOf(dialect, scene),
  }));
  await writeFile(
    path,
    program.replace("PLAYS", () => JSON.stringify(plays)),
  );
  await chmod(path, 0o755);
  const isMissing = scenes[0]?.fault?.kind === "missing-program";
  return {
    path: isMissing ? `${path}-that-is-not-there` : path,
    runs() {
      const found: ProgramRun[] = [];
      for (let at = 0; existsSync(join(folder, "runs", `${at}.json`)); at++) {
        found.push(JSON.parse(readFileSync(join(folder, "runs", `${at}.json`), "utf8")));
      }
      return found;
    },
    remove: async () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

type Step =
  | { readonly print: readonly string[] }
  | { readonly complain: string }
  | { readonly write: string; readonly text: string }
  | { readonly run: string }
  | { readonly end: "stall" | "kill" | "exit"; readonly code: number };

function stepsOf(dialect: AgentDialect, scene: Scene): readonly Step[] {
  const { parts, fault, ending = "whole", program: habits } = scene;
  if (fault?.kind === "silence") return [{ end: "stall", code: 0 }];
  const steps: Step[] = [{ print: dialect.begin?.(scene) ?? [] }];
  for (const part of parts) {
    const { before, after = [] } = dialect.part(part, scene);
    steps.push({ print: before });
    if (part.type === "write") steps.push({ write: part.path, text: part.text });
    if (part.type === "run") steps.push({ run: part.command });
    steps.push({ print: after });
  }
  if (fault) {
    const { lines, stderr = "", exitCode } = dialect.fault(fault, scene);
    return [...steps, { print: lines }, { complain: stderr }, { end: "exit", code: exitCode }];
  }
  if (ending === "whole") steps.push({ print: dialect.end(scene) });
  const staying = ending === "stall" || habits?.lingers === true;
  const end = staying ? "stall" : ending === "cut" ? "kill" : "exit";
  return [...steps, { end, code: habits?.exitCode ?? 0 }];
}

/** The program itself. Tools run in a session of their own, as those of real agents do. */
const program = `#!/usr/bin/env node
const { spawn } = require("node:child_process");
const { existsSync, mkdirSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { once } = require("node:events");
const plays = PLAYS;
const runs = join(__dirname, "runs");

function takeNumber() {
  for (let at = 0; ; at++) {
    try {
      mkdirSync(join(runs, "taken-" + at));
      return at;
    } catch {}
  }
}

async function readInput() {
  let input = "";
  for await (const chunk of process.stdin) input += chunk;
  return input;
}

function say(stream, text, split) {
  if (!split) return new Promise((done) => stream.write(text, done));
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 3) pieces.push(bytes.subarray(at, at + 3));
  return pieces.reduce(
    (before, piece) => before.then(() => new Promise((done) => stream.write(piece, () => setImmediate(done)))),
    Promise.resolve(),
  );
}

async function main() {
  // Whoever forgets to end it does not keep it for ever.
  setInterval(() => existsSync(__dirname) || process.exit(), 500);
  const at = takeNumber();
  const play = plays[at];
  const input = play && play.readsInput ? await readInput() : "";
  const run = { arguments: process.argv.slice(2), cwd: process.cwd(), input };
  writeFileSync(join(runs, at + ".part"), JSON.stringify(run));
  renameSync(join(runs, at + ".part"), join(runs, at + ".json"));
  if (!play) {
    await say(process.stderr, "No scene is left.");
    process.exit(70);
  }
  if (play.stderrBytes) await say(process.stderr, "noise ".repeat(play.stderrBytes / 6));
  for (const step of play.steps) {
    if (step.print) for (const line of step.print) await say(process.stdout, line + "\\n", play.splitBytes);
    if (step.complain) await say(process.stderr, step.complain);
    if (step.write) {
      mkdirSync(dirname(step.write), { recursive: true });
      writeFileSync(step.write, step.text);
    }
    if (step.run) await once(spawn("sh", ["-c", step.run], { detached: true, stdio: "ignore" }), "exit");
    if (step.end === "kill") process.kill(process.pid, "SIGKILL");
    if (step.end === "exit") process.exit(step.code);
  }
}

main();
`;
