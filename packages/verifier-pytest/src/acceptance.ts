import { randomBytes } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { canaryTests, canaryTrouble } from "./canary.js";
import { ruling, type Ruling } from "./findings.js";
import { type Lab, layOut } from "./lab.js";
import { roomOf, runPytest } from "./pytest-run.js";
import type { TestRun } from "./test-run.js";

/** The user's own tests over the change. */
export interface Acceptance {
  readonly run: TestRun;
  readonly canary: string | undefined;
}

/**
 * Runs tests that the change never saw, in a folder outside the tree: with none of its settings, conftest files or
 * plugins, and beside tests of known outcome.
 */
export async function accept(lab: Lab): Promise<Acceptance | undefined> {
  const { options, project, workshop } = lab;
  if (!options.acceptance) return undefined;
  const tree = await layOut(lab, "acceptance", lab.after);
  const directory = join(tree, project.folder);
  const folder = join(roomOf(workshop, "acceptance"), "files");
  const token = randomBytes(6).toString("hex");
  await mkdir(folder);
  await Promise.all(options.acceptance.files.map((file) => copyFile(file, join(folder, basename(file)))));
  await writeFile(join(folder, `test_${token}.py`), canaryTests(token));
  const async = workshop.virtualenv.packages.some((name) => name.startsWith("pytest-asyncio=="));
  const run = await runPytest(workshop, {
    name: "acceptance",
    tree,
    directory,
    paths: project.paths.map((path) => join(directory, path)),
    arguments: [
      "-c",
      join(roomOf(workshop, "acceptance"), "none.ini"),
      `--rootdir=${folder}`,
      `--confcutdir=${folder}`,
      "--import-mode=importlib",
      "--continue-on-collection-errors",
      ...(async ? ["-o", "asyncio_mode=auto"] : []),
      folder,
    ],
    readable: [folder],
    timeoutMs: lab.remaining(),
  });
  const canary = canaryTrouble(run, token);
  const tests = new Map([...run.tests].filter(([id]) => !id.includes(token)));
  return { run: { ...run, tests }, canary };
}

/** What the user's own tests say. They decide like the project's, and their words are final. */
export function judgeAcceptance({ run, canary }: Acceptance): Ruling[] {
  if (run.stopped) return [ruling("timed-out", "acceptance-timed-out", "The acceptance tests did not end in time.")];
  const rulings: Ruling[] = [];
  if (canary !== undefined)
    rulings.push(
      ruling("tampered", "canary", `Tests of known outcome beside the acceptance tests came out wrong: ${canary}.`),
    );
  // The tests that must fail make pytest end with 1, whatever the others do.
  for (const doubt of run.doubts)
    rulings.push(ruling("tampered", "sums-disagree", `The acceptance run can't be believed: ${doubt}.`));
  for (const { file, message } of run.uncollected)
    rulings.push(
      ruling("failed", "acceptance-failed", `The acceptance file ${file} can't be imported: ${message.slice(-300)}`),
    );
  for (const { id, outcome, rewritten, message } of run.tests.values()) {
    if (rewritten)
      rulings.push(
        ruling("tampered", "report-rewritten", `The acceptance test ${id} was reported as passed, and did not pass.`, {
          test: id,
        }),
      );
    else if (outcome !== "passed")
      rulings.push(
        ruling("failed", "acceptance-failed", `The acceptance test ${id} was ${outcome}: ${errorOf(message)}`, {
          test: id,
        }),
      );
  }
  if (run.tests.size === 0 || run.crash !== undefined || run.trouble !== undefined)
    rulings.push(
      ruling(
        "failed",
        "acceptance-failed",
        `The acceptance tests did not run: ${run.crash ?? run.trouble ?? "none was found"}.`,
      ),
    );
  return rulings;
}

function errorOf(message: string): string {
  const errors = message.split("\n").filter((line) => line.startsWith("E "));
  return errors
    .map((line) => line.slice(1).trim())
    .join(" | ")
    .slice(0, 300);
}
