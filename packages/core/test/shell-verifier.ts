import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AifactoryError } from "../src/errors.js";
import { freshCheckout, git } from "../src/git.js";
import { childEnvironment, makeScratch, run } from "../src/process.js";
import type { Verdict, VerdictStatus, Verifier, VerifyRequest } from "../src/types.js";

/**
 * The smallest honest verifier: it runs `check.sh` of the commit, which prints `ok NAME` or `not ok NAME` for each test.
 * It trusts what is printed, so it is no use against code that wants to look finished.
 */
export function shellVerifier(): Verifier {
  return { apiVersion: 1, name: "shell", check: (options) => void timeLimit(options), verify };
}

async function verify(request: VerifyRequest): Promise<Verdict> {
  const { repo, head, signal } = request;
  const timeoutMs = await checked(request);
  const startedAt = performance.now();
  const scratch = await makeScratch();
  const directory = join(scratch, "tree");
  try {
    await freshCheckout({ repo, commit: head, directory, gitDir: join(scratch, "tree.git"), signal });
    const result = await run({
      command: "sh",
      args: ["check.sh"],
      cwd: directory,
      env: childEnvironment({ HOME: directory }),
      timeoutMs,
      graceMs: 100,
      signal,
    });
    if (result.stopped === "abort") throw stopped();
    return verdict(request, result.stdout, result.stopped === "timeout", performance.now() - startedAt);
  } catch (error) {
    throw signal.aborted ? stopped() : error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const stopped = (): AifactoryError => new AifactoryError("aborted", "The verification was stopped.");

/** What the options say, when they make sense. */
function timeLimit(options: VerifyRequest["options"]): number {
  const { timeoutMs = 60_000, ...unknown } = options;
  const wrong = Object.keys(unknown)[0] ?? (typeof timeoutMs === "number" ? undefined : "timeoutMs");
  if (wrong !== undefined) throw new AifactoryError("invalid-spec", `${wrong}: the shell verifier has no such option.`);
  return Number(timeoutMs);
}

/** The time limit, when everything that was asked for makes sense. */
async function checked({ repo, base, head, options, signal }: VerifyRequest): Promise<number> {
  if (signal.aborted) throw stopped();
  const timeoutMs = timeLimit(options);
  for (const commit of [base, head]) {
    const isId = /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit);
    const kind = isId ? await git({ cwd: repo }, ["cat-file", "-t", commit]).catch(() => "") : "";
    if (kind !== "commit") throw new AifactoryError("invalid-spec", `${commit} is no commit of ${repo}.`);
  }
  return timeoutMs;
}

function verdict({ base, head }: VerifyRequest, output: string, isLate: boolean, durationMs: number): Verdict {
  const failed = [...output.matchAll(/^not ok (.+)$/gm)].map(([, name]) => name!);
  const passed = [...output.matchAll(/^ok (.+)$/gm)].length;
  const status = statusOf(isLate, failed.length, passed, base === head);
  return {
    status,
    summary: `${passed} tests passed, ${failed.length} failed (${status}).`,
    verifier: { name: "shell", version: "1.0.0" },
    base,
    head,
    counts: { total: passed + failed.length, passed, failed: failed.length, skipped: 0, errors: 0 },
    findings: failed.map((test) => ({
      code: "test-failed",
      message: `${test} fails.`,
      severity: "error",
      file: "check.sh",
      test,
    })),
    fixable: status !== "passed",
    durationMs,
    evidence: { command: "sh check.sh", output: output.slice(-4_000) },
  };
}

function statusOf(isLate: boolean, failed: number, passed: number, isSame: boolean): VerdictStatus {
  if (isLate) return "timed-out";
  if (failed > 0) return "failed";
  if (passed === 0) return "no-tests";
  return isSame ? "unproven" : "passed";
}
