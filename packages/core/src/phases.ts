import type { RunRecord } from "./record.js";
import type { Task } from "./task.js";
import type { Phase } from "./types.js";

/** The model strings of a phase, in the order in which they are to be tried. */
export function modelsFor({ model }: Pick<Task, "model">, phase: Phase): readonly string[] {
  const chain = typeof model === "string" || "length" in model ? model : (model[phase] ?? model.code);
  return typeof chain === "string" ? [chain] : chain;
}

/** The model string whose turn it is: the first of the phase that has not handed over. The last one never does. */
export function modelNow({ task, handovers }: Pick<RunRecord, "task" | "handovers">, phase: Phase): string {
  const models = modelsFor(task, phase);
  return models.find((model) => !handovers.some(({ from }) => from === model)) ?? models.at(-1)!;
}

/** Whether a run begins with a plan: when a model was named for it. */
export function plans({ model }: Pick<Task, "model">): boolean {
  return typeof model !== "string" && "plan" in model && model.plan !== undefined;
}
