import { join } from "node:path";
import type { Declaration } from "./declaration.js";
import { remark, type Ruling } from "./findings.js";
import { standIn } from "./project.js";
import type { Workshop } from "./pytest-run.js";
import { type NotInstalled, openVirtualenv, type Virtualenv, type Wanted } from "./virtualenv.js";

/** What both environments share. */
export interface EnvironmentsRequest extends Omit<Workshop, "virtualenv" | "project"> {
  readonly after: Declaration;
  readonly before: Declaration;
  /** Requirements besides the declared ones. */
  readonly more: readonly string[];
  readonly settings: Pick<Wanted, "cache" | "systemPackages" | "builds">;
}

/** Where the tests run after the change, and where they ran before it. */
export interface Environments {
  readonly after: Workshop;
  readonly before: Workshop;
  readonly rulings: readonly Ruling[];
}

/**
 * Builds the environment of the change, and the one before it where the requirements differ: a requirement that the change
 * takes away must not make its old tests look as if they had never worked.
 */
export async function openEnvironments(request: EnvironmentsRequest): Promise<Environments | NotInstalled> {
  const { after, before, more, settings, ...shared } = request;
  const open = async (project: Declaration) => {
    const made = await openVirtualenv({
      ...settings,
      python: shared.python,
      signal: shared.signal,
      requirements: withPytest([...new Set([...project.requirements, ...more])]),
      constraints: project.constraints,
    });
    if (!("problem" in made) || project.lock === null) return made;
    return { ...made, problem: `${made.problem} The exact versions are those of ${project.lock}.` };
  };
  const virtualenv = await open(after);
  if ("problem" in virtualenv) return virtualenv;
  const earlier = wants(after) === wants(before) ? virtualenv : await open(before);
  const rulings: Ruling[] = [];
  if ("problem" in earlier) {
    const text = `The requirements before the change can't be installed, so its old tests ran with the new ones: ${earlier.problem}`;
    rulings.push(remark("warning", "base-not-installable", text));
  }
  const workshop = async (project: Declaration, environment: Virtualenv, name: string): Promise<Workshop> => ({
    ...shared,
    virtualenv: environment,
    project: await standIn(project, environment, join(shared.folder, "projects", name)),
  });
  return {
    after: await workshop(after, virtualenv, "after"),
    before: await workshop(before, "problem" in earlier ? virtualenv : earlier, "before"),
    rulings,
  };
}

function wants({ requirements, constraints }: Declaration): string {
  return JSON.stringify([requirements, constraints]);
}

function withPytest(requirements: readonly string[]): string[] {
  const has = requirements.some((line) => /^pytest\s*([<>=!~;[(]|$)/i.test(line));
  return [...requirements, ...(has ? [] : ["pytest"])].toSorted();
}
