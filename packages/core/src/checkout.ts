import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { git } from "./git.js";
import type { GitPlace } from "./types.js";

/** Which commit to lay out, and where. */
export interface Checkout {
  /** A git repository: a checkout, a linked worktree or a bare one. It is only read. */
  readonly repo: string;
  /** Full id of the commit. */
  readonly commit: string;
  /** Folder for its files. It is made; what is in it already stays unless the commit has the same file. */
  readonly directory: string;
  /** Folder for the new repository's own data. Default: `.git` in `directory`. */
  readonly gitDir?: string;
  readonly signal?: AbortSignal;
}

/**
 * Lays out a commit's files in a repository of its own, which borrows the other one's objects and nothing else: no hook,
 * filter, setting, replacement or staged change of that repository has a say. Submodules stay empty folders.
 *
 * @returns Where git finds it; the commit is checked out, on no branch.
 * @throws `git` when the repository or the commit is not there; `aborted` when the signal ended it.
 */
export async function freshCheckout(checkout: Checkout): Promise<GitPlace> {
  const { repo, commit, signal } = checkout;
  const options = signal ? { signal } : {};
  const directory = resolve(checkout.directory);
  const gitDir = resolve(checkout.gitDir ?? join(directory, ".git"));
  const [objects = "", format = ""] = (
    await git({ cwd: repo }, ["rev-parse", "--git-path", "objects", "--show-object-format"], options)
  ).split("\n");

  await mkdir(directory, { recursive: true });
  const init = [
    "init",
    "--quiet",
    "--bare",
    "--template=",
    `--object-format=${format}`,
    "--initial-branch=none",
    gitDir,
  ];
  await git({ cwd: directory }, init, options);
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await writeFile(join(gitDir, "objects", "info", "alternates"), `${quoted(resolve(repo, objects))}\n`);

  const place = { cwd: directory, gitDir, workTree: directory };
  await git(place, ["checkout", "--quiet", "--force", "--detach", commit], {
    ...options,
    config: ["core.bare=false"],
  });
  return place;
}

/** A path as git reads it in `alternates`, where a line may be a quoted C string. */
function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}
