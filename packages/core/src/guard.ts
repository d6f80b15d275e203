import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type GitPlace, hasObject, tipOf, tryGit } from "./git.js";
import { readSmall } from "./git/specials.js";
import { type GitDirectories, type GitFile, type Refs, type WatchedRepository, writeGitFile } from "./git-state.js";
import { shallow } from "./git-state/directories.js";

/** Paths of files that differ, sorted, with what stood there before. Somebody else may have changed them: a fact, no proof. */
export type ChangedFiles = ReadonlyMap<string, GitFile | undefined>;

/** Refs that differ, which may be somebody else's doing too. */
export interface ChangedRefs {
  /** Gone, which hides work. */
  readonly lost: readonly string[];
  /** Moved, or new. */
  readonly moved: readonly string[];
}

/** Compares the directories that stood at both moments: others were made or removed as a whole. */
export function changedFiles(before: GitDirectories, now: GitDirectories): ChangedFiles {
  const changes = [...before].flatMap(([directory, were]) => {
    const are = now.get(directory);
    const paths = are ? [...new Set([...were.keys(), ...are.keys()])] : [];
    return paths
      .filter((path) => !equal(were.get(path), are?.get(path), isHead(path)))
      .map((path) => [path, were.get(path)] as const);
  });
  return new Map(changes.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Compares refs. Stashes are a list (`stashes.ts`). */
export function changedRefs(before: Refs, now: Refs): ChangedRefs {
  const refs = [...new Set([...before.keys(), ...now.keys()])].filter((ref) => ref !== "refs/stash");
  return {
    lost: refs.filter((ref) => !now.has(ref)).toSorted(),
    moved: refs.filter((ref) => now.has(ref) && now.get(ref) !== before.get(ref)).toSorted(),
  };
}

/**
 * Puts files back as they were. What stands in their place is kept.
 *
 * @param keep A folder for what is kept.
 * @param saved A folder with the files as they were.
 * @returns What was put back.
 */
export async function putFilesBack(
  { place, commonDir }: WatchedRepository,
  files: ChangedFiles,
  { keep, saved }: { readonly keep: string; readonly saved: string },
): Promise<string[]> {
  const putBack = async (path: string): Promise<void> => {
    const [here, kept] = [join(commonDir, path), join(keep, path)];
    // Below a link that was kept there is nothing more to keep.
    await mkdir(dirname(kept), { recursive: true })
      .then(async () => rename(here, kept))
      .catch(async () => rm(here, { recursive: true, force: true }));
    await writeGitFile(commonDir, path, files.get(path));
  };
  const isLeft = async (path: string): Promise<boolean> => {
    // Who has fetched a part of a history meanwhile lacks the rest of it.
    if (path === shallow) return !(await isWholeTo(place, join(saved, shallow)));
    return isHead(path) && isUnborn(place, join(commonDir, path));
  };
  const put: string[] = [];
  const paths = [...files.keys()];
  // Of these git is asked, once its settings are back.
  const last = paths.filter((path) => path === shallow || isHead(path));
  for (const path of [...paths.filter((one) => !last.includes(one)), ...last]) {
    if (await isLeft(path)) continue;
    await putBack(path);
    put.push(path);
  }
  return put.toSorted();
}

/** Whether a HEAD is on a branch that has no commit yet: git leaves no note of that. */
async function isUnborn(place: GitPlace, head: string): Promise<boolean> {
  const [, ref] = /^ref: (refs\/heads\/\S+)$/m.exec((await readSmall(head)) ?? "") ?? [];
  return ref !== undefined && (await tipOf(place, ref)) === undefined;
}

/** Whether all commits are there, up to those which this file names. */
async function isWholeTo(place: GitPlace, ends: string): Promise<boolean> {
  const { exitCode } = await tryGit(place, ["rev-list", "--quiet", "--all"], { env: { GIT_SHALLOW_FILE: ends } });
  return exitCode === 0;
}

/**
 * Puts refs back where they were. One that is moved in this very moment is left, and found again at the next look.
 *
 * @returns Those that can't be put back: what they stood at is not in the repository any more.
 */
export async function putRefsBack(
  { place }: WatchedRepository,
  { before, now, refs }: { before: Refs; now: Refs; refs: readonly string[] },
): Promise<string[]> {
  const gone: string[] = [];
  for (const ref of refs) {
    const [was, is] = [before.get(ref), now.get(ref) ?? ""];
    const change = was === undefined ? ["-d", ref, is] : ["-m", "aifactory: put back", ref, was, is];
    const { exitCode } = await tryGit(place, ["update-ref", "--no-deref", ...change]);
    if (exitCode !== 0 && was !== undefined && !(await hasObject(place, was))) gone.push(ref);
  }
  return gone;
}

/** Whether it says what a checkout is on. */
export function isHead(path: string): boolean {
  return basename(path) === "HEAD";
}

function equal(one: GitFile | undefined, other: GitFile | undefined, mayMove: boolean): boolean {
  if (one?.kind !== other?.kind) return false;
  if (one?.kind === "link" && other?.kind === "link") return one.target === other.target;
  if (one?.kind !== "file" || other?.kind !== "file") return true;
  if (one.mode === other.mode && one.content.equals(other.content)) return true;
  // Whoever checks out another branch leaves a note of it.
  return mayMove && (one.notes === undefined || (other.notes !== undefined && one.notes !== other.notes));
}
