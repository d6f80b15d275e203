import { lstat, mkdir, readdir, realpath, rename, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LeftOut } from "../checkpoint/left-out.js";
import { systemCode } from "../errors.js";
import { type ByteName, fileOf, toByteName } from "../git/byte-names.js";
import { copyTree, removeTree } from "./trees.js";

/** Where a run's repositories within its worktree are kept while there is no worktree. */
export function keptIn(directory: string): string {
  return join(directory, "kept");
}

/** Whose they are. */
export interface KeepRequest {
  /** The worktree. */
  readonly path: string;
  /** Git's own entry of the worktree: submodules that were filled have their data in it. */
  readonly gitDir: string;
  /** The run's own folder. */
  readonly directory: string;
}

/** Takes what no commit holds out of a worktree that is going to be removed: it may be the work of hours. */
export async function keepRepositories({ path, gitDir, directory }: KeepRequest, left: LeftOut): Promise<void> {
  const root = await realName(toByteName(path));
  const kept = toByteName(keptIn(directory));
  const names = [...left.repositories, ...left.histories.map((name) => join(name, ".git"))];
  for (const name of names) {
    const from = join(root, name);
    // What is reached over a link is not the run's.
    if ((await realName(dirname(from)).catch(() => "")) === dirname(from)) await keep(from, join(kept, name));
  }
  if (left.repositories.length > 0)
    await moveIfThere(toByteName(join(gitDir, "modules")), toByteName(join(directory, "modules")));
}

/** Puts them back into the run's new worktree. What has no place there any more stays where it is kept. */
export async function putRepositoriesBack({ path, gitDir, directory }: KeepRequest): Promise<void> {
  const kept = toByteName(keptIn(directory));
  const root = await realName(toByteName(path));
  await moveIfThere(toByteName(join(directory, "modules")), toByteName(join(gitDir, "modules")));
  for (const name of await repositoriesIn(kept, "")) {
    const from = join(kept, name);
    const [only, ...more] = await readdir(fileOf(from));
    const isHistory = only === ".git" && more.length === 0;
    const [source, target] = [from, join(root, name)].map((folder) => (isHistory ? join(folder, ".git") : folder));
    // The commit may have a link on the way by now.
    if (!(await isReached(root, dirname(target!)))) continue;
    if (await moveIfThere(source!, target!)) {
      for (let folder = isHistory ? from : dirname(from); folder.startsWith(kept); folder = dirname(folder))
        await rmdir(fileOf(folder)).catch(() => {});
    }
  }
}

/** Whether something is kept for a run. */
export async function hasKept(directory: string): Promise<boolean> {
  return (await readdir(keptIn(directory)).catch(() => [])).length > 0;
}

async function repositoriesIn(folder: ByteName, name: ByteName): Promise<readonly ByteName[]> {
  const listing = { withFileTypes: true, encoding: "latin1" } as const;
  const entries = await readdir(fileOf(join(folder, name)), listing).catch(() => []);
  if (entries.some((entry) => entry.name === ".git")) return [name];
  const folders = entries.filter((entry) => entry.isDirectory());
  return (await Promise.all(folders.map(async (entry) => repositoriesIn(folder, join(name, entry.name))))).flat();
}

async function keep(from: ByteName, to: ByteName): Promise<void> {
  // Something of that name may be there already, which found no place when the run went on.
  if (!(await moveIfThere(from, to))) await moveIfThere(from, `${to}.${Date.now()}`);
}

/** False when nothing is there to be moved, or something is where it should go. */
async function moveIfThere(from: ByteName, to: ByteName): Promise<boolean> {
  await mkdir(fileOf(dirname(to)), { recursive: true });
  try {
    await rename(fileOf(from), fileOf(to));
    return true;
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"].includes(code)) return false;
    if (code !== "EXDEV") throw error;
  }
  // The repository and the worktrees are on two disks.
  const draft = `${to}.partial`;
  await removeTree(draft);
  await copyTree(from, draft);
  await rename(fileOf(draft), fileOf(to));
  await removeTree(from);
  return true;
}

/** Whether no link leads away from a folder of the worktree, as far as it is there. */
async function isReached(root: ByteName, folder: ByteName): Promise<boolean> {
  for (let at = folder; at.length > root.length; at = dirname(at)) {
    const facts = await lstat(fileOf(at)).catch(() => undefined);
    if (facts && !facts.isDirectory()) return false;
  }
  return true;
}

async function realName(name: ByteName): Promise<ByteName> {
  return realpath(fileOf(name), { encoding: "latin1" });
}
