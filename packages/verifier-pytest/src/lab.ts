import { join } from "node:path";
import type { Declaration } from "./declaration.js";
import type { VerifyCommitOptions } from "./options.js";
import { roomOf, runPytest, type Workshop } from "./pytest-run.js";
import { isTestFile, settingsFor } from "./settings.js";
import type { TestRun } from "./test-run.js";
import { type ChangedFile, copyTree, type Tree } from "./tree.js";

/** What all runs of one verification share. */
export interface Lab {
  readonly options: VerifyCommitOptions;
  readonly workshop: Workshop;
  /** The same for the run before the change: it has the requirements of its own. */
  readonly baseWorkshop: Workshop;
  /** Both commits. */
  readonly before: Tree;
  readonly after: Tree;
  readonly changed: readonly ChangedFile[];
  /** The project after and before the change. */
  readonly project: Declaration;
  readonly baseProject: Declaration;
  /** Milliseconds that are left. */
  remaining(): number;
}

/** One run of it. */
export interface LabRun {
  readonly name: string;
  /** The run's own copy of a commit. */
  readonly tree: string;
  /** Whose settings file. Default: the project's after the change. */
  readonly own?: Declaration;
  /** Test files, relative to the project. Default: what the project runs. */
  readonly files?: readonly string[];
  readonly timeoutMs?: number;
  readonly backwards?: boolean;
  readonly switch?: string;
  /** Files, relative to the tree, of which the lines that run are noted. */
  readonly watched?: readonly string[];
}

/** A fresh copy of a commit for one run. */
export async function layOut({ workshop }: Lab, name: string, commit: Tree): Promise<string> {
  const copy = join(roomOf(workshop, name), "tree");
  await copyTree(commit, copy, workshop.signal);
  return copy;
}

/** Runs tests on a tree. */
export async function test(lab: Lab, run: LabRun): Promise<TestRun> {
  const { project, baseProject, workshop } = lab;
  const { name, tree, own = project } = run;
  const directory = join(tree, own.folder);
  const settings = settingsFor({
    own,
    base: baseProject,
    directory,
    emptyIni: join(roomOf(workshop, name), "none.ini"),
    seen: own === project ? changedTests(lab) : [],
    ...(run.files && { files: run.files }),
  });
  return runPytest(workshop, {
    name,
    tree,
    directory,
    paths: own.paths.map((path) => join(directory, path)),
    arguments: settings.arguments,
    timeoutMs: Math.min(run.timeoutMs ?? Infinity, lab.remaining()),
    backwards: run.backwards,
    watched: run.watched?.map((path) => join(tree, path)),
    switch: run.switch,
  });
}

/** Test files that the change added or altered, relative to the project. */
export function changedTests({ changed, project, baseProject }: Lab): string[] {
  return changed
    .filter(({ path, change }) => change !== "deleted" && isTestFile(path, project, baseProject))
    .flatMap(({ path }) => inProject(project, path));
}

/** Whether a path belongs to the tests and not to what they test. */
export function isSupport({ project, baseProject }: Lab, path: string): boolean {
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  if (name === "conftest.py" || settingsFiles.includes(name)) return true;
  return (
    parts.slice(0, -1).some((part) => part === "tests" || part === "test") || isTestFile(path, project, baseProject)
  );
}

const settingsFiles = ["pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];

/** A path of the tree as the project names it; nothing when it lies outside. */
export function inProject({ folder }: Declaration, path: string): string[] {
  if (folder === ".") return [path];
  return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
}
