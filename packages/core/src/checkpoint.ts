import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { DiffStat } from "./events.js";
import { git, type GitPlace, tryGit } from "./git.js";
import type { Repository } from "./repository.js";

/** A commit of a run, and the size of the whole change up to it. */
export interface Checkpoint {
  readonly commit: string;
  readonly stat: DiffStat;
}

/** What is to be committed, and on what. */
export interface CheckpointRequest {
  readonly repository: Repository;
  readonly branch: string;
  /** The run's base, to count the change against. */
  readonly base: string;
  /** The newest commit that the run made. */
  readonly head: string;
  readonly place: GitPlace & { readonly indexFile: string };
  readonly gitDir: string;
  readonly excludes: string;
  readonly message: string;
}

/** Commits what changed in a worktree; undefined when nothing did. */
export async function commitChanges(request: CheckpointRequest): Promise<Checkpoint | undefined> {
  const { place, repository, base, branch, excludes, message, gitDir } = request;
  const ref = `refs/heads/${branch}`;
  await git(place, ["add", "--all"], { config: [`core.excludesFile=${excludes}`] });
  const tree = await git(place, ["write-tree"]);
  const tip = await git(repository.place, ["rev-parse", ref]);
  const parent = await newest(repository.place, request.head, tip);
  const unchanged = tree === (await git(repository.place, ["rev-parse", `${parent}^{tree}`]));
  if (unchanged && parent === request.head) return undefined;
  // A tip that the agent committed itself, and nothing after it, is a checkpoint as it is.
  const commit = unchanged
    ? parent
    : await git(repository.place, ["commit-tree", tree, "-p", parent, "-F", "-"], {
        input: message,
      });
  if (commit !== tip)
    await git(repository.place, ["update-ref", "--no-deref", "-m", "aifactory: checkpoint", ref, commit, tip]);
  // The worktree's own index follows, so that `git status` in it tells the truth to whoever works there.
  await copyFile(place.indexFile, join(gitDir, "index.aifactory"));
  await rename(join(gitDir, "index.aifactory"), join(gitDir, "index"));
  return { commit, stat: await diffStat(repository.place, base, commit) };
}

/** The branch's tip, unless somebody moved it off the commits that the run made: those are never thrown away. */
async function newest(place: GitPlace, known: string, tip: string): Promise<string> {
  if (tip === known) return known;
  const isAhead = await tryGit(place, ["merge-base", "--is-ancestor", known, tip]);
  return isAhead.exitCode === 0 ? tip : known;
}

/** Lines and files between two commits. */
export async function diffStat(place: GitPlace, from: string, to: string): Promise<DiffStat> {
  const lines = await git(place, ["diff", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv", from, to]);
  const rows = lines === "" ? [] : lines.split("\n").map((line) => line.split("\t"));
  // A binary file counts no lines: git writes `-`.
  const sum = (column: number): number => rows.reduce((total, row) => total + (Number(row[column]) || 0), 0);
  return { files: rows.length, insertions: sum(0), deletions: sum(1) };
}

/** Caches and environments that tools leave behind; committing them would only hide the change. */
export const neverCommitted = [
  "__pycache__/",
  "*.pyc",
  ".pytest_cache/",
  ".ruff_cache/",
  ".mypy_cache/",
  ".venv/",
  "venv/",
  ".tox/",
  "*.egg-info/",
  "node_modules/",
  ".DS_Store",
  ".env",
  ".env.local",
  "",
];
