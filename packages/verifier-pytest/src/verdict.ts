import { createRequire } from "node:module";
import type { Verdict, VerdictStatus } from "@aifactory/core";
import { z } from "zod";
import { plain, ruling, type Ruling, statusOf } from "./findings.js";
import { countsOf } from "./judge-run.js";
import type { VerifyCommitOptions } from "./options.js";
import type { TestRun } from "./test-run.js";

/** Everything that a verdict is made of. */
export interface VerdictParts {
  readonly options: Pick<VerifyCommitOptions, "base" | "head">;
  /** `performance.now()` at its beginning. */
  readonly startedAt: number;
  readonly rulings: readonly Ruling[];
  /** The run of the head, when it came to one. */
  readonly run?: TestRun | undefined;
  /** What a green verdict may say, in one line. */
  readonly claim?: string | undefined;
  readonly evidence: { readonly [key: string]: unknown };
}

const { version } = z.object({ version: z.string() }).parse(createRequire(import.meta.url)("../package.json"));

/** Puts a verdict together: its status is what its findings ask for, and `passed` only when none asks for anything. */
export function verdictOf({ options, startedAt, rulings, run, claim, evidence }: VerdictParts): Verdict {
  const status = run === undefined && statusOf(rulings) === "passed" ? "cannot-run" : statusOf(rulings);
  return {
    status,
    summary: summaryOf(status, rulings, claim),
    verifier: { name: "pytest", version },
    base: options.base,
    head: options.head,
    ...(run && { counts: countsOf(run) }),
    findings: rulings.map(plain),
    fixable: rulings.some((other) => other.status === status && !incurable.has(other.code)),
    durationMs: Math.round(performance.now() - startedAt),
    // What is in here came from many places: only what JSON can carry leaves.
    evidence: z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(evidence))),
  };
}

/** The verdict when something of the machine or of ours went wrong. */
export function cannotRun(options: VerifyCommitOptions, startedAt: number, error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  return verdictOf({
    options,
    startedAt,
    rulings: [ruling("cannot-run", "machine", `The verification could not be done: ${message}`)],
    evidence: {},
  });
}

/** Findings that no change to the tree can cure: the machine has to change, or a person has to say what was meant. */
const incurable = new Set(["machine", "no-sandbox", "old-test-replaced"]);

function summaryOf(status: VerdictStatus, rulings: readonly Ruling[], claim: string | undefined): string {
  if (status === "passed") return claim ?? "The tests passed.";
  const deciding = rulings.filter((other) => other.status === status);
  const more = deciding.length > 1 ? ` (and ${deciding.length - 1} more like it)` : "";
  return `${deciding[0]?.message ?? status}${more}`.slice(0, 500);
}
