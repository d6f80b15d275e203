import { lstat, readFile, readlink, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "../git.js";
import { type ByteName, fileOf, textOf, toByteName } from "../git/byte-names.js";
import { namesIn } from "../git/listed.js";
import { type Change, partsOf } from "./checked-out.js";

/** What stands where a change's files and their folders are, each as a mark that is another one once it is written anew. */
export type Seen = ReadonlyMap<ByteName, string>;

/** Looks at a change's files in a checkout. What is not there is not in it. */
export async function look(checkout: string, changes: readonly Change[]): Promise<Seen> {
  const root = toByteName(checkout);
  const seen = new Map<ByteName, string>();
  for (const part of new Set(changes.flatMap(({ path }) => partsOf(path)))) {
    const facts = await lstat(fileOf(join(root, part)), { bigint: true }).catch(() => undefined);
    if (facts?.isDirectory()) seen.set(part, "folder");
    else if (facts) seen.set(part, `${facts.ino} ${facts.mode} ${facts.size} ${facts.mtimeNs}`);
  }
  return seen;
}

/** A change that was to be laid out in a checkout, and was in part. */
export interface HalfDone {
  readonly checkout: string;
  readonly base: string;
  readonly head: string;
  readonly changes: readonly Change[];
  /** What was there before. Everything that is tracked was as it is in the base. */
  readonly before: Seen;
}

/**
 * Puts a checkout back to the base: what is missing is laid out again, and what is the change's content or the beginning of
 * it, and was not there before, is removed. What is anything else stays as it is.
 *
 * @returns What is not as it was.
 */
export async function putBack(half: HalfDone): Promise<readonly ByteName[]> {
  const { checkout, base, head, changes, before } = half;
  const place = { cwd: checkout };
  // Git writes the index when all files are laid out, and can then go the whole way back.
  const index = await tryGit(place, ["diff-index", "--cached", "--quiet", base]);
  if (index.exitCode !== 0) await tryGit(place, ["read-tree", "-m", "-u", head, base]);
  else {
    await removeWritten(half);
    const there = await look(checkout, changes);
    const missing = changes.filter(({ path }) => before.has(path) && !there.has(path));
    const input = missing.map(({ path }) => `${path}\0`).join("");
    await tryGit(place, ["checkout-index", "--quiet", "-z", "--stdin"], { input, bytes: true });
  }
  const status = ["status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames"];
  const changed = [...namesIn(await git(place, status, { bytes: true }))].map((line) => line.slice(3));
  const after = await look(checkout, changes);
  const added = changes.filter(({ path }) => !before.has(path) && after.has(path)).map(({ path }) => path);
  return [...new Set([...changed, ...added])];
}

/** Removes the files that the change wrote, and the folders that it made. */
async function removeWritten({ checkout, changes, before }: HalfDone): Promise<void> {
  const root = toByteName(checkout);
  const now = await look(checkout, changes);
  const touched = changes.filter(({ path }) => now.has(path) && now.get(path) !== before.get(path));
  const written: ByteName[] = [];
  // Attributes of the change decide upon line ends, so that all are asked for before the first is gone.
  for (const change of touched) if (await isWritten(checkout, change).catch(() => false)) written.push(change.path);
  for (const path of written) await unlink(fileOf(join(root, path))).catch(() => {});
  const isNew = ([part, mark]: readonly [ByteName, string]): boolean => mark === "folder" && before.get(part) !== mark;
  const folders = [...now].filter(isNew).map(([part]) => part);
  // The innermost first. One that is not empty stays, and so does what may not be removed.
  for (const part of folders.toReversed()) await rmdir(fileOf(join(root, part))).catch(() => {});
}

/** Whether a file is what the change has there, or the beginning of it. */
async function isWritten(checkout: string, { path, oid }: Change): Promise<boolean> {
  const file = fileOf(join(toByteName(checkout), path));
  const facts = await lstat(file);
  if (facts.isSymbolicLink()) return (await contentOf(checkout, oid)) === (await readlink(file, "latin1"));
  if (!facts.isFile()) return false;
  const content = await contentOf(checkout, oid, path);
  return facts.size <= content.length && content.startsWith(await readFile(file, "latin1"));
}

/** A blob; of a file as it is laid out there. @throws when it is none. */
async function contentOf(checkout: string, oid: string, path?: ByteName): Promise<string> {
  const isText = path !== undefined && toByteName(textOf(path)) === path;
  const how = isText ? ["--filters", `--path=${textOf(path)}`] : ["blob"];
  const { exitCode, stdout } = await tryGit({ cwd: checkout }, ["cat-file", ...how, oid], { bytes: true });
  // Of what is gone in the change nothing is to be had.
  if (exitCode !== 0) throw new Error(`There is no ${oid}.`);
  return stdout;
}
