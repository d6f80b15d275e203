import type { TestCounts } from "@aifactory/core";
import { remark, ruling, type Ruling } from "./findings.js";
import type { RecordedTest, TestRun } from "./test-run.js";

/** What else has to be known to judge the run of the head. */
export interface RunContext {
  readonly base: TestRun;
  /** `name==version` of what is installed. */
  readonly packages: readonly string[];
  readonly timeoutMs: number;
}

/** What the run of the head says by itself and beside the base's. */
export function judgeRun(head: TestRun, context: RunContext): Ruling[] {
  if (head.stopped)
    return [
      ruling(
        "timed-out",
        "timed-out",
        `The tests did not end in ${Math.round(context.timeoutMs / 1000)} s${head.last ? `; ${head.last} was running` : ""}. Make them end, or allow more time with timeoutMs.`,
        head.last === undefined ? {} : { test: head.last },
      ),
    ];
  const rulings = head.doubts.map((doubt) =>
    ruling("tampered", "sums-disagree", `The run can't be believed: ${doubt}.`),
  );
  if (head.trouble !== undefined || head.versions === undefined) return [...rulings, notStarted(head)];
  if (head.crash !== undefined)
    rulings.push(ruling("failed", "crashed", `The tests crashed: ${head.crash}.`, testOf(head.last)));
  for (const { file, message } of head.uncollected) rulings.push(notCollected(file, message, context.base));
  for (const test of head.tests.values()) rulings.push(...judgeTest(test, context));
  if (head.exitCode === 2 && head.uncollected.length === 0)
    rulings.push(
      ruling("failed", "interrupted", "pytest was interrupted before all tests had run.", testOf(head.last)),
    );
  return [...rulings, ...emptiness(head, rulings)];
}

/** Counts for the verdict. An expected failure counts as skipped: nothing was shown to work. */
export function countsOf({ tests, uncollected }: TestRun): TestCounts {
  const number = (...outcomes: RecordedTest["outcome"][]): number =>
    [...tests.values()].filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    total: tests.size + uncollected.length,
    passed: number("passed", "xpassed"),
    failed: number("failed"),
    skipped: number("skipped", "xfailed"),
    errors: number("error") + uncollected.length,
  };
}

function judgeTest(test: RecordedTest, { base, packages }: RunContext): Ruling[] {
  const place = { file: test.file, line: test.line, test: test.id };
  if (test.async) return [asyncTest(test, packages)];
  if (test.rewritten || (test.outcome === "passed" && !test.called))
    return [ruling("tampered", "report-rewritten", `${test.id} was reported as passed, and did not pass.`, place)];
  if (test.outcome !== "failed" && test.outcome !== "error") return [];
  const before = base.tests.get(test.id)?.outcome;
  const words = lastLines(test.message);
  if (before === "failed" || before === "error")
    return [remark("warning", "red-before", `${test.id} fails, and failed before the change too: ${words}`, place)];
  const code = before === "passed" ? "regression" : "test-failed";
  return [
    ruling(
      "failed",
      code,
      `${test.id} ${before === "passed" ? "passed before the change and fails now" : "fails"}: ${words}`,
      place,
    ),
  ];
}

function asyncTest({ id, file, line }: RecordedTest, packages: readonly string[]): Ruling {
  const place = { file, line, test: id };
  const runner = packages
    .map((name) => name.toLowerCase())
    .find((name) => /^(pytest-(asyncio|trio|twisted|tornasync)|anyio)==/.test(name));
  if (runner?.startsWith("pytest-asyncio"))
    return ruling(
      "failed",
      "async-test-unmarked",
      `${id} is an async test that nothing runs: mark it with @pytest.mark.asyncio, or set asyncio_mode = "auto" for pytest.`,
      place,
    );
  return ruling(
    "cannot-run",
    "async-plugin-missing",
    `${id} is an async test, and the project declares no plugin that runs it. Add pytest-asyncio to its test requirements: echo pytest-asyncio >> requirements.txt`,
    place,
  );
}

function notCollected(file: string, message: string, base: TestRun): Ruling {
  const place = { file: file.split("::")[0] ?? file };
  const missing = /No module named '(\w+)/.exec(message)?.[1];
  const advice =
    missing === undefined ? "" : ` If ${missing} is a package of an index, declare it in the project's requirements.`;
  const words = `${lastLines(message)}${advice}`;
  return base.uncollected.some((other) => other.file === file)
    ? remark("warning", "red-before", `${file} can't be imported, and could not before the change: ${words}`, place)
    : ruling("failed", "not-collected", `${file} can't be imported: ${words}`, place);
}

function notStarted(run: TestRun): Ruling {
  const words = lastLines(run.trouble ?? run.output);
  return ruling("failed", "pytest-failed", `pytest did not come to its tests (exit status ${run.exitCode}): ${words}`);
}

function emptiness(head: TestRun, rulings: readonly Ruling[]): Ruling[] {
  const { total, passed, skipped } = countsOf(head);
  if (total === 0 && !rulings.some(({ status }) => status !== undefined))
    return [ruling("no-tests", "no-tests", "pytest found no test. Add tests that show what the change does.")];
  if (total > 0 && passed === 0 && skipped === total)
    return [
      ruling("no-tests", "all-skipped", "Every test was skipped or expected to fail: nothing was shown to work."),
    ];
  return [];
}

function testOf(test: string | undefined): { test?: string } {
  return test === undefined ? {} : { test };
}

function lastLines(text: string): string {
  const lines = text
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.startsWith("E  "));
  return (errors.length > 0 ? errors : lines.slice(-3))
    .slice(0, 4)
    .map((line) => line.replace(/^E\s+/, ""))
    .join(" | ")
    .slice(0, 600);
}
