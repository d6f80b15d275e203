import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playerSource } from "./scene-player.js";
import type { SeenRequest } from "./stage.js";
import type { Scene, SceneFault, ScenePart } from "./scenes.js";

/** What an agent's program prints, as far as scenes need it: all that a package adds to `sceneProgram`. */
export interface AgentDialect {
  /** Lines before the first part. */
  begin?(scene: Scene): readonly AgentLine[];
  /** Lines of one part. Those of a tool come in two goes: when it begins and when it has done its work. */
  part(part: ScenePart, scene: Scene): AgentLines;
  /** The program's regular last lines. */
  end(scene: Scene): readonly AgentLine[];
  /** How the program tells that something is wrong. */
  fault(fault: SceneFault, scene: Scene): AgentFault;
  /**
   * How it reads its standard input. `whole`: to its end, before it begins. `dialogue`: line by line, and it exits at the
   * end of it. Default: not at all.
   */
  readonly input?: "whole" | "dialogue";
}

/** A line it prints or, in a dialogue, a message of JSON-RPC it waits for and its answer to that. */
export type AgentLine = string | { readonly hears: string; readonly answers?: object };

/** Lines around the work of a tool. */
export interface AgentLines {
  readonly before: readonly AgentLine[];
  readonly after?: readonly AgentLine[];
}

/** The end of a program that failed. */
export interface AgentFault {
  readonly lines: readonly AgentLine[];
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
  /** What it has read from standard input; empty when it does not read. */
  readonly input: string;
}

/** Writes a stand-in for an agent's program: it works with real files and processes and prints what the agent would. */
export async function sceneProgram(dialect: AgentDialect, scenes: readonly Scene[]): Promise<SceneProgram> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-scenes-"));
  await mkdir(join(folder, "runs"));
  const path = join(folder, "agent");
  const plays = scenes.map((scene) => ({
    ...scene.program,
    input: dialect.input ?? (scene.program?.readsInput ? "whole" : "none"),
    splitBytes: scene.splitBytes ?? false,
    steps: stepsOf(dialect, scene),
  }));
  await writeFile(
    path,
    playerSource.replace("PLAYS", () => JSON.stringify(plays)),
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

/** What a program was asked that takes `--model` and reads its whole prompt from standard input. */
export function promptsOf(program: SceneProgram): readonly SeenRequest[] {
  return program.runs().map(({ arguments: words, input }) => ({
    model: words[words.indexOf("--model") + 1] ?? "",
    system: "",
    messages: [{ role: "user", text: input }],
    tools: [],
  }));
}

type Step =
  | { readonly print: readonly AgentLine[] }
  | { readonly complain: string }
  | { readonly write: string; readonly text: string }
  | { readonly run: string }
  /** `exit`: in a dialogue, when the other side has ended it. `leave`: whoever listens. */
  | { readonly end: "stall" | "kill" | "exit" | "leave"; readonly code: number };

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
  const end = staying ? "stall" : ending === "cut" ? "kill" : ending === "unfinished" ? "leave" : "exit";
  return [...steps, { end, code: habits?.exitCode ?? 0 }];
}
