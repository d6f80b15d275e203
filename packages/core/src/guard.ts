import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tryGit } from "./git.js";
import { type GitFile, type GitState, type WatchedRepository, writeGitFile } from "./git-state.js";

/** What differs. Somebody else may have changed it too: it is a fact to report, not a proof. */
export interface GitChanges {
  /** Paths in the git directory, sorted. */
  readonly files: readonly string[];
  /** Refs that are gone, which hides work; and those that moved or are new. */
  readonly lostRefs: readonly string[];
  readonly movedRefs: readonly string[];
}

/** Compares two moments. */
export function changedSince(before: GitState, now: GitState): GitChanges {
  const paths = new Set([...before.files.keys(), ...now.files.keys()]);
  const refs = [...new Set([...before.refs.keys(), ...now.refs.keys()])].filter((ref) => !isApart(ref));
  return {
    files: [...paths].filter((path) => !equal(before.files.get(path), now.files.get(path))).toSorted(),
    lostRefs: refs.filter((ref) => !now.refs.has(ref)).toSorted(),
    movedRefs: refs.filter((ref) => now.refs.has(ref) && now.refs.get(ref) !== before.refs.get(ref)).toSorted(),
  };
}

/** Puts files back as they were. What stands in their place is kept, in `keep`. */
export async function putFilesBack(
  { commonDir }: WatchedRepository,
  before: GitState,
  files: readonly string[],
  keep: string,
): Promise<void> {
  for (const path of files) {
    await mkdir(dirname(join(keep, path)), { recursive: true });
    await rename(join(commonDir, path), join(keep, path)).catch(() => {});
    await writeGitFile(commonDir, path, before.files.get(path));
  }
}

/** Puts refs back where they were. One that is moved in this very moment is left, and found again at the next look. */
export async function putRefsBack(
  { place }: WatchedRepository,
  { before, now, refs }: { before: GitState; now: GitState; refs: readonly string[] },
): Promise<void> {
  for (const ref of refs) {
    const [was, is] = [before.refs.get(ref), now.refs.get(ref) ?? ""];
    const change = was === undefined ? ["-d", ref, is] : ["-m", "aifactory: put back", ref, was, is];
    await tryGit(place, ["update-ref", "--no-deref", ...change]);
  }
}

/** Runs make, move and remove their own branches; stashes are a list (`stashes.ts`). */
export function isApart(ref: string): boolean {
  return ref.startsWith("refs/heads/aifactory/") || ref === "refs/stash";
}

function equal(one: GitFile | undefined, other: GitFile | undefined): boolean {
  if (one?.kind !== other?.kind) return false;
  if (one?.kind === "link" && other?.kind === "link") return one.target === other.target;
  if (one?.kind !== "file" || other?.kind !== "file") return true;
  return one.mode === other.mode && one.content.equals(other.content);
}
