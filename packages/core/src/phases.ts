import type { Task } from "./task.js";

/** The model string of a phase. */
export function modelFor(task: Pick<Task, "model">, phase: "plan" | "code" | "fix"): string {
  if (typeof task.model === "string") return task.model;
  return task.model[phase] ?? task.model.code;
}

/** Whether a run begins with a plan: when a model was named for it. */
export function plans(task: Pick<Task, "model">): boolean {
  return typeof task.model !== "string" && task.model.plan !== undefined;
}
