import { join } from "node:path";
import type { Verdict } from "@aifactory/core";
import { probeSandbox, type SandboxProbe } from "@aifactory/core/process";
import { accept, judgeAcceptance } from "./acceptance.js";
import { runBase } from "./base-run.js";
import { changedLines } from "./coverage.js";
import { readDeclarations } from "./declaration.js";
import { openEnvironments } from "./environments.js";
import { describeInquiry, type InquiryFacts } from "./evidence.js";
import { experiment, type Experiments } from "./experiments.js";
import { remark, ruling, type Ruling, softened, statusOf } from "./findings.js";
import { claimOf, controlFigures, judgeProof, provenOnBase } from "./judge-change.js";
import { judgeHidden } from "./judge-hidden.js";
import { judgeOld } from "./judge-old.js";
import { judgeRun } from "./judge-run.js";
import { type Lab, layOut, test } from "./lab.js";
import type { VerifyCommitOptions } from "./options.js";
import { roomOf } from "./pytest-run.js";
import { scan } from "./scan.js";
import { findPython } from "./python.js";
import { openTree, readChange, touchedFiles } from "./tree.js";
import type { TestRun } from "./test-run.js";
import { verdictOf, type VerdictParts } from "./verdict.js";

/** One verification under way. */
export interface Inquiry {
  readonly options: VerifyCommitOptions;
  /** Ids of both commits' trees. */
  readonly trees: { readonly base: string; readonly head: string };
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
  const [before, after, python, sandbox] = await Promise.all([
    openTree(at, "base", options.base),
    openTree(at, "head", options.head),
    findPython(options.python),
    sandboxFor(options),
  ]);
  const change = await readChange(after.place, options.base, options.head);
  const changed = change.files;
  const asked = { changed: changed.map(({ path }) => path), project: options.project, signal };
  const [project, baseProject] = await readDeclarations(python, { after, before }, asked);
  const facts = { options, tree: inquiry.trees.head, change, python, sandbox, project };
  const rulings: Ruling[] = project.notes.map((note) => remark("warning", "declaration", note));
  const verdict = (parts: Partial<VerdictParts>, more: Partial<InquiryFacts> = {}): Verdict => {
    const evidence = { ...describeInquiry({ ...facts, ...more }), ...parts.evidence };
    return verdictOf({ options, startedAt, rulings, ...parts, evidence });
  };
  if (sandbox.kind === "none" && options.sandbox === "required") {
    rulings.push(ruling("cannot-run", "no-sandbox", `There is no sandbox on this machine: ${sandbox.reason}`));
    return verdict({});
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
    return verdict({ evidence: { installerOutput: environments.log } });
  }

  const { after: workshop, before: baseWorkshop } = environments;
  const { virtualenv } = workshop;
  rulings.push(...environments.rulings);
  const remaining = (): number => Math.max(1_000, options.timeoutMs - (performance.now() - startedAt));
  const lab: Lab = { options, workshop, baseWorkshop, before, after, changed, project, baseProject, remaining };
  inquiry.progress("running the tests before and after the change");
  const tree = await layOut(lab, "head", after);
  const [read, base, head] = await Promise.all([
    scan(lab),
    runBase(lab, inquiry.trees.base),
    test(lab, { name: "head", tree }),
  ]);
  rulings.push(...read.rulings);
  const { timeoutMs } = options;
  rulings.push(...(await base.judge((run) => judgeRun(head, { base: run, packages: virtualenv.packages, timeoutMs }))));
  rulings.push(...judgeHidden(lab, base.run, head, read.named));
  for (const file of await touchedFiles(after, tree))
    rulings.push(ruling("tampered", "self-modified", `The tests changed ${file} while they ran.`, { file }));
  if (statusOf(rulings) !== "passed") return verdict({ run: head }, { virtualenv, runs: { base: base.run, head } });

  inquiry.progress("trying what the new tests prove");
  const [tried, accepted] = await Promise.all([experiment(lab, base.run, head), accept(lab)]);
  const proof = judgeProof(tried);
  const acceptance = accepted ? judgeAcceptance(accepted) : [];
  // The user's own tests prove what the change's may not.
  const isProven = accepted !== undefined && acceptance.length === 0;
  rulings.push(...(await base.judge((run) => judgeOld(lab, run, head, tried))), ...acceptance);
  rulings.push(...(isProven ? proof.map(softened) : proof));
  const runs = { base: base.run, head, ...runsOf(tried), ...(accepted && { acceptance: accepted.run }) };
  const evidence = {
    newTests: tried.news,
    control: controlFigures(tried.control),
    misexpected: tried.blind && { altered: tried.blind.altered, green: tried.blind.green },
    changedLines: tried.again && changedLines(lab, join(roomOf(workshop, "again"), "tree"), tried.again),
    failBefore: tried.onBase && provenOnBase(tried.onBase, tried.news),
  };
  return verdict({ run: head, claim: claimOf(head, base.run, tried), evidence }, { virtualenv, runs });
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
