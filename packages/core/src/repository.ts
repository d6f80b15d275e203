import { realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AifactoryError } from "./errors.js";
import { git, type GitPlace, tryGit } from "./git.js";
import { printable, shellWord } from "./output.js";

/** A repository as a run needs to know it. */
export interface Repository {
  /** Runs git on the repository itself, wherever we stand. */
  readonly place: GitPlace;
  /** The git directory that all its worktrees share, absolute. */
  readonly commonDir: string;
  /** The top folder of the user's checkout; absent for a bare repository. */
  readonly checkout?: string;
}

/** A commit that a run starts from. */
export interface Base {
  readonly commit: string;
  /** `refs/heads/…` when it was named by a branch: what `approve` merges into. */
  readonly ref?: string;
}

/**
 * Finds the repository that a path is in.
 *
 * @throws `unsupported-repo` with what to do about it.
 */
export async function openRepository(path: string): Promise<Repository> {
  const cwd = await realpath(path).catch((cause: unknown) => {
    throw new AifactoryError("unsupported-repo", `repo: there is no folder ${path}.`, { cause });
  });
  if (!(await stat(cwd)).isDirectory())
    throw new AifactoryError(
      "unsupported-repo",
      `repo: ${printable(path)} is a file, not a folder of a git repository.`,
    );
  const found = await tryGit({ cwd }, [
    "rev-parse",
    "--path-format=absolute",
    "--git-common-dir",
    "--git-dir",
    "--is-bare-repository",
    "--is-inside-work-tree",
  ]);
  if (found.exitCode !== 0) {
    throw new AifactoryError(
      "unsupported-repo",
      `repo: ${path} is not in a git repository. Make one with: git init && git add -A && git commit -m "Start"`,
    );
  }
  const [shared = "", own = "", , inside, ...rest] = found.stdout.trimEnd().split("\n");
  if (rest.length > 0) {
    const why = "has a line end in its path. Move it to a folder whose name has none.";
    throw new AifactoryError("unsupported-repo", `repo: the git repository of ${printable(path)} ${why}`);
  }
  const [commonDir, gitDir] = await Promise.all([realpath(shared), realpath(own)]);
  if (gitDir !== commonDir && dirname(gitDir) !== join(commonDir, "worktrees")) {
    const why = `takes all of it from ${printable(commonDir)}, which git does for no repository. Remove it if you did not put it there.`;
    throw new AifactoryError("unsupported-repo", `repo: ${printable(join(gitDir, "commondir"))} ${why}`);
  }
  const place = { cwd: commonDir, gitDir: commonDir };
  if (inside !== "true") return { place, commonDir };
  return { place, commonDir, checkout: await git({ cwd }, ["rev-parse", "--show-toplevel"]) };
}

/**
 * Pins what a run starts from to a commit.
 *
 * @throws `unsupported-repo` when there is no such commit.
 */
export async function pinBase({ place, checkout }: Repository, base: string): Promise<Base> {
  // HEAD is the user's own, which in a linked worktree is not the shared directory's.
  const where = checkout === undefined ? place : { cwd: checkout };
  const commit = await tryGit(where, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`]);
  if (commit.exitCode !== 0) throw await noSuchCommit(where, base, checkout === undefined);
  const ref = await tryGit(where, ["rev-parse", "--symbolic-full-name", "--end-of-options", base]);
  const name = ref.stdout.trim().split("\n").at(-1) ?? "";
  return { commit: commit.stdout.trim(), ...(name.startsWith("refs/heads/") && { ref: name }) };
}

/** Uncommitted paths in the user's checkout, as they can be shown. */
export async function dirtyPaths({ checkout }: Repository): Promise<string[]> {
  if (checkout === undefined) return [];
  const status = await git({ cwd: checkout }, [
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=normal",
    "--ignore-submodules=all",
    "--no-renames",
  ]);
  return status
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => printable(line.slice(3)));
}

async function noSuchCommit(where: GitPlace, base: string, isBare: boolean): Promise<AifactoryError> {
  const any = await tryGit(where, ["rev-list", "--all", "--max-count=1"]);
  if (any.stdout.trim() === "") {
    const cure = isBare
      ? `It is bare: push one from a checkout with: git push ${shellWord(where.cwd)} HEAD:main`
      : 'Make one with: git commit --allow-empty -m "Start"';
    return new AifactoryError(
      "unsupported-repo",
      `repo: it has no commit yet, so there is nothing to start from. ${cure}`,
    );
  }
  if (base === "HEAD") {
    const problem = isBare
      ? "HEAD names a branch that has no commit yet. Name another"
      : "the branch that is checked out has no commit yet. Check out another, or name one";
    return new AifactoryError("unsupported-repo", `base: ${problem}: base: '<branch>'.`);
  }
  return new AifactoryError(
    "unsupported-repo",
    `base: there is no commit ${base} in the repository; \`git branch --all\` lists its branches.`,
  );
}
