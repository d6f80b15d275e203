import { type Message, type Outcome, runTask, type TaskSpec } from "@aifactory/core";
import { type Script, type ScriptedTurn, scriptedProvider } from "@aifactory/core/testing";
import { done, write } from "./turns.js";
import type { Workbench } from "./workbench.js";

/** A turn that runs a command. */
export function command(line: string): ScriptedTurn {
  return { calls: [{ name: "run_command", input: { command: line } }] };
}

/** What came of a run, and what the model was told of each of its calls. */
export interface Attack {
  readonly outcome: Outcome;
  readonly told: readonly string[];
}

/** Lets a model play its turns, then write a file and finish: a run that survives them is `ready`. */
export async function attack(
  bench: Workbench,
  turns: readonly Script[],
  spec: Partial<TaskSpec> = {},
  options: Parameters<typeof runTask>[1] = {},
): Promise<Attack> {
  const provider = scriptedProvider({ turns: [...turns, write("done.py"), done] });
  const task: TaskSpec = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec };
  const outcome = await runTask(task, { providers: [provider], worktreeRoot: bench.worktreeRoot, ...options });
  const messages = provider.requests.at(-1)?.messages ?? [];
  return { outcome, told: messages.filter((message: Message) => message.role === "tool").map(({ text }) => text) };
}
