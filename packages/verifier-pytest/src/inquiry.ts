import { join } from "node:path";
import type { Verdict } from "@aifactory/core";
import { probeSandbox, type SandboxProbe } from "@aifactory/core/process";
import { accept, judgeAcceptance } from "./acceptance.js";
import { changedLines } from "./coverage.js";
import { readDeclaration } from "./declaration.js";
import { openEnvironments } from "./environments.js";
import { describeInquiry } from "./evidence.js";
import { experiment, type Experiments } from "./experiments.js";
import { remark, ruling, type Ruling, softened, statusOf } from "./findings.js";
import { claimOf, controlFigures, judgeProof, provenOnBase } from "./judge-change.js";
import { judgeHidden } from "./judge-hidden.js";
import { judgeOld } from "./judge-old.js";
import { judgeRun } from "./judge-run.js";
import { type Lab, test } from "./lab.js";
import type { VerifyCommitOptions } from "./options.js";
import { scan } from "./scan.js";
import { findPython } from "./python.js";
import { changedFiles, openTree, touchedFiles } from "./tree.js";
import type { TestRun } from "./test-run.js";
import { verdictOf } from "./verdict.js";

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
  const environments = await openEnvironments({
    after: project,
    before: baseProject,
    more: options.requirements,
    settings: options,
    python,
    sandbox,
    limits: options.limits,
    signal,
    folder,
  });
  if ("problem" in environments) {
    rulings.push(ruling("cannot-run", "not-installable", environments.problem));
    const evidence = { ...(await describeInquiry(facts, after)), installerOutput: environments.log };
    return verdictOf({ options, startedAt, rulings, evidence });
  }

  const workshop = environments.after;
  const { virtualenv } = workshop;
  rulings.push(...environments.rulings);
  const remaining = (): number => Math.max(1_000, options.timeoutMs - (performance.now() - startedAt));
  const lab: Lab = { options, workshop, changed, project, baseProject, remaining };
  inquiry.progress("running the tests before and after the change");
  // Before anything runs that could write over what is read here.
  const read = await scan(lab, after.path);
  rulings.push(...read.rulings);
  const [base, head] = await Promise.all([
    test({ ...lab, workshop: environments.before }, { name: "base", tree: before, own: baseProject }),
    test(lab, { name: "head", tree: after }),
  ]);
  rulings.push(...judgeRun(head, { base, packages: virtualenv.packages, timeoutMs: options.timeoutMs }));
  rulings.push(...judgeHidden(lab, base, head, read.named));
  for (const file of (await touchedFiles(after)).filter((path) => path.endsWith(".py")))
    rulings.push(ruling("tampered", "self-modified", `The tests changed ${file} while they ran.`, { file }));
  if (statusOf(rulings) !== "passed")
    return verdictOf({
      options,
      startedAt,
      rulings,
      run: head,
      evidence: await describeInquiry({ ...facts, virtualenv, runs: { base, head } }, after),
    });

  inquiry.progress("trying what the new tests prove");
  const [tried, accepted] = await Promise.all([experiment(lab, base, head), accept(lab)]);
  const proof = judgeProof(tried);
  const acceptance = accepted ? judgeAcceptance(accepted) : [];
  // The user's own tests prove what the change's may not.
  const isProven = accepted !== undefined && acceptance.length === 0;
  rulings.push(...judgeOld(lab, base, head, tried.old), ...acceptance);
  rulings.push(...(isProven ? proof.map(softened) : proof));
  const runs = { base, head, ...runsOf(tried), ...(accepted && { acceptance: accepted.run }) };
  const evidence = await describeInquiry({ ...facts, virtualenv, runs }, after);
  return verdictOf({
    options,
    startedAt,
    rulings,
    run: head,
    claim: claimOf(head, base, tried),
    evidence: {
      ...evidence,
      newTests: tried.news,
      control: controlFigures(tried.control),
      misexpected: tried.blind && { altered: tried.blind.altered, green: tried.blind.green },
      changedLines: tried.again && changedLines(lab, join(folder, "again", "tree"), tried.again),
      failBefore: tried.onBase && provenOnBase(tried.onBase, tried.news),
    },
  });
}

function runsOf({ old, onBase, control, blind, again }: Experiments): Record<string, TestRun> {
  return {
    ...(old && { oldTests: old }),
    ...(onBase && { onBase }),
    ...(control && { control: control.run }),
    ...(blind && { misexpected: blind.run }),
    ...(again && { again }),
  };
}

async function sandboxFor({ sandbox }: VerifyCommitOptions): Promise<SandboxProbe> {
  return sandbox === "none" ? { kind: "none", reason: "it was switched off" } : probeSandbox();
}
