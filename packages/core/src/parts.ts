import { requirePrice } from "./budget.js";
import { chooseConfinement, type Confinement } from "./confinement.js";
import { type Deadlines, defaultDeadlines, orLeft, timeLimit } from "./deadlines.js";
import { AifactoryError, toError } from "./errors.js";
import { type Resolution, resolveModel, resolveVerifier } from "./resolve.js";
import type { PhaseModel } from "./run-context.js";
import { modelsFor, plans } from "./phases.js";
import type { Task } from "./task.js";
import { builtInTools } from "./tools/index.js";
import type { Provider, Tool, Verifier } from "./types.js";

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
  const verifier = await resolveJudge(task, options);
  const models = new Map<string, PhaseModel>();
  for (const phase of ["code", ...(plans(task) ? ["plan" as const] : []), "fix"] as const) {
    for (const asked of modelsFor(task, phase)) {
      if (!models.has(asked)) models.set(asked, await resolvePhase(task, asked, options));
    }
  }
  return { models, verifier, tools, confinement: await chooseConfinement(task) };
}

/** Options that are wrong would be found out only after the work. */
async function resolveJudge({ verify }: Task, options: PartSources): Promise<Verifier | undefined> {
  if (verify === undefined) return undefined;
  const { verifier: name, ...given } = typeof verify === "object" ? verify : { verifier: verify };
  const verifier = await resolveVerifier(name, options);
  await inTime("model", options, async () => verifier.check?.(given)).catch((cause: unknown) => {
    throw cause instanceof AifactoryError
      ? cause
      : new AifactoryError("invalid-spec", `verify: ${toError(cause).message}`, { cause });
  });
  return verifier;
}

async function resolvePhase(task: Task, asked: string, options: PartSources): Promise<PhaseModel> {
  const resolved = await resolveModel(asked, options);
  const { provider, model } = resolved;
  // A provider that can't say is not a provider that can't work: its turn will tell.
  const describing = async (signal: AbortSignal) => provider.describe?.({ model, signal });
  const facts = await inTime(provider.kind, options, describing).catch(() => undefined);
  requirePrice(task, asked, provider, facts);
  return { ...resolved, ...(facts && { facts }) };
}

/** What others say when they are asked; undefined when they do not come to an end. */
async function inTime<Result>(
  kind: Provider["kind"],
  { deadlines, signal: stop = new AbortController().signal }: PartSources,
  ask: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const { connectMs, graceMs } = { ...defaultDeadlines(kind), ...deadlines };
  const { signal, release } = timeLimit(stop, connectMs);
  const told = await orLeft(ask(signal), signal, graceMs).finally(release);
  return told?.result;
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
