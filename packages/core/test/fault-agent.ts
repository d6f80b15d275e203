import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Provider, TurnEvent } from "@aifactory/core";
import type { ScriptedTurn } from "@aifactory/core/testing";
import { cliAgent } from "../src/cli-agent.js";

/** What a whole run writes. */
export const files = { "a.txt": "a\n", "b.txt": "b\n", "check.sh": "echo ok a\n" };

/** A turn of either kind of provider, and what only a program can do. */
export interface FaultTurn extends ScriptedTurn {
  /** Lines it prints as they stand. `THROW` makes its reader throw. */
  readonly lines?: readonly string[];
  /** Shell it runs at the end, instead of saying that it is done. */
  readonly shell?: string;
  /** Its exit code after it has said that. */
  readonly exitCode?: number;
}

/**
 * A provider of kind `agent` made of a shell program, which plays a turn each time it is started and prints core's events
 * as they are.
 *
 * @param folder Where the program stands.
 * @param otherwise What it does when the turns have run out.
 */
export async function shellAgent(
  folder: string,
  name: string,
  turns: readonly FaultTurn[],
  otherwise: FaultTurn,
): Promise<Provider> {
  const home = await mkdtemp(join(folder, "agent-"));
  const path = join(home, "agent");
  const plays = turns.map((turn, at) => `${at})\n${shellOf(turn)}\n;;`);
  await writeFile(
    path,
    `#!/bin/sh
n=0; while ! mkdir "$0.$n" 2>/dev/null; do n=$((n + 1)); done
case $n in
${plays.join("\n")}
*)
${shellOf(otherwise)}
;;
esac
`,
  );
  await chmod(path, 0o755);
  return programAgent(name, path, home);
}

/** A provider of kind `agent` that drives a program which prints core's events. One that is not there is `program-missing`. */
export function programAgent(name: string, path: string, home: string): Provider {
  return cliAgent({
    name,
    command: () => ({ command: path, graceMs: 100, state: [home] }),
    read: () => (line) => {
      if (line === "THROW") throw new Error("The reader broke.");
      return [eventOf(line)];
    },
  });
}

function eventOf(line: string): TurnEvent {
  try {
    const event: TurnEvent = JSON.parse(line);
    return event;
  } catch {
    return { type: "raw", value: line };
  }
}

function shellOf(turn: FaultTurn): string {
  const { text = "", events = [], lines = [], usage, error, reason, stalls, shell, exitCode = 0 } = turn;
  const message = { role: "assistant", text, calls: [] } as const;
  const unified = error ? "error" : (reason ?? "stop");
  const finish: TurnEvent = { type: "finish", reason: { unified }, message, ...(error && { error }) };
  return [
    ...Object.entries(turn.files ?? {}).flatMap(([file, content]) => [
      `printf '%s' ${quote(content)} > ${quote(file)}`,
      say({ type: "file-change", path: file, change: "add" }),
    ]),
    ...events.map(say),
    ...lines.map(print),
    ...(text === "" ? [] : [say({ type: "text", text })]),
    ...(usage ? [say({ type: "usage", counts: "turn", usage })] : []),
    ...(stalls ? ["sleep 300"] : []),
    ...(shell === undefined ? [say(finish), `exit ${exitCode}`] : [shell]),
  ].join("\n");
}

const say = (event: TurnEvent): string => print(JSON.stringify(event));
const print = (line: string): string => `printf '%s\\n' ${quote(line)}`;
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
