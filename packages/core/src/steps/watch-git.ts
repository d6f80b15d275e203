import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StepKey } from "../events.js";
import { dropSpecialsOfEntries } from "../git/specials.js";
import { readGitState, saveGitState, savedGitState, type GitState } from "../git-state.js";
import { type GitTrace, traceGit } from "../git-trace.js";
import { changedSince, type GitChanges, putFilesBack, putRefsBack } from "../guard.js";
import { runDirectory } from "../journal.js";
import { movedByRun } from "../moved-refs.js";
import { printable, shellWord } from "../output.js";
import type { RunContext } from "../run-context.js";
import { readStashes, type Stash, stashAgain } from "../stashes.js";

/** A watch over the shared git directory. */
export interface GitWatch {
  /** What the model's programs need in their environment. */
  readonly env: GitTrace["env"];
  /** To be called after each piece of work. */
  look(): Promise<void>;
  /** To be called when all of it is done: what stood before need not be kept. */
  end(): Promise<void>;
  /** To be called however it ends. */
  close(): Promise<void>;
}

/**
 * Watches the shared git directory while a model works that no sandbox keeps out of it. What could make git run something, or
 * show something else than is there, is put back; so are refs that were deleted, stashes that were dropped, and refs that the
 * run has moved by all that git notes. Our own git obeys none of it in any case. What changed before a kill and until now may
 * have been anybody, and is reported.
 */
export async function watchGit(run: RunContext, step: StepKey): Promise<GitWatch> {
  const { repository, record } = run;
  const directory = runDirectory(repository.commonDir, record.id);
  const aside = (): string => join(directory, "planted", String(Date.now()));
  const say = async (message: string): Promise<void> => {
    if (message !== "") await run.emit({ type: "notice", step, code: "git-changed", message });
  };
  const before = await readGitState(repository);
  const stashes = await readStashes(repository.place);
  const saved = join(directory, "git-before");
  const earlier = await savedGitState(saved);
  if (earlier) {
    const kept = aside();
    await mkdir(dirname(kept), { recursive: true });
    await rename(saved, kept);
    await say(sinceKill(changedSince(earlier, before), { before: earlier, now: before }, kept));
  }
  await saveGitState(saved, before);
  let stood = before.refs;
  const { path: worktree } = await run.worktree();
  const trace = await traceGit();
  return {
    env: trace.env,
    look: async () => {
      await dropSpecialsOfEntries(repository.commonDir);
      const now = await readGitState(repository);
      const was = { ...before, refs: stood };
      const changes = changedSince(was, now);
      const { files, lostRefs, movedRefs } = changes;
      const moves = { before: was, now, movedRefs };
      const { id, base, head } = record;
      const commands = await trace.commands();
      const moved = await movedByRun(repository, { id, base, head, worktree, commands }, moves);
      const refs = [...lostRefs, ...moved];
      const stand = new Map(now.refs);
      for (const ref of refs) {
        const oid = was.refs.get(ref);
        if (oid === undefined) stand.delete(ref);
        else stand.set(ref, oid);
      }
      stood = stand;
      const stashed = new Set((await readStashes(repository.place)).map(({ oid }) => oid));
      const dropped = stashes.filter(({ oid }) => !stashed.has(oid));
      const keep = aside();
      await putFilesBack(repository, was, files, keep);
      await putRefsBack(repository, { before: was, now, refs });
      await stashAgain(repository.place, dropped);
      await say(whileWorking({ ...changes, dropped }, moved, { before: was, now }, keep));
    },
    end: async () => rm(saved, { recursive: true, force: true }),
    close: async () => trace.close(),
  };
}

interface Moments {
  readonly before: GitState;
  readonly now: GitState;
}

function whileWorking(
  { files, lostRefs, movedRefs, dropped }: GitChanges & { readonly dropped: readonly Stash[] },
  moved: readonly string[],
  moments: Moments,
  keep: string,
): string {
  const left = movedRefs.filter((ref) => !moved.includes(ref));
  const back = moved.map((ref) => `${printable(ref)} (from ${moments.now.refs.get(ref)})`);
  return told("While the model worked, the repository's git directory changed.", [
    [`Put back as before: ${listed(files)}; what stood there is kept in ${keep}.`, files],
    [`Made again after they were deleted: ${listed(lostRefs)}.`, lostRefs],
    [`Put back where they were before the run moved them: ${back.join(", ")}.`, back],
    [`Stashed again after they were dropped: ${listed(dropped.map(({ message }) => message))}.`, dropped],
    [`Moved or new refs, left as they are because it may have been you; to undo: ${undo(left, moments)}`, left],
  ]);
}

function sinceKill({ files, lostRefs, movedRefs }: GitChanges, moments: Moments, kept: string): string {
  const refs = [...lostRefs, ...movedRefs];
  return told(
    "Since this run's model was interrupted, the repository's git directory changed. It was left so because it may have been you.",
    [
      [`What could make git run something: ${listed(files)}; what stood there before is kept in ${kept}.`, files],
      [`Refs; to undo: ${undo(refs, moments)}`, refs],
    ],
  );
}

/** The sentences that have something to say, or nothing. */
function told(first: string, sentences: readonly (readonly [string, readonly unknown[]])[]): string {
  const said = sentences.filter(([, facts]) => facts.length > 0).map(([sentence]) => sentence);
  return said.length === 0 ? "" : [first, ...said].join(" ");
}

const listed = (names: readonly string[]): string => names.map(printable).join(", ");

function undo(refs: readonly string[], { before, now }: Moments): string {
  const lines = refs.map((ref) => {
    const old = before.refs.get(ref);
    const name = shellWord(ref);
    return old === undefined ? `git update-ref -d ${name} ${now.refs.get(ref)}` : `git update-ref ${name} ${old}`;
  });
  return lines.join("; ");
}
