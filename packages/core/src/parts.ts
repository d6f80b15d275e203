import { requirePrice } from "./budget.js";
import { chooseConfinement, type Confinement } from "./confinement.js";
import { type Deadlines, defaultDeadlines, orLeft, timeLimit } from "./deadlines.js";
import { AifactoryError } from "./errors.js";
import { type Resolution, resolveModel, resolveVerifier } from "./resolve.js";
import type { PhaseModel } from "./run-context.js";
import { modelsFor, plans } from "./phases.js";
import type { Task } from "./task.js";
import { builtInTools } from "./tools/index.js";
import type { Tool, Verifier } from "./types.js";

/** Everything that a task names. */
export interface Parts {
  /** By model string. */
  readonly models: ReadonlyMap<string, PhaseModel>;
  readonly verifier: Verifier | undefined;
  readonly tools: readonly Tool[];
  readonly confinement: Confinement;
}

/** Where what a task names is looked for. */
export interface PartSources extends Resolution {
  readonly tools?: readonly Tool[];
  readonly signal?: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * Finds everything that a task names.
 *
 * @throws `unknown-provider`, `unknown-verifier`, `unknown-price`, `no-sandbox` or `invalid-spec`: what can't be found is bad input.
 */
export async function resolveParts(task: Task, options: PartSources): Promise<Parts> {
  const tools = chooseTools(task, options.tools ?? []);
  const name = typeof task.verify === "object" ? task.verify.verifier : task.verify;
  const verifier = name === undefined ? undefined : await resolveVerifier(name, options);
  const models = new Map<string, PhaseModel>();
  for (const phase of ["code", ...(plans(task) ? ["plan" as const] : []), "fix"] as const) {
    for (const asked of modelsFor(task, phase)) {
      if (!models.has(asked)) models.set(asked, await resolvePhase(task, asked, options));
    }
  }
  return { models, verifier, tools, confinement: await chooseConfinement(task) };
}

async function resolvePhase(task: Task, asked: string, options: PartSources): Promise<PhaseModel> {
  const resolved = await resolveModel(asked, options);
  const { provider, model } = resolved;
  // A provider that can't say is not a provider that can't work: its turn will tell.
  const { connectMs, graceMs } = { ...defaultDeadlines(provider.kind), ...options.deadlines };
  const { signal, release } = timeLimit(options.signal ?? new AbortController().signal, connectMs);
  const describing = (async () => provider.describe?.({ model, signal }))();
  const told = await orLeft(describing, signal, graceMs)
    .catch(() => undefined)
    .finally(release);
  const facts = told?.result;
  requirePrice(task, asked, provider, facts);
  return { ...resolved, ...(facts && { facts }) };
}

function chooseTools(task: Task, extra: readonly Tool[]): readonly Tool[] {
  const names = new Set(extra.map(({ name }) => name));
  const all = [...builtInTools.filter(({ name }) => !names.has(name)), ...extra];
  if (!task.tools) return all;
  const unknown = task.tools.filter((name) => !all.some((tool) => tool.name === name));
  if (unknown.length > 0) {
    throw new AifactoryError(
      "invalid-spec",
      `tools: there is no tool ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}.`,
    );
  }
  return all.filter(({ name, ends }) => ends || task.tools?.includes(name) || names.has(name));
}
