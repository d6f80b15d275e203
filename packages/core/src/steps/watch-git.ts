import { join } from "node:path";
import type { StepKey } from "../events.js";
import {
  changedSince,
  type GitChanges,
  type GitState,
  landedRefs,
  putFilesBack,
  putRefsBack,
  readGitState,
  underfootRefs,
} from "../guard.js";
import { runDirectory } from "../journal.js";
import { printable } from "../output.js";
import type { RunContext } from "../run-context.js";
import { readStashes, type Stash, stashAgain } from "../stashes.js";

/**
 * Watches the shared git directory while a model works that no sandbox keeps out of it. What could make git run something, or
 * show something else than is there, is put back; so are refs that were deleted, stashes that were dropped, and branches that
 * were moved to the run's own work, or under the feet of whoever has them checked out. Our own git obeys none of it in any case.
 *
 * @returns A function to be called after each piece of work.
 */
export async function watchGit(run: RunContext, step: StepKey): Promise<() => Promise<void>> {
  const { repository, record } = run;
  const before = await readGitState(repository);
  const stashes = await readStashes(repository.place);
  let told = before.refs;
  return async () => {
    const now = await readGitState(repository);
    const was = { ...before, refs: told };
    const changes = changedSince(was, now);
    const { files, lostRefs, movedRefs } = changes;
    const moves = { before: was, now, movedRefs };
    const landed = await landedRefs(repository, record, moves);
    const underfoot = await underfootRefs(repository, moves);
    const replaced = movedRefs.filter((ref) => ref.startsWith("refs/replace/"));
    const moved = [...new Set([...landed, ...underfoot, ...replaced])];
    const refs = [...lostRefs, ...moved];
    const stand = new Map(now.refs);
    for (const ref of refs) {
      const oid = was.refs.get(ref);
      if (oid === undefined) stand.delete(ref);
      else stand.set(ref, oid);
    }
    told = stand;
    const stashed = new Set((await readStashes(repository.place)).map(({ oid }) => oid));
    const dropped = stashes.filter(({ oid }) => !stashed.has(oid));
    if (files.length + lostRefs.length + movedRefs.length + dropped.length === 0) return;
    const keep = join(runDirectory(repository.commonDir, record.id), "planted", String(Date.now()));
    await putFilesBack(repository, was, files, keep);
    await putRefsBack(repository, { before: was, now, refs });
    await stashAgain(repository.place, dropped);
    await run.emit({
      type: "notice",
      step,
      code: "git-changed",
      message: report({ ...changes, dropped }, moved, { before: was, now }, keep),
    });
  };
}

function report(
  { files, lostRefs, movedRefs, dropped }: GitChanges & { readonly dropped: readonly Stash[] },
  moved: readonly string[],
  { before, now }: { before: GitState; now: GitState },
  keep: string,
): string {
  const left = movedRefs.filter((ref) => !moved.includes(ref));
  const undo = left.map((ref) => {
    const old = before.refs.get(ref);
    return old === undefined ? `git update-ref -d ${ref}` : `git update-ref ${ref} ${old}`;
  });
  const back = moved.map((ref) => `${ref} (from ${now.refs.get(ref)})`);
  return [
    "While the model worked, the repository's git directory changed.",
    files.length > 0
      ? `Put back as before: ${files.map(printable).join(", ")}; what stood there is kept in ${keep}.`
      : "",
    lostRefs.length > 0 ? `Made again after they were deleted: ${lostRefs.join(", ")}.` : "",
    back.length > 0 ? `Put back where they were before the run moved them: ${back.join(", ")}.` : "",
    dropped.length > 0
      ? `Stashed again after they were dropped: ${dropped.map(({ message }) => printable(message)).join("; ")}.`
      : "",
    undo.length > 0
      ? `Moved or new refs, left as they are because it may have been you; to undo: ${undo.join("; ")}`
      : "",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}
