import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { git, type GitPlace } from "../git.js";
import { type ByteName, fileOf, shownName, textOf, toByteName } from "../git/byte-names.js";
import { largerThan, namesIn } from "../git/listed.js";

/** What a checkpoint could not take. */
export interface LeftOut {
  /** Repositories within the worktree that are not committed: new ones, and submodules that are filled. Relative paths. */
  readonly repositories: readonly ByteName[];
  /** Folders that are committed like any other, but not the history that a repository of their own keeps in them. */
  readonly histories: readonly ByteName[];
  /** Huge files, and files that git refuses, in words. */
  readonly others: readonly string[];
}

export const nothingLeft: LeftOut = { repositories: [], histories: [], others: [] };

/** Bytes of a file that is not committed any more: git would take minutes for it, and no server would take it. */
const hugeBytes = 1024 * 1024 * 1024;

/** What is not to be staged, and why. */
export interface Unfit extends Omit<LeftOut, "others"> {
  /** New files. */
  readonly huge: readonly ByteName[];
  /** Files of the commit. */
  readonly grown: readonly ByteName[];
}

/** Looks for it. Untracked repositories are listed by git with a slash at the end; of those in tracked folders it says nothing. */
export async function findUnfit(place: GitPlace, config: readonly string[], head: string): Promise<Unfit> {
  const [others, changed, { folders, submodules }] = await Promise.all([
    git(place, ["ls-files", "--others", "--exclude-standard", "-z"], { config, bytes: true }),
    // By size and time; none of them is read.
    git(place, ["diff-files", "--name-only", "--ignore-submodules=all", "-z"], { bytes: true }),
    foldersOf(place, head),
  ]);
  const own = await realpath(fileOf(toByteName(place.cwd)), { encoding: "latin1" });
  const isRepository = (path: ByteName): boolean => existsSync(fileOf(join(own, path, ".git")));
  const reallyThere = await Promise.all(
    // A link in a folder's place may lead to any repository.
    folders.filter(isRepository).map(async (path) => {
      const there = await realpath(fileOf(join(own, path)), { encoding: "latin1" });
      return there === join(own, path) && path;
    }),
  );
  return {
    repositories: [...foldersAmong(namesIn(others)), ...submodules.filter(isRepository)],
    histories: reallyThere.filter((path) => path !== false),
    huge: await largerThan(hugeBytes, own, namesIn(others)),
    grown: await largerThan(hugeBytes, own, namesIn(changed)),
  };
}

/** The folders of a commit, and its submodules. */
async function foldersOf(place: GitPlace, commit: string): Promise<{ folders: ByteName[]; submodules: ByteName[] }> {
  const entries = (await git(place, ["ls-tree", "-r", "-d", "-z", commit], { bytes: true })).split("\0");
  const paths = (mode: string): ByteName[] =>
    entries.filter((entry) => entry.startsWith(mode)).map((entry) => entry.slice(entry.indexOf("\t") + 1));
  return { folders: paths("040000 "), submodules: paths("160000 ") };
}

/** The paths of a commit's submodules. */
export async function submodulesOf(place: GitPlace, commit: string): Promise<readonly string[]> {
  return (await foldersOf(place, commit)).submodules.map(textOf);
}

/** What a person is told of it. `kept` is the folder that repositories are kept in. */
export function noticesOf(
  { repositories, histories, others }: LeftOut,
  kept: string,
): { code: string; message: string }[] {
  const notices: { code: string; message: string }[] = [];
  if (repositories.length + histories.length > 0) {
    const message = [
      repositories.length > 0
        ? `Not committed, because they are repositories of their own: ${named(repositories)}.`
        : "",
      histories.length > 0 ? `Committed without the history of a repository of their own: ${named(histories)}.` : "",
      `When the run ends, what is not committed of them is kept in ${kept}, and a run that goes on has it again.`,
      "To have the files of such a repository in the change, delete the .git in it.",
    ];
    notices.push({ code: "nested-repository", message: message.filter((sentence) => sentence !== "").join(" ") });
  }
  if (others.length > 0)
    notices.push({ code: "not-committed", message: `Not committed, and gone with the worktree: ${others.join("; ")}` });
  return notices;
}

function foldersAmong(names: Iterable<ByteName>): ByteName[] {
  const folders: ByteName[] = [];
  for (const name of names) if (name.endsWith("/")) folders.push(name.slice(0, -1));
  return folders;
}

function named(paths: readonly ByteName[]): string {
  return paths.map(shownName).join(", ");
}
