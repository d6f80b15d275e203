import { git, tryGit } from "./git.js";
import type { GitPlace } from "./types.js";

/** What a repository has stashed, newest first. */
export interface Stash {
  readonly oid: string;
  readonly message: string;
}

/** Reads the list. Git keeps it in the log of one ref, so that the ref itself shows no more than the newest. */
export async function readStashes(place: GitPlace): Promise<readonly Stash[]> {
  const { stdout } = await tryGit(place, ["log", "--walk-reflogs", "--format=%H %gs", "refs/stash"]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => ({ oid: line.split(" ")[0]!, message: line.slice(line.indexOf(" ") + 1) }));
}

/** Puts dropped ones on the list again, above what is there. */
export async function stashAgain(place: GitPlace, dropped: readonly Stash[]): Promise<void> {
  for (const { oid, message } of dropped.toReversed()) {
    await git(place, ["update-ref", "--create-reflog", "-m", message, "refs/stash", oid]);
  }
}
