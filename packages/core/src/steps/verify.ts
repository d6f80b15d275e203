import { defaultDeadlines, orLeft, timeLimit } from "../deadlines.js";
import { AifactoryError } from "../errors.js";
import type { Next } from "../next.js";
import type { RunContext } from "../run-context.js";
import type { Verdict, VerifyRequest } from "../types.js";

/** Lets the verifier judge the newest commit. */
export async function verifyStep(run: RunContext, { key: step }: Extract<Next, { do: "verify" }>): Promise<void> {
  const { verifier, repository, record } = run;
  if (!verifier) throw new AifactoryError("unknown-verifier", "The task names a verifier, but none was given.");
  const startedAt = performance.now();
  await run.emit({ type: "step-started", step, attempt: (record.attempts[step] ?? 0) + 1 });
  const { verifier: _, ...options } = typeof record.task.verify === "object" ? record.task.verify : { verifier: "" };
  const { verifyMs, graceMs } = { ...defaultDeadlines("model"), ...run.deadlines };
  const { signal, release } = timeLimit(run.signal, verifyMs);
  const request: VerifyRequest = {
    repo: repository.commonDir,
    base: record.base,
    head: record.head,
    options,
    signal,
    onProgress: (line) => signal.aborted || run.tell({ type: "progress", step, line }),
  };
  const judging = (async () => verifier.verify(request))();
  const judged = await orLeft(judging, signal, graceMs)
    .catch((error: unknown) => {
      throw signal.aborted ? tooLong(verifier.name, verifyMs) : error;
    })
    .finally(release);
  if (!judged) {
    const message = `The verifier ${verifier.name} did not stop when it was told to, and was left behind; what it started may still run.`;
    await run.emit({ type: "notice", step, code: "verifier-left", message });
    throw tooLong(verifier.name, verifyMs);
  }
  const verdict = judged.result;
  requireVerdict(verdict, record.head, verifier.name);
  await run.emit({
    type: "verify-finished",
    step,
    verdict,
    durationMs: Math.round(performance.now() - startedAt),
  });
}

/**
 * Anybody can write a verifier. What says nothing of this commit would be asked for again, without end.
 *
 * @throws `internal`.
 */
function requireVerdict(verdict: Partial<Verdict> | null | undefined, head: string, name: string): void {
  const isWhole =
    typeof verdict?.status === "string" && typeof verdict.fixable === "boolean" && Array.isArray(verdict.findings);
  if (!isWhole)
    throw new AifactoryError(
      "internal",
      `The verifier ${name} gave no verdict: status, fixable and findings are needed.`,
    );
  if (verdict.head !== head)
    throw new AifactoryError(
      "internal",
      `The verifier ${name} judged ${verdict.head} and not ${head}, as it was told to.`,
    );
}

/** What ended it unless the run was stopped, which goes before every other reason. */
function tooLong(name: string, ms: number): AifactoryError {
  return new AifactoryError("timeout", `The verifier ${name} did not end within ${ms / 1_000} s.`);
}
