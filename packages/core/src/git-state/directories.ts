import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { readSmall } from "../git/specials.js";

/** A git directory within the shared one, or that itself. */
export interface GitDirectory {
  /** From the shared one; empty for that itself. */
  readonly path: string;
  /** The files and folders in it that say what runs, and what is there. Empty: it is a link, and says that by itself. */
  readonly watched: readonly string[];
}

// `commondir` names another directory to take all of it from.
const ofRepository = [
  "HEAD",
  "commondir",
  "config",
  "config.worktree",
  "hooks",
  "info/attributes",
  "info/exclude",
  "info/grafts",
  "info/sparse-checkout",
  "objects/info/alternates",
];
const ofCheckout = ["config.worktree", "commondir", "HEAD"];

/** Names the commits at which history ends. */
export const shallow = "shallow";

/** Finds the git directories of a repository, of its checkouts and of its submodules. */
export async function gitDirectoriesIn(root: string, refs: Iterable<string>): Promise<GitDirectory[]> {
  const checkouts = await foldersIn(root, "worktrees");
  return [
    { path: "", watched: [...ofRepository, shallow, ...(await linksIn(root)), ...(await namesakesIn(root, refs))] },
    ...checkouts.map(({ path, isLink }) => ({ path, watched: isLink ? [] : ofCheckout })),
    ...(await modulesIn(root, "modules")),
  ];
}

/** The name of a submodule is a path. */
async function modulesIn(root: string, path: string): Promise<GitDirectory[]> {
  const found: GitDirectory[] = [];
  for (const { path: here, isLink } of await foldersIn(root, path)) {
    const isOne = (await isThere(join(root, here, "HEAD"))) || (await isThere(join(root, here, "config")));
    if (isLink || isOne) found.push({ path: here, watched: isLink ? [] : ofRepository });
    if (!isLink) found.push(...(await modulesIn(root, isOne ? join(here, "modules") : here)));
  }
  return found;
}

interface Folder {
  readonly path: string;
  readonly isLink: boolean;
}

async function foldersIn(root: string, path: string): Promise<Folder[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  return folders.map((entry) => ({ path: join(path, entry.name), isLink: entry.isSymbolicLink() }));
}

/** Of the folders that hold others, those that were replaced by a link. */
async function linksIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  return ["modules", "worktrees"].filter((name) => links.includes(name));
}

/** Files that git takes for a ref instead of the branch or tag of that name: they come first (gitrevisions). */
async function namesakesIn(root: string, refs: Iterable<string>): Promise<string[]> {
  const first = new Set(await readdir(root).catch(() => []));
  const names = [...refs].flatMap((ref) => /^refs\/(?:heads|tags|remotes)\/(.*)$/.exec(ref)?.[1] ?? []);
  const found = new Set<string>();
  for (const name of names) {
    if (!first.has(name.split("/", 1)[0]!)) continue;
    const content = await readSmall(join(root, name));
    if (content !== undefined && /^(?:ref: |[\da-f]{40,64}\s*$)/.test(content)) found.add(name);
  }
  return [...found];
}

/** Whether anything stands at a path. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
