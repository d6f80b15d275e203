import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git, tryGit } from "./git.js";
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

/**
 * Branches that were moved past the review, to a commit that was made in the run's worktree: nobody else has moved them there.
 *
 * @param run Its newest commit is its base as long as it has no checkpoint.
 */
export async function landedRefs(
  { place }: WatchedRepository,
  { id, base, head }: { readonly id: string; readonly base: string; readonly head: string },
  { before, now, movedRefs }: { before: GitState; now: GitState; movedRefs: readonly string[] },
): Promise<readonly string[]> {
  const known = new Set([base, ...[...before.refs].filter(([ref]) => !isApart(ref)).map(([, oid]) => oid)]);
  const suspects = movedRefs.filter((ref) => ref.startsWith("refs/heads/") && before.refs.has(ref));
  if (suspects.length === 0) return [];
  const log = await tryGit(place, ["log", "--walk-reflogs", "--format=%H %gs", `worktrees/${id}/HEAD`]);
  const made = new Set(log.stdout.split("\n").flatMap((line) => madeThere.exec(line)?.[1] ?? []));
  return suspects.filter((ref) => {
    const oid = now.refs.get(ref)!;
    return !known.has(oid) && (oid === head || made.has(oid));
  });
}

/** What git notes of a commit that is made, and not of one that somebody else made and that is only gone to. */
const madeThere = /^([0-9a-f]{40,64}) (?:commit|cherry-pick|revert|am)\b/;

/**
 * Branches that were moved from elsewhere while somebody has them checked out: whoever moves one in its own checkout leaves
 * a line in that checkout's record of HEAD, and git refuses a fetch into it.
 */
export async function underfootRefs(
  { place }: WatchedRepository,
  { before, now, movedRefs }: { before: GitState; now: GitState; movedRefs: readonly string[] },
): Promise<readonly string[]> {
  const suspects = movedRefs.filter((ref) => ref.startsWith("refs/heads/") && before.refs.has(ref));
  const found = suspects.map(async (ref) => {
    const checkout = await git(place, ["for-each-ref", "--format=%(worktreepath)", ref], { timeoutMs: 60_000 });
    if (checkout === "") return false;
    const last = async (name: string): Promise<string> =>
      (await tryGit({ cwd: checkout }, ["log", "--walk-reflogs", "-1", "--format=%H", name])).stdout.trim();
    const [onBranch, onHead] = await Promise.all([last(ref), last("HEAD")]);
    return onBranch === now.refs.get(ref) && onHead !== "" && onHead !== onBranch;
  });
  const isUnderfoot = await Promise.all(found);
  return suspects.filter((_ref, index) => isUnderfoot[index]);
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
function isApart(ref: string): boolean {
  return ref.startsWith("refs/heads/aifactory/") || ref === "refs/stash";
}

function equal(one: GitFile | undefined, other: GitFile | undefined): boolean {
  if (one?.kind !== other?.kind) return false;
  if (one?.kind === "link" && other?.kind === "link") return one.target === other.target;
  if (one?.kind !== "file" || other?.kind !== "file") return true;
  return one.mode === other.mode && one.content.equals(other.content);
}
