import { z } from "zod";
import { ruling, type Ruling } from "./findings.js";
import { inProject, type Lab, layOut, test } from "./lab.js";
import { askPython } from "./python.js";
import type { TestRun } from "./test-run.js";

const altered = z.array(z.object({ file: z.string(), name: z.string() }));

/** The new tests once more, expecting something else. */
export interface Misexpected {
  readonly run: TestRun;
  /** New tests whose expectation was altered. */
  readonly altered: readonly string[];
  /** Those among them that passed all the same. */
  readonly green: readonly string[];
}

/**
 * Runs the new tests with the code as it is and their expectations altered: each must fail. Something that lets failures
 * pass, a value that equals everything, or code that reads its answer from the test, shows itself here, also when it knows
 * how the control run looks.
 */
export async function misexpected(
  lab: Lab,
  { files, news, patience }: { files: readonly string[]; news: readonly string[]; patience: number },
): Promise<Misexpected | undefined> {
  const tree = await layOut(lab, "misexpected", lab.after);
  const { project, workshop } = lab;
  const prefix = project.folder === "." ? "" : `${project.folder}/`;
  const asked = { tree, files: files.map((file) => prefix + file) };
  const found = altered.parse(await askPython(workshop.python, "misexpect.py", asked, workshop.signal));
  const names = new Set(found.flatMap(({ file, name }) => inProject(project, file).map((path) => `${path}::${name}`)));
  const ours = news.filter((id) => names.has(id.replace(/\[.*$/s, "")));
  if (ours.length === 0) return undefined;
  const run = await test(lab, { name: "misexpected", tree, files, timeoutMs: patience });
  return { run, altered: ours, green: ours.filter((id) => run.tests.get(id)?.outcome === "passed") };
}

/** What it means that a test does not mind what it expects. */
export function judgeMisexpected(tried: Misexpected | undefined): Ruling[] {
  return (tried?.green ?? []).map((id) =>
    ruling(
      "unproven",
      "blind-test",
      `${id} passes whatever it expects: its assertion does not decide whether it passes. See what catches the failure, equals everything, or reads its answer from the test.`,
      { test: id },
    ),
  );
}
