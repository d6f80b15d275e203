import { constants, lstatSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { type ByteName, fileOf, toByteName } from "./byte-names.js";

// Git opens what it finds under a name of its own, and waits for ever at a pipe that nobody writes to.

/**
 * Removes from a worktree what git would wait at, or read without an end: pipes and devices, which no commit can hold, and
 * links to such where git follows them. A file that git reads whole, and that would fill the memory, gets another name.
 */
export async function dropSpecials(worktree: string): Promise<void> {
  const folders: ByteName[] = [toByteName(worktree)];
  for (let looked = 1; folders.length > 0; looked++) {
    const folder = folders.pop()!;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (isSpecial(entry) || (entry.isSymbolicLink() && isFollowed(path) && leadsToSpecial(path))) remove(path);
      else if (readWhole.has(entry.name) && sizeOf(path) > largestRead)
        renameSync(fileOf(path), fileOf(`${path}.large`));
    }
    if (looked % 100 === 0) await breathe();
  }
}

/**
 * Does the same in git's entries of worktrees: all of them are read when one is added or looked for, and whoever works in a
 * worktree can write its own.
 */
export async function dropSpecialsOfEntries(commonDir: string): Promise<void> {
  const entries = toByteName(join(commonDir, "worktrees"));
  for (const { name } of entriesOf(entries)) {
    for (const file of ["gitdir", "commondir", "HEAD", "locked", "config.worktree", "logs/HEAD"]) {
      const path = join(entries, name, file);
      if (leadsToSpecial(path) || (file !== "logs/HEAD" && sizeOf(path) > longestEntry)) remove(path);
    }
    await breathe();
  }
}

const readWhole: ReadonlySet<string> = new Set([".gitignore", ".gitattributes", ".gitmodules", "commondir"]);

/** Bytes. Newer versions of git read no such file that is larger. */
const largestRead = 100 * 1024 * 1024;

/** Reads a small file that a model may have put something else in the place of; undefined where it is no file, or a large one. */
export async function readSmall(path: string): Promise<string | undefined> {
  // A pipe is not waited at.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  try {
    const facts = await file?.stat();
    return facts?.isFile() && facts.size <= longestEntry ? await file?.readFile("utf8") : undefined;
  } finally {
    await file?.close();
  }
}

/** Bytes. Each of these files holds a path or the name of a ref. */
const longestEntry = 1024 * 1024;

/** Whether git reads what a link of this name leads to. Of its own names in a worktree only `.gitmodules` may be a link. */
function isFollowed(path: ByteName): boolean {
  return path.includes("/.git/") || ["HEAD", "commondir", "packed-refs", ".gitmodules"].includes(basename(path));
}

interface Kind {
  isFIFO(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

function isSpecial(kind: Kind): boolean {
  return kind.isFIFO() || kind.isCharacterDevice() || kind.isBlockDevice();
}

function leadsToSpecial(path: ByteName): boolean {
  try {
    return isSpecial(statSync(fileOf(path)));
  } catch {
    // It leads nowhere.
    return false;
  }
}

function sizeOf(path: ByteName): number {
  try {
    const facts = lstatSync(fileOf(path));
    return facts.isDirectory() ? 0 : statSync(fileOf(path)).size;
  } catch {
    return 0;
  }
}

function entriesOf(folder: ByteName) {
  try {
    return readdirSync(fileOf(folder), { withFileTypes: true, encoding: "latin1" });
  } catch {
    // It is gone, or can't be read: not by git either.
    return [];
  }
}

function remove(path: ByteName): void {
  rmSync(fileOf(path), { force: true });
}
