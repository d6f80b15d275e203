import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git } from "./git.js";
import type { GitPlace } from "./types.js";

/** What git would run or obey, and where every ref stood, at one moment. */
export interface GitState {
  /** Path in the git directory to what was there. */
  readonly files: ReadonlyMap<string, GitFile>;
  /** Ref name to object id. */
  readonly refs: ReadonlyMap<string, string>;
}

/** What stood at a path. */
export type GitFile =
  | { readonly kind: "file"; readonly content: Buffer; readonly mode: number }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "special" };

/** Where a git directory says what runs: configuration, hooks, attributes, and objects borrowed from elsewhere. */
const watched = ["config", "config.worktree", "hooks", "info", "objects/info/alternates"] as const;

/** A repository that is watched. */
export interface WatchedRepository {
  readonly place: GitPlace;
  readonly commonDir: string;
}

/** Reads the parts of a git directory by which an agent could make git run something, and its refs. */
export async function readGitState({ place, commonDir }: WatchedRepository): Promise<GitState> {
  const [files, refs] = await Promise.all([
    readFiles(commonDir),
    git(place, ["for-each-ref", "--format=%(objectname) %(refname)"]),
  ]);
  return { files, refs: parseRefs(refs) };
}

/** Keeps a state in a folder of its own, as files that a person can read, for whoever comes after a kill. */
export async function saveGitState(folder: string, { files, refs }: GitState): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [path, file] of files) await writeGitFile(folder, path, file);
  await writeFile(join(folder, refsFile), [...refs].map(([ref, oid]) => `${oid} ${ref}\n`).join(""));
}

/** Reads what was kept; undefined where nothing was, or not all of it. */
export async function savedGitState(folder: string): Promise<GitState | undefined> {
  const refs = await readFile(join(folder, refsFile), "utf8").catch(() => undefined);
  return refs === undefined ? undefined : { files: await readFiles(folder), refs: parseRefs(refs) };
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

function parseRefs(listed: string): ReadonlyMap<string, string> {
  const lines = listed.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.split(" ")[0]!]));
}

async function readFiles(root: string): Promise<ReadonlyMap<string, GitFile>> {
  const files = new Map<string, GitFile>();
  await Promise.all(watched.map(async (path) => readInto(files, root, path)));
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
    files.set(path, { kind: "file", content: await readFile(here), mode: facts.mode & 0o777 });
  } else files.set(path, { kind: "special" });
}
