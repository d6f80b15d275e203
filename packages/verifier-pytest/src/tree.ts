import { rm } from "node:fs/promises";
import { join } from "node:path";
import { freshCheckout, git, type GitPlace } from "@aifactory/core/git";

/** A commit's files in a folder of their own, for one run. Git's data stands outside, out of the tests' reach. */
export interface Tree {
  readonly path: string;
  readonly place: GitPlace;
}

/** Lays out a commit. Compiled code that was committed is left out: it would run in place of what one can read. */
export async function openTree(
  { repo, folder, signal }: { repo: string; folder: string; signal: AbortSignal },
  name: string,
  commit: string,
): Promise<Tree> {
  const path = join(folder, name, "tree");
  const place = await freshCheckout({ repo, commit, directory: path, gitDir: join(folder, name, "git"), signal });
  const compiled = await list(place, ["ls-files", "-z", "--", "*.pyc", "*.pyo"]);
  await Promise.all(compiled.map((file) => rm(join(path, file), { force: true })));
  return { path, place };
}

/** One file that a change touched. */
export interface ChangedFile {
  readonly path: string;
  readonly change: "added" | "changed" | "deleted";
  /** The added lines by their numbers in the new file. */
  readonly lines: readonly number[];
}

/** What lies between two commits, from a tree that has both. */
export async function changedFiles(place: GitPlace, base: string, head: string): Promise<ChangedFile[]> {
  const options = ["--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
  const states = await list(place, ["diff", "--name-status", "-z", ...options, base, head]);
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < states.length; at += 2) {
    const path = states[at + 1] ?? "";
    const change = states[at] === "A" ? "added" : states[at] === "D" ? "deleted" : "changed";
    const diff =
      path.endsWith(".py") && change !== "deleted" ? ["diff", "-U0", ...options, base, head, "--", path] : undefined;
    files.push({ path, change, lines: diff ? addedLines(await git(place, diff)) : [] });
  }
  return files;
}

/** Takes files from another commit into a tree; those that the commit does not have go. */
export async function takeFrom(tree: Tree, commit: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const there = new Set(await list(tree.place, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]));
  const kept = paths.filter((path) => there.has(path));
  await Promise.all(paths.filter((path) => !there.has(path)).map((path) => rm(join(tree.path, path), { force: true })));
  if (kept.length === 0) return;
  const names = kept.map((path) => `:(literal)${path}\0`).join("");
  await git(tree.place, ["checkout", "--quiet", commit, "--pathspec-from-file=-", "--pathspec-file-nul"], {
    input: names,
  });
}

/** Files of the commit that a run changed or removed. */
export async function touchedFiles({ place }: Tree): Promise<string[]> {
  const touched = await list(place, ["diff", "--name-only", "-z", "--no-ext-diff", "HEAD"]);
  return touched.filter((path) => !/\.py[co]$/.test(path));
}

/** A git command's output, cut at NUL characters. */
export async function list(place: GitPlace, args: readonly string[]): Promise<string[]> {
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
