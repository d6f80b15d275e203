/** Judges a commit. Anyone's package can be one. */
export interface Verifier {
  readonly apiVersion: 1;
  readonly name: string;
  /** Looks at the options before anything is spent: throws, or rejects, where `verify` would because of them. */
  check?(options: VerifyRequest["options"]): void | Promise<void>;
  /** Resolves to a verdict whatever the code under test does; rejects only for bad arguments or an abort. */
  verify(request: VerifyRequest): Promise<Verdict>;
}

export interface VerifyRequest {
  /** Path of a git repository that has both commits. It is read, never written. */
  readonly repo: string;
  /** Commit ids, full. */
  readonly base: string;
  readonly head: string;
  /** The options of `TaskSpec.verify`. */
  readonly options: { readonly [option: string]: unknown };
  readonly signal: AbortSignal;
  /** A line of progress for a person. */
  onProgress?(line: string): void;
}

/** Only `passed` is green. `unproven`: the tests pass and prove nothing. */
export type VerdictStatus = "passed" | "failed" | "unproven" | "tampered" | "no-tests" | "cannot-run" | "timed-out";

/** What a verifier found. Plain JSON. */
export interface Verdict {
  readonly status: VerdictStatus;
  /** One line for a person. */
  readonly summary: string;
  readonly verifier: { readonly name: string; readonly version: string };
  readonly base: string;
  readonly head: string;
  /** Absent numbers are unknown. */
  readonly counts?: TestCounts;
  readonly findings: readonly Finding[];
  /** Whether a change to the tree could turn this verdict green: only then is a model asked to fix. */
  readonly fixable: boolean;
  readonly durationMs: number;
  /** Whatever another person needs to check it: versions, commands, runs, output tails. */
  readonly evidence: { readonly [key: string]: unknown };
}

export interface TestCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: number;
}

/** One thing a verifier has to say. */
export interface Finding {
  /** A stable kebab-case name. */
  readonly code: string;
  /** What was found and, where there is one, the cure. Shown to people and given to the model that fixes. */
  readonly message: string;
  readonly severity: "error" | "warning" | "info";
  readonly file?: string;
  readonly line?: number;
  readonly test?: string;
}
