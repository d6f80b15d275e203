import type { SandboxProbe } from "@aifactory/core/process";
import type { Declaration } from "./declaration.js";
import { countsOf } from "./judge-run.js";
import type { VerifyCommitOptions } from "./options.js";
import type { Python } from "./python.js";
import type { TestRun } from "./test-run.js";
import type { Change } from "./tree.js";
import type { Virtualenv } from "./virtualenv.js";

/** What is known by the end of a verification. */
export interface InquiryFacts {
  readonly options: VerifyCommitOptions;
  /** Id of the head's tree. */
  readonly tree: string;
  readonly change: Change;
  readonly python: Python;
  readonly sandbox: SandboxProbe;
  readonly project: Declaration;
  readonly virtualenv?: Virtualenv;
  readonly runs?: { readonly [name: string]: TestRun };
}

/** What another person needs to come to the same verdict: ids, hashes, versions, isolation, and every run. */
export function describeInquiry(facts: InquiryFacts): Record<string, unknown> {
  const { options, tree, python, sandbox, project, virtualenv, runs = {} } = facts;
  const { repo: _, ...settings } = options;
  return {
    tree,
    patch: facts.change.patch,
    changed: facts.change.files.map(({ path, change }) => ({ path, change })),
    options: settings,
    isolation: isolation(sandbox),
    environment: {
      python: python.version,
      ...(virtualenv && {
        packages: virtualenv.packages,
        fingerprint: virtualenv.fingerprint,
        tool: virtualenv.tool,
        cached: virtualenv.cached,
      }),
      declaredIn: project.sources,
      ...(project.lock !== null && { lock: project.lock }),
      notInstalled: project.left,
    },
    project: project.folder,
    runs: Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, describeRun(run)])),
  };
}

/** What was really in force; never more. */
function isolation(sandbox: SandboxProbe): Record<string, unknown> {
  return {
    sandbox: sandbox.kind,
    ...(sandbox.kind === "none" && { reason: sandbox.reason }),
    files:
      sandbox.kind === "none"
        ? "everything that the user can read"
        : "the system's programs, the environment and the tree",
    network: sandbox.kind === "none" ? "open" : "none",
    environment: "an allow-list, nothing of the user's",
  };
}

function describeRun(run: TestRun): Record<string, unknown> {
  return {
    command: run.command,
    exitCode: run.exitCode,
    cached: run.cached,
    stopped: run.stopped,
    counts: countsOf(run),
    versions: run.versions,
    durationMs: run.durationMs,
    tests: Object.fromEntries([...run.tests.values()].map(({ id, outcome }) => [id, outcome])),
    output: run.output.slice(-3_000),
  };
}
