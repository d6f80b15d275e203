import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StepKey } from "../events.js";
import { dropSpecialsOfEntries } from "../git/specials.js";
import { readGitDirectories, readRefs, saveGitState, savedGitState } from "../git-state.js";
import { type GitTrace, traceGit } from "../git-trace.js";
import { type ChangedFiles, changedFiles, changedRefs, isHead, putFilesBack, putRefsBack } from "../guard.js";
import { runDirectory } from "../journal.js";
import { movedByRun, type Moves } from "../moved-refs.js";
import { printable, shellWord } from "../output.js";
import type { RunContext } from "../run-context.js";
import { readStashes, type Stash, stashAgain } from "../stashes.js";
import { withoutRuns } from "./other-runs.js";

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
  let stood = await readRefs(repository);
  const before = await readGitDirectories(repository, record.id, stood);
  const stashes = await readStashes(repository.place);
  const saved = join(directory, "git-before");
  const earlier = await savedGitState(saved);
  if (earlier) {
    const kept = aside();
    await mkdir(dirname(kept), { recursive: true });
    await rename(saved, kept);
    const moments = await withoutRuns(repository, record.id, { before: earlier.refs, now: stood });
    const { lost, moved } = changedRefs(moments.before, moments.now);
    const moves = { ...moments, moved: [...lost, ...moved] };
    await say(sinceKill(changedFiles(earlier.directories, before), moves, kept));
  }
  await saveGitState(saved, { directories: before, refs: stood });
  const { path: worktree } = await run.worktree();
  const trace = await traceGit();
  const toldOf = new Set<string>();
  return {
    env: trace.env,
    look: async () => {
      await dropSpecialsOfEntries(repository.commonDir);
      // Before any git command: what was planted can make them fail.
      const changed = changedFiles(before, await readGitDirectories(repository, record.id, stood));
      const keep = aside();
      const files = await putFilesBack(repository, changed, { keep, saved });
      const heads = [...changed.keys()].filter((path) => isHead(path) && !files.includes(path) && !toldOf.has(path));
      for (const path of heads) toldOf.add(path);
      const found = await readRefs(repository);
      const { before: stands, now } = await withoutRuns(repository, record.id, { before: stood, now: found });
      const { lost, moved } = changedRefs(stands, now);
      const moves = { before: stands, now, moved };
      const { id, base, head } = record;
      const commands = await trace.commands();
      const back = await movedByRun(repository, { id, base, head, worktree, commands }, moves);
      const gone = await putRefsBack(repository, { before: stands, now, refs: [...lost, ...back] });
      const stand = new Map(found);
      for (const ref of [...lost, ...back].filter((one) => !gone.includes(one))) {
        const oid = stands.get(ref);
        if (oid === undefined) stand.delete(ref);
        else stand.set(ref, oid);
      }
      stood = stand;
      const stashed = new Set((await readStashes(repository.place)).map(({ oid }) => oid));
      const dropped = stashes.filter(({ oid }) => !stashed.has(oid));
      await stashAgain(repository.place, dropped);
      await say(whileWorking({ files, heads, lost, moves, back, gone, dropped, keep }));
    },
    end: async () => rm(saved, { recursive: true, force: true }),
    close: async () => trace.close(),
  };
}

interface Changes {
  /** Those that were put back. */
  readonly files: readonly string[];
  /** Those that say that a checkout is on a branch which has no commit yet. */
  readonly heads: readonly string[];
  readonly keep: string;
  readonly lost: readonly string[];
  readonly moves: Moves;
  /** Those of the moved that were put back. */
  readonly back: readonly string[];
  /** Those that could not be. */
  readonly gone: readonly string[];
  readonly dropped: readonly Stash[];
}

function whileWorking({ files, heads, keep, lost, moves, back, gone, dropped }: Changes): string {
  const left = moves.moved.filter((ref) => !back.includes(ref));
  const again = lost.filter((ref) => !gone.includes(ref));
  const away = gone.map((ref) => `${printable(ref)} (at ${moves.before.get(ref)})`);
  const from = back.filter((ref) => !gone.includes(ref)).map((ref) => `${printable(ref)} (from ${moves.now.get(ref)})`);
  return told("While the model worked, the repository's git directory changed.", [
    [`Put back as before: ${listed(files)}; what stood there is kept in ${keep}.`, files.length],
    [`On a branch that has no commit yet, which may have been you; if not, go back: ${listed(heads)}.`, heads.length],
    [`Made again after they were deleted: ${listed(again)}.`, again.length],
    [`Gone, and can't be made again because what they stood at is gone too: ${away.join(", ")}.`, away.length],
    [`Put back where they were before the run moved them: ${from.join(", ")}.`, from.length],
    [`Stashed again after they were dropped: ${listed(dropped.map(({ message }) => message))}.`, dropped.length],
    [
      `Moved or new refs, left as they are because it may have been you; to undo: ${undo({ ...moves, moved: left })}`,
      left.length,
    ],
  ]);
}

function sinceKill(files: ChangedFiles, moves: Moves, kept: string): string {
  return told(
    "Since this run's model was interrupted, the repository's git directory changed. It was left so because it may have been you.",
    [
      [
        `What could make git run something: ${listed(files.keys())}; what stood there before is kept in ${kept}.`,
        files.size,
      ],
      [`Refs; to undo: ${undo(moves)}`, moves.moved.length],
    ],
  );
}

/** The sentences that have something to say, or nothing. */
function told(first: string, sentences: readonly (readonly [sentence: string, facts: number])[]): string {
  const said = sentences.filter(([, facts]) => facts > 0).map(([sentence]) => sentence);
  return said.length === 0 ? "" : [first, ...said].join(" ");
}

const listed = (names: Iterable<string>): string => [...names].map(printable).join(", ");

function undo({ before, now, moved }: Moves): string {
  const lines = moved.map((ref) => {
    const old = before.get(ref);
    const name = shellWord(ref);
    return old === undefined ? `git update-ref -d ${name} ${now.get(ref)}` : `git update-ref ${name} ${old}`;
  });
  return lines.join("; ");
}
