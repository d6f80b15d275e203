import type { Control } from "./control.js";
import type { Experiments } from "./experiments.js";
import { remark, ruling, type Ruling } from "./findings.js";
import { judgeMisexpected } from "./misexpected.js";
import type { RecordedTest, TestRun } from "./test-run.js";

/** What the new tests prove about the change, from what they did without it. */
export function judgeProof({ news, skipped, unread, control, onBase, blind, again }: Experiments): Ruling[] {
  if (news.length === 0) return [nothingNew(skipped, unread)];
  const rulings: Ruling[] = [];
  if (control?.canary !== undefined)
    rulings.push(
      ruling(
        "tampered",
        "canary",
        `Tests of known outcome, run beside the new ones, came out wrong: ${control.canary}. Something in the tree changes results.`,
      ),
    );
  if (control && control.failed.length === 0) {
    const names = control.taken
      .slice(0, 3)
      .map(({ name }) => name)
      .join(", ");
    rulings.push(
      ruling(
        "unproven",
        "green-without-feature",
        `None of the ${news.length} new tests fails when the change's own code is taken away (${names}): they prove nothing about it. Call the new code in a test and check what it gives.`,
      ),
    );
  } else if (control && control.green.length > 0) {
    for (const test of control.green.slice(0, 20))
      rulings.push(
        remark("info", "green-without-feature", `${test} passes with the feature taken away too.`, { test }),
      );
  }
  if (onBase && provenOnBase(onBase, news).length === 0)
    rulings.push(
      ruling(
        "unproven",
        "green-before",
        `None of the ${news.length} new tests fails on the code before the change: they test nothing that it added.`,
      ),
    );
  return [...rulings, ...judgeMisexpected(blind), ...flips(news, again)];
}

function nothingNew([skipped, ...others]: readonly RecordedTest[], [unread]: readonly string[]): Ruling {
  const text =
    unread !== undefined
      ? `those in ${unread}, which the change edits, did not run: the file can't be imported, as the warning about it says.`
      : skipped !== undefined
        ? `${others.length === 0 ? "the new one was" : `the ${others.length + 1} new ones were`} skipped, as ${skipped.id}: ${reasonOf(skipped)}. They show nothing until they run: declare what they need, or let them run.`
        : "none of them is new: they do not show that the change does what it is for. Add a test that fails without it. A refactoring can't be proven this way, which is no fault.";
  return ruling("unproven", "no-new-test", `The tests pass, and ${text}`);
}

/** What pytest says after the place, which stands in front of it. */
function reasonOf({ message }: RecordedTest): string {
  return (/Skipped: (.*?)['"]\)$/s.exec(message.trim())?.[1] ?? message.trim()).slice(0, 200);
}

/** New tests that do not pass over the code before the change. */
export function provenOnBase(onBase: TestRun, news: readonly string[]): string[] {
  return news.filter((id) => onBase.tests.get(id)?.outcome !== "passed");
}

/** What a green verdict may say: figures, and never that the code is right. */
export function claimOf(head: TestRun, base: TestRun, { news, control, onBase }: Experiments): string {
  const passed = count(head);
  const without = control ? control.failed.length : onBase ? provenOnBase(onBase, news).length : 0;
  const how = control ? "when the feature is removed" : "before the change";
  const kept = count(base);
  const old =
    kept === 0
      ? ""
      : kept === 1
        ? " The test that passed before still does."
        : ` All ${kept} tests that passed before still do.`;
  return `${passed} tests ran and passed; ${without} of ${news.length} new tests fail ${how}.${old}`;
}

/** The figures of the control run, for the evidence. */
export function controlFigures(control: Control | undefined): object | undefined {
  return (
    control && {
      kind: control.kind,
      taken: control.taken,
      failWithoutFeature: control.failed,
      greenWithoutFeature: control.green,
      canary: control.canary ?? "as it must be",
    }
  );
}

function flips(news: readonly string[], again: TestRun | undefined): Ruling[] {
  if (!again || again.stopped) return [];
  return news
    .filter((id) => again.tests.get(id)?.outcome !== "passed")
    .map((test) =>
      remark("warning", "flaky", `${test} passed, and did not pass when the new tests ran again in another order.`, {
        test,
      }),
    );
}

function count({ tests }: TestRun): number {
  return [...tests.values()].filter(({ outcome }) => outcome === "passed").length;
}
