import type { RunRecord } from "./record.js";
import type { Task } from "./task.js";
import type { Phase } from "./types.js";

/** The model strings of a phase, in the order in which they are to be tried. */
export function modelsFor({ model }: Pick<Task, "model">, phase: Phase): readonly string[] {
  const chain = typeof model === "string" || "length" in model ? model : (model[phase] ?? model.code);
  return typeof chain === "string" ? [chain] : chain;
}

/** The model string whose turn it is in a phase: the first that has not handed over. The last one never does. */
export function modelNow(record: Pick<RunRecord, "task" | "handovers">, phase: Phase): string {
  return modelsLeft(record, phase)[0] ?? modelsFor(record.task, phase).at(-1)!;
}

/** The model string that would take over from the one whose turn it is; undefined when nobody is left. */
export function modelNext(record: Pick<RunRecord, "task" | "handovers">, phase: Phase): string | undefined {
  const [now, ...others] = modelsLeft(record, phase);
  return others.find((model) => model !== now);
}

function modelsLeft({ task, handovers }: Pick<RunRecord, "task" | "handovers">, phase: Phase): readonly string[] {
  return modelsFor(task, phase).filter((model) => !handovers.some(({ from }) => from === model));
}

/** Whether a run begins with a plan: when a model was named for it. */
export function plans({ model }: Pick<Task, "model">): boolean {
  return typeof model !== "string" && "plan" in model && model.plan !== undefined;
}
