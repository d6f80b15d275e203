import { createHash } from "node:crypto";
import { cp, lstat, mkdir, readFile, readlink, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freshCheckout, git, type GitPlace } from "@aifactory/core/git";
import { run } from "@aifactory/core/process";

/** A commit's files as they are in it. Nothing runs here, and nothing that runs can reach it: each run has a copy. */
export interface Tree {
  readonly path: string;
  readonly place: GitPlace;
  /** Every file, relative to the tree. */
  readonly files: ReadonlySet<string>;
}

/** Lays out a commit. Compiled code that was committed is left out: it would run in place of what one can read. */
export async function openTree(
  { repo, folder, signal }: { repo: string; folder: string; signal: AbortSignal },
  name: string,
  commit: string,
): Promise<Tree> {
  const path = join(folder, "commits", name, "tree");
  const gitDir = join(folder, "commits", name, "git");
  const place = await freshCheckout({ repo, commit, directory: path, gitDir, signal });
  const files = await list(place, ["ls-files", "-z"]);
  await Promise.all(files.filter(isCompiled).map((file) => rm(join(path, file), { force: true })));
  return { path, place, files: new Set(files.filter((file) => !isCompiled(file))) };
}

function isCompiled(file: string): boolean {
  return /\.py[co]$/.test(file);
}

/** Copies a tree for one run; links stay what they are. */
export async function copyTree({ path }: Tree, to: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const { exitCode, stderr } = await run({ command: "cp", args: ["-RPp", path, to], trusted: true, signal });
  signal.throwIfAborted();
  if (exitCode !== 0) throw new Error(`The tree could not be copied: ${stderr.slice(0, 500)}`);
}

/** One file that a change touched. */
export interface ChangedFile {
  readonly path: string;
  readonly change: "added" | "changed" | "deleted";
  /** The added lines by their numbers in the new file. */
  readonly lines: readonly number[];
}

/** What lies between two commits. */
export interface Change {
  readonly files: readonly ChangedFile[];
  /** SHA-256 of the whole difference, as `git diff --binary --no-renames` gives it. */
  readonly patch: string;
}

/** Reads a change from a tree that has both commits. */
export async function readChange(place: GitPlace, base: string, head: string): Promise<Change> {
  const [states, patch] = await Promise.all([
    list(place, [...between, "-r", "--name-status", "-z", base, head]),
    git(place, [...between, "-p", "--binary", base, head]),
  ]);
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < states.length; at += 2) {
    const path = states[at + 1] ?? "";
    const change = states[at] === "A" ? "added" : states[at] === "D" ? "deleted" : "changed";
    const isRead = path.endsWith(".py") && change !== "deleted";
    const diff = isRead ? [...between, "-U0", base, head, "--", `:(literal)${path}`] : undefined;
    files.push({ path, change, lines: diff ? addedLines(await git(place, diff)) : [] });
  }
  return { files, patch: createHash("sha256").update(patch).digest("hex") };
}

const between = ["diff-tree", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];

/** Takes files of another commit into a run's tree; those that the commit does not have go. */
export async function takeFrom(tree: string, commit: Tree, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await makeWay(tree, path);
    await rm(join(tree, path), { recursive: true, force: true });
    if (commit.files.has(path)) await cp(join(commit.path, path), join(tree, path), asItIs);
  }
}

const asItIs = { recursive: true, verbatimSymlinks: true };

/** Makes the folders on the way to a file real ones: a link leads out of the tree, where nothing of ours may be written. */
async function makeWay(tree: string, path: string): Promise<void> {
  const parts = path.split("/").slice(0, -1);
  for (const folder of parts.map((_, index) => join(tree, ...parts.slice(0, index + 1)))) {
    const there = await lstat(folder).catch(() => undefined);
    if (there?.isDirectory()) continue;
    await rm(folder, { force: true });
    await mkdir(folder);
  }
}

/** Python files of a commit that a run changed or removed in its copy. */
export async function touchedFiles(commit: Tree, copy: string): Promise<string[]> {
  const files = [...commit.files].filter((file) => file.endsWith(".py"));
  const touched: string[] = [];
  for (let at = 0; at < files.length; at += 64) {
    const some = files.slice(at, at + 64);
    const same = await Promise.all(some.map(async (file) => isSame(join(commit.path, file), join(copy, file))));
    touched.push(...some.filter((_, index) => !same[index]));
  }
  return touched;
}

/** Whether a file is still what it was. Anything may stand in its place now: a pipe that never ends, a disk full. */
async function isSame(before: string, after: string): Promise<boolean> {
  const [was, is] = await Promise.all([before, after].map(async (path) => lstat(path).catch(() => undefined)));
  // A name that is no UTF-8 can't be looked up.
  if (!was) return true;
  if (was.isSymbolicLink())
    return is?.isSymbolicLink() === true && (await readlink(before)) === (await readlink(after));
  if (!is?.isFile() || is.size !== was.size) return false;
  const [one, other] = await Promise.all([readFile(before), readFile(after)]);
  return one.equals(other);
}

/** A git command's output, cut at NUL characters. */
async function list(place: GitPlace, args: readonly string[]): Promise<string[]> {
  return (await git(place, args)).split("\0").filter((part) => part !== "");
}

function addedLines(diff: string): number[] {
  const lines: number[] = [];
  for (const [, start, count] of diff.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)) {
    const first = Number(start);
    // Where lines only went, the place counts as changed.
    const last = first + Math.max(1, Number(count ?? 1)) - 1;
    for (let line = first; line <= last; line++) lines.push(line);
  }
  return lines;
}
