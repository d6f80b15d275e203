import type { CommandResult } from "@aifactory/core/process";
import { hear, type RecordedEvent, type Report } from "./channel.js";

/** How one test ended. `xfailed` and `xpassed`: it was marked as expected to fail. */
export type TestOutcome = "passed" | "failed" | "error" | "skipped" | "xfailed" | "xpassed";

/** One test of a run. */
export interface RecordedTest {
  readonly id: string;
  readonly outcome: TestOutcome;
  /** Something was raised and yet the test was reported as passed. */
  readonly rewritten: boolean;
  /** Whether its function was reported at all, and not only what is around it. */
  readonly called: boolean;
  /** An `async def` test that nothing could run. */
  readonly async: boolean;
  readonly file: string;
  readonly line: number;
  readonly seconds: number;
  readonly message: string;
}

/** A pytest run as our recorder saw it. */
export interface TestRun {
  readonly command: readonly string[];
  readonly tests: ReadonlyMap<string, RecordedTest>;
  readonly uncollected: readonly { readonly file: string; readonly message: string }[];
  readonly deselected: readonly string[];
  /** Tests that were found and that code of the tree then left out. */
  readonly hidden: readonly string[];
  /** Files that skipped themselves before their tests were found. */
  readonly over: readonly string[];
  readonly stopped: "timeout" | "abort" | undefined;
  readonly exitCode: number | null;
  /** Why the run can't be believed; empty when every sum is right. */
  readonly doubts: readonly string[];
  /** How the process died, when it did so before pytest's end and did not claim success. */
  readonly crash: string | undefined;
  /** Why there is no run to believe or not: pytest did not start, or fell over by itself. */
  readonly trouble: string | undefined;
  /** The test that was running when it ended early. */
  readonly last: string | undefined;
  /** Which lines of the watched files ran, and which can run; by absolute path. */
  readonly lines: Extract<RecordedEvent, { event: "lines" }> | undefined;
  readonly versions:
    | { readonly python: string; readonly pytest: string; readonly plugins: readonly string[] }
    | undefined;
  readonly durationMs: number;
  readonly output: string;
  /** It was read from the cache: the tests did not run this time. */
  readonly cached?: true;
}

/** Puts the recorder's events together and checks them against each other, the exit status and pytest's own JUnit file. */
export function readRun(result: CommandResult, key: string, junit: string | undefined): Omit<TestRun, "command"> {
  const { events, foreign } = hear(result.channel ?? "", key);
  const messages = (kind: "internal" | "broken" | "left"): string[] =>
    events.flatMap((event) => (event.event === kind ? [event.message] : []));
  const ids = (kind: "deselected" | "collected" | "hidden" | "over"): string[] =>
    events.flatMap((event) => (event.event === kind ? event.ids : []));
  const names = (kind: "test" | "async"): string[] =>
    events.flatMap((event) => (event.event === kind ? [event.id] : []));
  const tests = testsOf(events, new Set(names("async")));
  const collected = ids("collected");
  const end = events.find((event) => event.event === "end");
  const start = events.find((event) => event.event === "start");
  const uncollected = events.flatMap((event) =>
    event.event === "uncollected" ? [{ file: event.id, message: event.message }] : [],
  );
  const trouble = [...messages("broken"), ...messages("internal")][0];
  const last = names("test").at(-1);

  const doubts: string[] = [];
  if (foreign > 0) doubts.push(`${foreign} lines on the recorder's channel were not written by it`);
  if (!result.stopped && trouble === undefined) {
    const left = messages("left")[0];
    if (left !== undefined) doubts.push(`pytest was left before its end: ${left}`);
    if (end === undefined) {
      if (result.exitCode === 0) doubts.push(died(result, last));
    } else {
      if (end.code !== result.exitCode)
        doubts.push(`pytest ended with ${end.code} and its process with ${result.exitCode}`);
      const missing = collected.filter((id) => !tests.has(id));
      const claimsAll = end.code === 0 || end.code === 1;
      if (claimsAll && missing.length > 0)
        doubts.push(`${missing.length} collected tests were never reported, the first is ${missing[0]}`);
      const bad = [...tests.values()].filter(({ outcome }) => outcome === "failed" || outcome === "error").length;
      if (end.code === 0 && bad + uncollected.length > 0)
        doubts.push(`pytest ended with 0 although ${bad} tests failed`);
      if (end.code === 1 && bad + uncollected.length === 0 && collected.length > 0)
        doubts.push("pytest ended with 1 although no test failed");
      doubts.push(...junitDoubts(junit, bad + uncollected.length));
    }
  }
  return {
    tests,
    uncollected,
    deselected: ids("deselected"),
    hidden: ids("hidden"),
    over: ids("over"),
    stopped: result.stopped,
    exitCode: result.exitCode,
    doubts,
    crash: end === undefined && !result.stopped && result.exitCode !== 0 ? died(result, last) : undefined,
    trouble,
    last,
    lines: events.find((event) => event.event === "lines"),
    versions: start && { python: start.python, pytest: start.pytest, plugins: start.plugins },
    durationMs: result.durationMs,
    output: `${result.stdout}\n${result.stderr}`.trim().slice(-6_000),
  };
}

function testsOf(events: readonly RecordedEvent[], unsupported: ReadonlySet<string>): Map<string, RecordedTest> {
  const tests = new Map<string, RecordedTest>();
  for (const report of events) {
    if (report.event !== "report") continue;
    const before = tests.get(report.id);
    // A second setup is a second attempt, by a plugin that runs failures again: the last one counts.
    const earlier = report.when === "setup" ? undefined : before;
    const outcome = worst(earlier?.outcome, outcomeOf(report));
    tests.set(report.id, {
      id: report.id,
      outcome,
      rewritten:
        (earlier?.rewritten ?? false) || (report.raised === "error" && report.outcome === "passed" && !report.expected),
      called: earlier?.called === true || report.when === "call",
      async: unsupported.has(report.id),
      file: report.file,
      line: report.line,
      seconds: (earlier?.seconds ?? 0) + report.seconds,
      message: earlier?.message || report.message,
    });
  }
  return tests;
}

function outcomeOf({ when, outcome, expected }: Report): TestOutcome {
  if (outcome === "skipped") return expected ? "xfailed" : "skipped";
  if (outcome === "passed") return expected && when === "call" ? "xpassed" : "passed";
  return when === "call" ? "failed" : "error";
}

const order: readonly TestOutcome[] = ["passed", "xpassed", "xfailed", "skipped", "failed", "error"];

function worst(one: TestOutcome | undefined, other: TestOutcome): TestOutcome {
  return one !== undefined && order.indexOf(one) > order.indexOf(other) ? one : other;
}

function died({ exitCode, signal }: CommandResult, last: string | undefined): string {
  const how = signal === null ? `with exit status ${exitCode}` : `by ${signal}`;
  return `the process ended ${how} before pytest did${last === undefined ? "" : `, in ${last}`}`;
}

/** JUnit may be written over by the code under test: it can raise a doubt and never clear one. */
function junitDoubts(junit: string | undefined, bad: number): string[] {
  if (junit === undefined) return [];
  const suite = /<testsuite\b[^>]*>/.exec(junit)?.[0] ?? "";
  const number = (name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? Number.NaN);
  const theirs = number("errors") + number("failures");
  if (Number.isNaN(theirs)) return ["the JUnit file that pytest wrote is not one"];
  return theirs > 0 !== bad > 0 ? [`JUnit counts ${theirs} failures and the recorder ${bad}`] : [];
}
