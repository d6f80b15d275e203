import { copyFile, lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findUnfit, type LeftOut } from "./checkpoint/left-out.js";
import type { DiffStat } from "./events.js";
import { git, gitError, type GitPlace, lacksDisk, tryGit } from "./git.js";
import { shownName, textOf } from "./git/byte-names.js";
import { dropSpecials } from "./git/specials.js";
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

/** What came of a checkpoint. */
export interface Committed {
  /** Absent when nothing had changed. */
  readonly made?: Checkpoint;
  readonly left: LeftOut;
}

/** Commits what changed in a worktree. */
export async function commitChanges(request: CheckpointRequest): Promise<Committed> {
  const { place, repository, base, branch, excludes, message, gitDir } = request;
  const ref = `refs/heads/${branch}`;
  // A worktree that was removed is one in which everything was deleted.
  await mkdir(place.cwd, { recursive: true });
  await dropSpecials(place.cwd);
  const left = await stageAll(place, excludes, request.head);
  const tree = await git(place, ["write-tree"]);
  const tip = await git(repository.place, ["rev-parse", ref]);
  const parent = await newest(repository.place, request.head, tip);
  const unchanged = tree === (await git(repository.place, ["rev-parse", `${parent}^{tree}`]));
  if (unchanged && parent === request.head) return { left };
  // A tip that the agent committed itself, and nothing after it, is a checkpoint as it is.
  const commit = unchanged
    ? parent
    : await git(repository.place, ["commit-tree", tree, "-p", parent, "-F", "-"], {
        input: message,
      });
  if (commit !== tip)
    await git(repository.place, ["update-ref", "--no-deref", "-m", "aifactory: checkpoint", ref, commit, tip]);
  await showIndex(place.indexFile, gitDir);
  return { made: { commit, stat: await diffStat(repository.place, base, commit) }, left };
}

/**
 * Stages everything that changed, but for huge files and for repositories within the worktree: of such a one git could
 * keep only a pointer, and to see whether it is clean it would work in it, with the filters that its own settings name and
 * outside of any sandbox.
 *
 * @throws `git` when nothing could be, `disk` when there was no room for something.
 */
async function stageAll(place: GitPlace, excludes: string, head: string): Promise<LeftOut> {
  const config = [`core.excludesFile=${excludes}`, `core.ignoreCase=${await foldsCase(place.cwd)}`];
  const { huge, grown, repositories, histories } = await findUnfit(place, config, head);
  const input = [".", ...[...huge, ...grown, ...repositories].map((path) => `:(exclude,literal)${path}`)].join("\0");
  const from = ["--pathspec-from-file=-", "--pathspec-file-nul"];
  const added = await tryGit(place, ["add", "--all", "--sparse", "--ignore-errors", ...from], {
    config,
    input,
    bytes: true,
  });
  // Files that the disk has no room for are not refused: what is left out is gone with the worktree.
  if (added.exitCode > 1 || lacksDisk(added.stderr))
    throw gitError("git add failed", { ...added, stderr: textOf(added.stderr) });
  const refused = added.exitCode === 0 ? [] : added.stderr.split("\n").filter((line) => line.startsWith("error: "));
  const others = [
    ...huge.map((path) => `${shownName(path)} (larger than 1 GB)`),
    ...grown.map((path) => `what was done to ${shownName(path)} (larger than 1 GB by now)`),
    ...refused.map((line) => shownName(line.slice("error: ".length))),
  ];
  return { repositories, histories, others };
}

/** Whether a worktree's file system takes names that differ in case for one. What settings say may come from another machine. */
async function foldsCase(worktree: string): Promise<boolean> {
  const names = [".git", ".GIT"].map(async (name) => lstat(join(worktree, name)).catch(() => undefined));
  const [one, other] = await Promise.all(names);
  return one !== undefined && one.ino === other?.ino;
}

/**
 * The worktree's own index follows, so that `git status` in it tells the truth to whoever works there. Its folder is the
 * model's to write: a link in it would lead a copy elsewhere, but no rename. Nothing of ours depends on that it is there.
 */
async function showIndex(index: string, gitDir: string): Promise<void> {
  await copyFile(index, `${index}.shown`);
  await rm(join(gitDir, "index"), { recursive: true, force: true });
  await rename(`${index}.shown`, join(gitDir, "index")).catch(() => {});
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
const neverCommitted = [
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
  // The draft of a file that was being written when we were killed.
  ".aifactory-????????-????-????-????-????????????",
  "",
];

/** Writes the list of what is never committed into a run's folder; gives its path. */
export async function writeExcludes(directory: string): Promise<string> {
  const file = join(directory, "excludes");
  await writeFile(file, neverCommitted.join("\n"));
  return file;
}
