import { randomBytes } from "node:crypto";
import { control, type Control } from "./control.js";
import { changedSources } from "./coverage.js";
import { changedTests, isSupport, type Lab, layOut, test } from "./lab.js";
import { misexpected, type Misexpected } from "./misexpected.js";
import type { RecordedTest, TestRun } from "./test-run.js";
import { takeFrom } from "./tree.js";

/** What was tried besides the runs before and after the change. */
export interface Experiments {
  /** Tests that pass now and did not pass before the change. */
  readonly news: readonly string[];
  /** Tests that were not there before the change, and were skipped. */
  readonly skipped: readonly RecordedTest[];
  /** Test files of the change that can't be imported, as they could not before. */
  readonly unread: readonly string[];
  /** The old tests in their old words over the new code; absent when the change did not touch them. */
  readonly old?: TestRun;
  /** The new tests over the old code. */
  readonly onBase?: TestRun;
  /** The new tests with the feature taken away. */
  readonly control?: Control;
  /** The new tests expecting what nothing can give. */
  readonly blind?: Misexpected;
  /** The new tests once more, in the opposite order. */
  readonly again?: TestRun;
}

/** Does what has to be done to know what the change's tests are worth; two runs at a time. */
export async function experiment(lab: Lab, base: TestRun, head: TestRun): Promise<Experiments> {
  const news = newTests(lab, base, head);
  const files = [...new Set(news.map((id) => id.split("::")[0] ?? id))];
  const patience = 3 * head.durationMs + 8_000;
  const { before, after } = lab;

  const again = async (): Promise<TestRun> =>
    test(lab, {
      name: "again",
      tree: await layOut(lab, "again", after),
      files,
      backwards: true,
      watched: changedSources(lab),
      timeoutMs: patience,
    });
  const onBase = async (): Promise<TestRun> => {
    const tree = await layOut(lab, "on-base", before);
    await takeFrom(tree, after, support(lab));
    // Old tests that the change edits too: what they ask for now may be new.
    const asked = [...new Set([...files, ...changedTests(lab).filter((file) => oldFiles(base).includes(file))])];
    return test(lab, { name: "on-base", tree, files: asked, timeoutMs: patience });
  };
  const old = async (): Promise<TestRun> => {
    const tree = await layOut(lab, "old-tests", after);
    await takeFrom(tree, before, support(lab));
    // All of them, in the order of before: some tests lean on what another module has imported.
    const own = { ...lab.project, ini: lab.baseProject.ini };
    return test(lab, { name: "old-tests", tree, own, timeoutMs: patience });
  };

  const proves = news.length > 0;
  const [first, second, third] = await Promise.all([
    inTurn(
      proves && (async () => control(lab, { files, news, patience, token: randomBytes(6).toString("hex") })),
      proves && again,
    ),
    inTurn(proves && onBase, mustAskOld(lab, base, head) && old),
    proves && misexpected(lab, { files, news, patience }),
  ]);
  return {
    news,
    unread: head.uncollected.map(({ file }) => file).filter((file) => changedTests(lab).includes(file)),
    skipped: [...head.tests.values()].filter(({ id, outcome }) => outcome === "skipped" && !base.tests.has(id)),
    ...(first[0] && { control: first[0] }),
    ...(first[1] && { again: first[1] }),
    ...(second[0] && { onBase: second[0] }),
    ...(second[1] && { old: second[1] }),
    ...(third && { blind: third }),
  };
}

/** Tests of the change: those that did not pass before, or, when there are none, those in test files that it edited. */
function newTests(lab: Lab, base: TestRun, head: TestRun): string[] {
  const passed = [...head.tests.values()].filter(({ outcome }) => outcome === "passed");
  const fresh = passed.filter(({ id }) => base.tests.get(id)?.outcome !== "passed");
  if (fresh.length > 0) return fresh.map(({ id }) => id);
  const edited = new Set(lab.changed.map(({ path }) => path));
  const prefix = lab.project.folder === "." ? "" : `${lab.project.folder}/`;
  return passed.filter(({ id }) => edited.has(`${prefix}${id.split("::")[0]}`)).map(({ id }) => id);
}

function support(lab: Lab): string[] {
  return lab.changed.map(({ path }) => path).filter((path) => isSupport(lab, path));
}

/** Old tests have a say of their own when the change touched what decides over them, or when one no longer passes. */
function mustAskOld(lab: Lab, base: TestRun, head: TestRun): boolean {
  if (oldFiles(base).length === 0) return false;
  const touched = lab.changed.some(
    // A new test module too: what it does when it is imported, it does to all tests.
    ({ path }) => path.endsWith(".py") && isSupport(lab, path),
  );
  const lost = [...base.tests.values()].some(
    ({ id, outcome }) => outcome === "passed" && head.tests.get(id)?.outcome !== "passed",
  );
  return touched || lost || JSON.stringify(lab.project.ini) !== JSON.stringify(lab.baseProject.ini);
}

function oldFiles(base: TestRun): string[] {
  const passed = [...base.tests.values()].filter(({ outcome }) => outcome === "passed");
  return [...new Set(passed.map(({ id }) => id.split("::")[0] ?? id))];
}

async function inTurn<First, Second>(
  first: (() => Promise<First>) | false,
  second: (() => Promise<Second>) | false,
): Promise<[First | undefined, Second | undefined]> {
  return [first ? await first() : undefined, second ? await second() : undefined];
}
