import { requirePrice } from "./budget.js";
import { AifactoryError } from "./errors.js";
import { type Resolution, resolveModel, resolveVerifier } from "./resolve.js";
import type { PhaseModel } from "./run-context.js";
import { modelFor, plans } from "./phases.js";
import type { Task } from "./task.js";
import { builtInTools } from "./tools/index.js";
import type { Phase, Tool, Verifier } from "./types.js";

/** Everything that a task names. */
export interface Parts {
  readonly models: { readonly [phase in Phase]: PhaseModel };
  readonly verifier: Verifier | undefined;
  readonly tools: readonly Tool[];
}

/** Where what a task names is looked for. */
export interface PartSources extends Resolution {
  readonly tools?: readonly Tool[];
  readonly signal?: AbortSignal;
}

/**
 * Finds everything that a task names.
 *
 * @throws `unknown-provider`, `unknown-verifier`, `unknown-price` or `invalid-spec`: what can't be found is bad input.
 */
export async function resolveParts(task: Task, options: PartSources): Promise<Parts> {
  const tools = chooseTools(task, options.tools ?? []);
  const name = typeof task.verify === "object" ? task.verify.verifier : task.verify;
  const verifier = name === undefined ? undefined : await resolveVerifier(name, options);
  const found = new Map<string, PhaseModel>();
  const find = async (phase: Phase): Promise<PhaseModel> => {
    const asked = modelFor(task, phase);
    const model = found.get(asked) ?? (await resolvePhase(task, asked, options));
    found.set(asked, model);
    return model;
  };
  const code = await find("code");
  return {
    models: { code, plan: plans(task) ? await find("plan") : code, fix: await find("fix") },
    verifier,
    tools,
  };
}

async function resolvePhase(task: Task, asked: string, options: PartSources): Promise<PhaseModel> {
  const resolved = await resolveModel(asked, options);
  const { provider, model } = resolved;
  // A provider that can't say is not a provider that can't work: its turn will tell.
  const facts = await Promise.resolve(
    provider.describe?.({ model, ...(options.signal && { signal: options.signal }) }),
  ).catch(() => undefined);
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
