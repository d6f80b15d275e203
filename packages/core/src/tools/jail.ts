import { lstat, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { systemCode, toError } from "../errors.js";
import { pathSays } from "../prompts.js";
import { ToolTrouble } from "./trouble.js";

/**
 * The one way from a path that a model wrote to a file: what it gives lies in the worktree, whatever symlinks, `..`,
 * case or Unicode tricks the path has in it, and is never git's own.
 *
 * @param root The worktree, absolute and without symlinks.
 * @returns An absolute path without symlinks in it. The file itself need not exist.
 * @throws {ToolTrouble} a sentence for the model.
 */
export async function insideWorktree(root: string, path: string): Promise<string> {
  if (path.includes("\0")) throw new ToolTrouble(pathSays.nul);
  const wanted = resolve(root, path);
  if (!contains(root, wanted))
    throw new ToolTrouble(isAbsolute(path) ? pathSays.absolute(path) : pathSays.outside(path));
  refuseGit(root, wanted, path);
  const real = await realTarget(wanted, path);
  if (!contains(root, real)) throw new ToolTrouble(pathSays.linksOut(path));
  // A link may lead to git's own folder under another name.
  refuseGit(root, real, path);
  return real;
}

/** A path as the model should see it: relative to the worktree, `/` between its parts. */
export function shown(root: string, path: string): string {
  return relative(root, path).split(sep).join("/") || ".";
}

function contains(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function refuseGit(root: string, absolute: string, path: string): void {
  if (relative(root, absolute).split(/[\\/]/).some(isGitName)) throw new ToolTrouble(pathSays.git(path));
}

/**
 * Whether some file system takes a name for `.git`: letter case, trailing dots and spaces, the short name and streams of
 * NTFS, and the characters that HFS+ ignores (git's own `is_hfs_dotgit` and `is_ntfs_dotgit` refuse the same).
 */
function isGitName(name: string): boolean {
  const plain = name
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "")
    .replace(/:.*$/, "")
    .replace(/[. ]+$/, "")
    .toLowerCase();
  return plain === ".git" || plain === "git~1";
}

/** Follows every symlink on the way; what does not exist yet is taken as it is written. */
async function realTarget(absolute: string, path: string): Promise<string> {
  try {
    return await realpath(absolute);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ELOOP") throw new ToolTrouble(pathSays.linksOut(path));
    if (code === "ENOTDIR") throw new ToolTrouble(pathSays.notAFolder(path));
    if (code !== "ENOENT") throw new ToolTrouble(pathSays.unreachable(path, toError(error).message));
  }
  // A link that leads nowhere yet would let a write make the file it names, wherever that is.
  const isDangling = await lstat(absolute).then(
    () => true,
    () => false,
  );
  if (isDangling) throw new ToolTrouble(pathSays.linksOut(path));
  const parent = dirname(absolute);
  return join(await realTarget(parent, path), absolute.slice(parent.length));
}
