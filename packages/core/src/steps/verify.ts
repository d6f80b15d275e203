import { AifactoryError } from "../errors.js";
import type { Next } from "../next.js";
import type { RunContext } from "../run-context.js";

/** Lets the verifier judge the newest commit. */
export async function verifyStep(run: RunContext, { key: step }: Extract<Next, { do: "verify" }>): Promise<void> {
  const { verifier, repository, record, signal } = run;
  if (!verifier) throw new AifactoryError("unknown-verifier", "The task names a verifier, but none was given.");
  const startedAt = performance.now();
  await run.emit({ type: "step-started", step, attempt: (record.attempts[step] ?? 0) + 1 });
  const { verifier: _, ...options } = typeof record.task.verify === "object" ? record.task.verify : { verifier: "" };
  const verdict = await verifier.verify({
    repo: repository.commonDir,
    base: record.base,
    head: record.head,
    options,
    signal,
    onProgress: (line) => run.tell({ type: "progress", step, line }),
  });
  await run.emit({
    type: "verify-finished",
    step,
    verdict,
    durationMs: Math.round(performance.now() - startedAt),
  });
}
