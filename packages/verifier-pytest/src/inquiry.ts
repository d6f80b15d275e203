import { join } from "node:path";
import type { Verdict } from "@aifactory/core";
import { probeSandbox, type SandboxProbe } from "@aifactory/core/process";
import { readDeclaration } from "./declaration.js";
import { describeInquiry } from "./evidence.js";
import { remark, ruling, type Ruling } from "./findings.js";
import { judgeRun } from "./judge-run.js";
import type { VerifyCommitOptions } from "./options.js";
import { standIn } from "./project.js";
import { runPytest, type Workshop } from "./pytest-run.js";
import { findPython } from "./python.js";
import { isTestFile, settingsFor } from "./settings.js";
import { changedFiles, openTree, touchedFiles, type Tree } from "./tree.js";
import type { TestRun } from "./test-run.js";
import { verdictOf } from "./verdict.js";
import { openVirtualenv } from "./virtualenv.js";

/** One verification under way. */
export interface Inquiry {
  readonly options: VerifyCommitOptions;
  /** A folder of our own that goes with it. */
  readonly folder: string;
  /** `performance.now()` at its beginning. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/** Lays out both commits, builds the environment, runs the tests before and after, and judges. */
export async function inquire(inquiry: Inquiry): Promise<Verdict> {
  const { options, folder, startedAt, signal } = inquiry;
  const at = { repo: options.repo, folder, signal };
  const [before, after] = await Promise.all([openTree(at, "base", options.base), openTree(at, "head", options.head)]);
  const [changed, python, sandbox] = await Promise.all([
    changedFiles(after.place, options.base, options.head),
    findPython(options.python),
    sandboxFor(options),
  ]);
  const asked = { changed: changed.map(({ path }) => path), project: options.project, signal };
  const project = await readDeclaration(python, after.path, asked);
  const baseProject = await readDeclaration(python, before.path, { ...asked, project: project.folder });
  const facts = { options, changed, python, sandbox, project };
  const rulings: Ruling[] = project.notes.map((note) => remark("warning", "declaration", note));
  if (sandbox.kind === "none" && options.sandbox === "required") {
    rulings.push(ruling("cannot-run", "no-sandbox", `There is no sandbox on this machine: ${sandbox.reason}`));
    return verdictOf({ options, startedAt, rulings, evidence: await describeInquiry(facts, after) });
  }

  inquiry.progress("building the environment");
  const virtualenv = await openVirtualenv({
    python,
    signal,
    cache: options.cache,
    systemPackages: options.systemPackages,
    builds: options.builds,
    requirements: withPytest([...new Set([...project.requirements, ...options.requirements])]),
    constraints: project.constraints,
  });
  if ("problem" in virtualenv) {
    rulings.push(ruling("cannot-run", "not-installable", virtualenv.problem));
    const evidence = { ...(await describeInquiry(facts, after)), installerOutput: virtualenv.log };
    return verdictOf({ options, startedAt, rulings, evidence });
  }

  const workshop: Workshop = {
    python,
    virtualenv,
    sandbox,
    limits: options.limits,
    signal,
    folder,
    project: await standIn(project, virtualenv, folder),
  };
  const remaining = (): number => Math.max(1_000, options.timeoutMs - (performance.now() - startedAt));
  const seen = changed
    .filter(({ path, change }) => change !== "deleted" && isTestFile(path, project, baseProject))
    .map(({ path }) => path);
  const test = async (name: string, tree: Tree, own = project): Promise<TestRun> => {
    const directory = join(tree.path, own.folder);
    const emptyIni = join(folder, name, "none.ini");
    const settings = settingsFor({ own, base: baseProject, directory, emptyIni, seen: own === project ? seen : [] });
    const paths = own.paths.map((path) => join(directory, path));
    return runPytest(workshop, {
      name,
      tree: tree.path,
      directory,
      paths,
      arguments: settings.arguments,
      timeoutMs: remaining(),
    });
  };

  inquiry.progress("running the tests before and after the change");
  const [base, head] = await Promise.all([test("base", before, baseProject), test("head", after)]);
  rulings.push(...judgeRun(head, { base, packages: virtualenv.packages, timeoutMs: options.timeoutMs }));
  for (const file of (await touchedFiles(after)).filter((path) => path.endsWith(".py")))
    rulings.push(ruling("tampered", "self-modified", `The tests changed ${file} while they ran.`, { file }));
  const passed = [...head.tests.values()].filter(({ outcome }) => outcome === "passed").length;
  return verdictOf({
    options,
    startedAt,
    rulings,
    run: head,
    claim: `${passed} tests passed.`,
    evidence: await describeInquiry({ ...facts, virtualenv, runs: { base, head } }, after),
  });
}

async function sandboxFor({ sandbox }: VerifyCommitOptions): Promise<SandboxProbe> {
  return sandbox === "none" ? { kind: "none", reason: "it was switched off" } : probeSandbox();
}

function withPytest(requirements: readonly string[]): string[] {
  const has = requirements.some((line) => /^pytest\s*([<>=!~;[(]|$)/i.test(line));
  return [...requirements, ...(has ? [] : ["pytest"])].toSorted();
}
