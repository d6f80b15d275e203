import { lstat, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AifactoryError } from "../errors.js";
import { git, tryGit } from "../git.js";
import { type ByteName, fileOf, shownName, toByteName } from "../git/byte-names.js";
import { namesIn } from "../git/listed.js";
import { shellWord } from "../output.js";
import type { RunRecord } from "../record.js";
import type { Repository } from "../repository.js";
import { foldersOn } from "../worktree/elsewhere.js";

/**
 * The checkout, the user's or another, that has a branch checked out.
 *
 * @throws `conflict` when there is one, and it can't be said where.
 */
export async function checkoutOf(repository: Repository, ref: string): Promise<string | undefined> {
  const [path] = await foldersOn(repository, ref);
  if (path === undefined) return undefined;
  // Git guesses where the main one is, and the entry of another can be written by whoever works in it.
  for (const folder of [path, repository.checkout]) {
    if (folder !== undefined && (await hasCheckedOut(folder, repository, ref))) return folder;
  }
  throw new AifactoryError(
    "conflict",
    `${branchName(ref)} is checked out, but not in ${path}, where git says that it is: its settings may name another folder. Nothing was merged. Call approve with the checkout's folder as repo, or approve into another branch.`,
  );
}

/** Whether a folder is the top of a checkout of this repository, on this branch. */
async function hasCheckedOut(folder: string, { commonDir }: Repository, ref: string): Promise<boolean> {
  const top = await realpath(folder).catch(() => undefined);
  if (top === undefined) return false;
  const asked = ["--git-common-dir", "--show-toplevel", "--symbolic-full-name", "HEAD"];
  const { stdout } = await tryGit({ cwd: top }, ["rev-parse", "--path-format=absolute", ...asked]);
  const [shared = "", foundTop, head] = stdout.split("\n");
  return foundTop === top && head === ref && (await realpath(shared).catch(() => "")) === commonDir;
}

/**
 * Requires that a checkout can follow its branch without losing anything.
 *
 * @throws `conflict` with what stands in the way.
 */
export async function requireClean(checkout: string, ref: string, record: RunRecord): Promise<void> {
  const place = { cwd: checkout };
  const status = await git(place, [
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=no",
    "--ignore-submodules=all",
  ]);
  if (status !== "") {
    throw new AifactoryError(
      "conflict",
      `${branchName(ref)} is checked out in ${checkout}, which has uncommitted changes; they would be mixed up. Nothing was merged. Commit or stash them, or approve into another branch.`,
    );
  }
  const changes = await changesOf(checkout, record.base, record.head);
  const filters = await git(place, ["check-attr", "-z", "--stdin", "filter"], {
    input: changes.map(({ path }) => `${path}\0`).join(""),
    bytes: true,
  });
  const values = filters.split("\0").filter((_, index) => index % 3 === 2);
  if (values.some((value) => value !== "unspecified" && value !== "unset")) {
    throw new AifactoryError(
      "conflict",
      `The change has files that pass through a filter (such as Git LFS), which AIFactory never runs. Merge it by hand: git -C ${shellWord(checkout)} merge --ff-only ${record.branch}`,
    );
  }
  const covered = await coveredBy(checkout, changes);
  if (covered.length > 0) {
    const names = covered.slice(0, 20).map(shownName).join(", ");
    throw new AifactoryError(
      "conflict",
      `${branchName(ref)} is checked out in ${checkout}, and the change would write over files there that are in no commit: ${names}. Nothing was merged. Move them away and approve again, or approve into another branch.`,
    );
  }
}

/** A file that a run changed. */
export interface Change {
  /** As git's `--raw` has it: `A` is new, `D` is gone. */
  readonly status: string;
  readonly path: ByteName;
  /** The object that it is afterwards. */
  readonly oid: string;
}

/** What lies between two commits. */
export async function changesOf(checkout: string, base: string, head: string): Promise<readonly Change[]> {
  const args = ["diff", "--raw", "--no-abbrev", "-z", "--no-renames", "--no-ext-diff", base, head];
  const fields = [...namesIn(await git({ cwd: checkout }, args, { bytes: true }))];
  return fields.flatMap((path, index) => {
    const [, , , oid = "", status = ""] = index % 2 === 1 ? fields[index - 1]!.split(" ") : [];
    return status === "" ? [] : [{ status, path, oid }];
  });
}

/**
 * What the new files of a change would cover. Git minds files that it does not know, but not ignored ones, which may be what
 * nobody has a second time.
 */
async function coveredBy(checkout: string, changes: readonly Change[]): Promise<readonly ByteName[]> {
  const root = toByteName(checkout);
  const gone = new Set(changes.filter(({ status }) => status === "D").map(({ path }) => path));
  const covered = new Set<ByteName>();
  for (const { status, path } of changes) {
    if (status !== "A") continue;
    for (const part of partsOf(path)) {
      const there = await lstat(fileOf(join(root, part))).catch(() => undefined);
      if (!there) break;
      if (there.isDirectory() && part !== path) continue;
      if (there.isDirectory()) for (const name of await unknownIn(checkout, path)) covered.add(name);
      else if (!gone.has(part)) covered.add(part);
      break;
    }
  }
  return [...covered];
}

/** A path's folders, the outermost first, and the path itself. */
export function partsOf(path: ByteName): readonly ByteName[] {
  return path.includes("/") ? [...partsOf(dirname(path)), path] : [path];
}

async function unknownIn(checkout: string, folder: ByteName): Promise<readonly ByteName[]> {
  const unknown = await git({ cwd: checkout }, ["ls-files", "--others", "-z"], { bytes: true });
  return [...namesIn(unknown)].filter((name) => name.startsWith(`${folder}/`));
}

/** As people call it. */
export function branchName(ref: string): string {
  return ref.replace(/^refs\/heads\//, "");
}
