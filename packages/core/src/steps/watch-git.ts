import { join } from "node:path";
import type { StepKey } from "../events.js";
import { changedSince, type GitChanges, type GitState, landedRefs, putBack, readGitState } from "../guard.js";
import { runDirectory } from "../journal.js";
import { printable } from "../output.js";
import type { RunContext } from "../run-context.js";

/**
 * Watches the shared git directory while a model works that no sandbox keeps out of it. What could make git run something
 * is put back, as are refs that were deleted and branches that were moved to the run's own work; our own git runs none of
 * it in any case.
 *
 * @returns A function to be called after each piece of work.
 */
export async function watchGit(run: RunContext, step: StepKey): Promise<() => Promise<void>> {
  const { repository, record } = run;
  const before = await readGitState(repository);
  let told = before.refs;
  return async () => {
    const now = await readGitState(repository);
    const was = { ...before, refs: told };
    const changes = changedSince(was, now);
    const landed = await landedRefs(repository, record, { before: was, now, movedRefs: changes.movedRefs });
    const restored = [...changes.lostRefs, ...landed];
    told = new Map([...now.refs, ...restored.map((ref) => [ref, was.refs.get(ref)!] as const)]);
    if (changes.files.length + changes.lostRefs.length + changes.movedRefs.length === 0) return;
    const keep = join(runDirectory(repository.commonDir, record.id), "planted", String(Date.now()));
    await putBack(repository, was, changes.files, restored, keep);
    await run.emit({ type: "notice", step, code: "git-changed", message: report(changes, landed, was, keep) });
  };
}

function report(
  { files, lostRefs, movedRefs }: GitChanges,
  landed: readonly string[],
  before: GitState,
  keep: string,
): string {
  const left = movedRefs.filter((ref) => !landed.includes(ref));
  const undo = left.map((ref) => {
    const old = before.refs.get(ref);
    return old === undefined ? `git update-ref -d ${ref}` : `git update-ref ${ref} ${old}`;
  });
  return [
    "While the model worked, the repository's git directory changed.",
    files.length > 0
      ? `Put back as before: ${files.map(printable).join(", ")}; what stood there is kept in ${keep}.`
      : "",
    lostRefs.length > 0 ? `Made again after they were deleted: ${lostRefs.join(", ")}.` : "",
    landed.length > 0 ? `Moved back from the run's own work, which nobody has reviewed: ${landed.join(", ")}.` : "",
    undo.length > 0
      ? `Moved or new refs, left as they are because it may have been you; to undo: ${undo.join("; ")}`
      : "",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}
