import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { git, type GitPlace, tipOf, tryGit } from "./git.js";
import type { Refs, WatchedRepository } from "./git-state.js";
import type { TracedCommand } from "./git-trace.js";

/** Refs that moved between two moments. */
export interface Moves {
  readonly before: Refs;
  readonly now: Refs;
  readonly moved: readonly string[];
}

/** The run in whose time they moved. */
export interface RunAtWork {
  readonly id: string;
  readonly base: string;
  /** Its newest commit: the base as long as it has no checkpoint. */
  readonly head: string;
  /** Its folder, as git knows it. */
  readonly worktree: string;
  /** The git commands that its programs ran meanwhile. */
  readonly commands: readonly TracedCommand[];
}

/**
 * Of the refs that moved, those which the run has moved by all that git notes. A replaced object always counts. Another new ref
 * counts only where git takes it for one that was there: any other hides nothing.
 */
export async function movedByRun(repository: WatchedRepository, run: RunAtWork, moves: Moves): Promise<string[]> {
  const suspects = moves.moved.filter(
    (ref) => (moves.before.has(ref) || hidesOther(ref, moves.before)) && !isReplacement(ref),
  );
  const own = suspects.length === 0 ? [] : await notesOf(repository.place, `worktrees/${run.id}/HEAD`);
  const isRuns = await Promise.all(suspects.map(async (ref) => isByRun(repository, run, moves, { ref, own })));
  return [...moves.moved.filter(isReplacement), ...suspects.filter((_ref, index) => isRuns[index])];
}

/** Of refs of one name git takes the first of these kinds (gitrevisions). */
function hidesOther(ref: string, refs: Refs): boolean {
  const [, tag, plain] = /^refs\/(?:tags\/(.+)|([^/]+))$/.exec(ref) ?? [];
  const name = tag ?? plain;
  const hidden = tag === undefined ? ["tags", "heads", "remotes"] : ["heads", "remotes"];
  return name !== undefined && hidden.some((kind) => refs.has(`refs/${kind}/${name}`));
}

/** Nobody has reviewed what only a run's branch, or a stash, has. */
const isRuns = (ref: string): boolean => ref.startsWith("refs/heads/aifactory/") || ref === "refs/stash";

const isReplacement = (ref: string): boolean => ref.startsWith("refs/replace/");

/** @param own What git noted of the HEAD of the run's worktree, newest first. */
async function isByRun(
  { place, commonDir }: WatchedRepository,
  run: RunAtWork,
  moves: Moves,
  { ref, own }: { readonly ref: string; readonly own: readonly Note[] },
): Promise<boolean> {
  const oid = moves.now.get(ref)!;
  // In this very moment somebody moves it on.
  if ((await tipOf(place, ref)) !== oid) return false;
  const [note] = await notesOf(place, ref, "-1");
  if (ref.startsWith("refs/heads/")) {
    const checkout = await git(place, ["for-each-ref", "--format=%(worktreepath)", ref], { timeoutMs: 60_000 });
    if (checkout !== "" && checkout !== run.worktree) {
      // Whoever moves a branch in a checkout of it leaves a note of that HEAD too, and git refuses a fetch into it.
      const [last] = await notesOf({ cwd: checkout }, "HEAD", "-1");
      return last !== undefined && last.oid !== oid;
    }
    // Git notes each move of a branch that has notes: this one was written past git.
    if (note && note.oid !== oid) return true;
    if (own.some((one) => isSame(one, note)) || isUnreviewed(run, moves, oid, own)) return true;
  }
  const times = await timesOf(join(commonDir, ref), note);
  return run.commands.some((command) => writes(command, ref) && ranAt(command, times));
}

/** A commit that was made in the run's worktree: nobody else has moved a branch there, past the review. */
function isUnreviewed({ base, head }: RunAtWork, { before }: Moves, oid: string, own: readonly Note[]): boolean {
  if (oid === base || [...before].some(([ref, known]) => known === oid && !isRuns(ref))) return false;
  // What git notes of a commit that is made, and not of one that somebody else made and that is only gone to.
  return oid === head || own.some((note) => note.oid === oid && /^(?:commit|cherry-pick|revert|am)\b/.test(note.what));
}

/** What git notes of a move. */
interface Note {
  readonly oid: string;
  /** In seconds, with the time zone. */
  readonly at: string;
  readonly what: string;
}

/** Newest first; none where git keeps none. */
async function notesOf(place: GitPlace, name: string, ...limit: readonly string[]): Promise<readonly Note[]> {
  const log = ["log", "--walk-reflogs", "--date=raw", "--format=%H %gd %gs", ...limit, name];
  const { stdout } = await tryGit(place, log);
  return stdout.split("\n").flatMap((line) => {
    const [, oid, at, what] = /^([\da-f]{40,64}) \S*@\{([^}]*)\} ?(.*)$/.exec(line) ?? [];
    return oid === undefined ? [] : [{ oid, at: at!, what: what! }];
  });
}

function isSame(one: Note, other: Note | undefined): boolean {
  return one.oid === other?.oid && one.at === other.at && one.what === other.what;
}

/** Milliseconds since 1970. */
interface Times {
  readonly from: number;
  readonly to: number;
}

/** When a ref was written: as precise as the file system's clock, or to the second of git's note where it has no file of its own. */
async function timesOf(path: string, note: Note | undefined): Promise<Times | undefined> {
  const written = (await lstat(path).catch(() => undefined))?.mtimeMs;
  if (written !== undefined) return { from: written, to: written + clockTick };
  const noted = note && Number.parseInt(note.at, 10) * 1_000;
  return noted === undefined ? undefined : { from: noted, to: noted + 1_000 };
}

/** Linux gives files the time of the last tick of a clock that may have a hundred in a second. */
const clockTick = 10;

function ranAt({ begin, end }: TracedCommand, times: Times | undefined): boolean {
  return times !== undefined && begin <= times.to && end >= times.from;
}

/** Whether a command is one that writes this ref: most name it, some are told it on their input. */
function writes({ name, words }: TracedCommand, ref: string): boolean {
  if (unnamed.has(name) || (name === "update-ref" && words.includes("--stdin"))) return true;
  const names = [ref, ref.replace(/^refs\//, ""), ref.replace(/^refs\/(?:heads|tags|remotes|notes)\//, "")];
  if (moving.has(name)) return words.some((word) => names.includes(word));
  // What these write is named behind a colon.
  return transferring.has(name) && words.some((word) => names.some((one) => word.endsWith(`:${one}`)));
}

const unnamed: ReadonlySet<string> = new Set(["receive-pack", "fast-import"]);
const moving: ReadonlySet<string> = new Set([
  "branch",
  "checkout",
  "notes",
  "rebase",
  "switch",
  "symbolic-ref",
  "tag",
  "update-ref",
  "worktree",
]);
const transferring: ReadonlySet<string> = new Set(["fetch", "pull", "push"]);
