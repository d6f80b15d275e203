import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { git } from "./git.js";
import { type GitDirectory, gitDirectoriesIn, isThere } from "./git-state/directories.js";
import type { GitPlace } from "./types.js";

/** What git would run or obey, and where every ref stood, at one moment. */
export interface GitState {
  readonly directories: GitDirectories;
  readonly refs: Refs;
}

/** Of each git directory, by its path from the shared one: path, from there too, to what was there. */
export type GitDirectories = ReadonlyMap<string, ReadonlyMap<string, GitFile>>;

/** Ref name to object id. */
export type Refs = ReadonlyMap<string, string>;

/** What stood at a path. */
export type GitFile =
  | {
      readonly kind: "file";
      readonly content: Buffer;
      readonly mode: number;
      /** Of a HEAD: changes with each move of it that git notes. Absent where git keeps no notes. */
      readonly notes?: string;
    }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "special" };

/** A repository that is watched. */
export interface WatchedRepository {
  readonly place: GitPlace;
  readonly commonDir: string;
}

/** Where every ref stands. */
export async function readRefs({ place }: WatchedRepository): Promise<Refs> {
  return parseRefs(await git(place, ["for-each-ref", "--format=%(objectname) %(refname)"]));
}

/**
 * Reads the parts of a git directory, and of those within it, by which an agent could make git run something, or show something
 * else than is there.
 *
 * @param own The checkout that is the agent's to change, by its name there.
 */
export async function readGitDirectories(
  { commonDir }: WatchedRepository,
  own: string,
  refs: Refs,
): Promise<GitDirectories> {
  const directories = await readDirectories(commonDir, refs);
  directories.delete(join("worktrees", own));
  // Without it a folder is no git directory: one that goes in this very moment is nothing to put back.
  for (const [path, files] of directories)
    if (!files.has(path) && !(await isThere(join(commonDir, path, "HEAD")))) directories.delete(path);
  return directories;
}

/** Keeps a state in a folder of its own, as files that a person can read, for whoever comes after a kill. */
export async function saveGitState(folder: string, { directories, refs }: GitState): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [path, file] of [...directories.values()].flatMap((files) => [...files]))
    await writeGitFile(folder, path, file);
  await writeFile(join(folder, refsFile), [...refs].map(([ref, oid]) => `${oid} ${ref}\n`).join(""));
}

/** Reads what was kept; undefined where nothing was, or not all of it. */
export async function savedGitState(folder: string): Promise<GitState | undefined> {
  const kept = await readFile(join(folder, refsFile), "utf8").catch(() => undefined);
  if (kept === undefined) return undefined;
  const refs = parseRefs(kept);
  return { directories: await readDirectories(folder, refs), refs };
}

/** Written last. */
const refsFile = "refs.txt";

/** Makes what stood at a path. */
export async function writeGitFile(root: string, path: string, file: GitFile | undefined): Promise<void> {
  const here = join(root, path);
  await mkdir(dirname(here), { recursive: true });
  if (file?.kind === "link") await symlink(file.target, here);
  if (file?.kind !== "file") return;
  await writeFile(here, file.content);
  await chmod(here, file.mode);
}

function parseRefs(listed: string): Refs {
  const lines = listed.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.split(" ")[0]!]));
}

async function readDirectories(root: string, refs: Refs): Promise<Map<string, ReadonlyMap<string, GitFile>>> {
  const found = await gitDirectoriesIn(root, refs.keys());
  return new Map(
    await Promise.all(found.map(async (directory) => [directory.path, await readFiles(root, directory)] as const)),
  );
}

async function readFiles(root: string, { path, watched }: GitDirectory): Promise<ReadonlyMap<string, GitFile>> {
  const files = new Map<string, GitFile>();
  const paths = watched.length === 0 ? [path] : watched.map((name) => join(path, name));
  await Promise.all(paths.map(async (one) => readInto(files, root, one)));
  return files;
}

async function readInto(files: Map<string, GitFile>, root: string, path: string): Promise<void> {
  const here = join(root, path);
  const facts = await lstat(here).catch(() => undefined);
  if (!facts) return;
  if (facts.isSymbolicLink()) files.set(path, { kind: "link", target: await readlink(here) });
  else if (facts.isDirectory()) {
    await Promise.all((await readdir(here)).map(async (name) => readInto(files, root, `${path}/${name}`)));
  } else if (facts.isFile()) {
    const notes = basename(path) === "HEAD" ? await notesOf(dirname(here)) : undefined;
    const file = { kind: "file", content: await readFile(here), mode: facts.mode & 0o777 } as const;
    files.set(path, { ...file, ...(notes !== undefined && { notes }) });
  } else files.set(path, { kind: "special" });
}

async function notesOf(directory: string): Promise<string | undefined> {
  const facts = await lstat(join(directory, "logs", "HEAD")).catch(() => undefined);
  return facts && `${facts.size} ${facts.mtimeMs}`;
}
