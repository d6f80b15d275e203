import { cp, mkdir, readdir, realpath, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LeftOut } from "../checkpoint/left-out.js";
import { systemCode } from "../errors.js";
import { insideWorktree } from "../tools/jail.js";

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
export async function keepRepositories(request: KeepRequest, left: LeftOut): Promise<void> {
  const { path, gitDir, directory } = request;
  const root = await realpath(path);
  const names = [...left.repositories, ...left.histories.map((name) => join(name, ".git"))];
  for (const name of names) {
    const from = join(root, name);
    // What is reached over a link is not the run's.
    if ((await realpath(dirname(from)).catch(() => "")) === dirname(from))
      await keep(from, join(keptIn(directory), name));
  }
  if (left.repositories.length > 0) await moveIfThere(join(gitDir, "modules"), join(directory, "modules"));
}

/** Puts them back into the run's new worktree. What has no place there any more stays where it is kept. */
export async function putRepositoriesBack({ path, gitDir, directory }: KeepRequest): Promise<void> {
  const kept = keptIn(directory);
  const root = await realpath(path);
  await moveIfThere(join(directory, "modules"), join(gitDir, "modules"));
  for (const name of await repositoriesIn(kept, "")) {
    const from = join(kept, name);
    const [only, ...more] = await readdir(from);
    const isHistory = only === ".git" && more.length === 0;
    // The commit may have a link on the way by now.
    const to = await insideWorktree(root, name).catch(() => undefined);
    if (to === undefined) continue;
    if (await moveIfThere(isHistory ? join(from, ".git") : from, isHistory ? join(to, ".git") : to)) {
      for (let folder = isHistory ? from : dirname(from); folder.startsWith(kept); folder = dirname(folder))
        await rmdir(folder).catch(() => {});
    }
  }
}

/** Whether something is kept for a run. */
export async function hasKept(directory: string): Promise<boolean> {
  return (await readdir(keptIn(directory)).catch(() => [])).length > 0;
}

async function repositoriesIn(folder: string, name: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, name), { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === ".git")) return [name];
  const folders = entries.filter((entry) => entry.isDirectory());
  return (await Promise.all(folders.map(async (entry) => repositoriesIn(folder, join(name, entry.name))))).flat();
}

async function keep(from: string, to: string): Promise<void> {
  // Something of that name may be there already, which found no place when the run went on.
  if (!(await moveIfThere(from, to))) await moveIfThere(from, `${to}.${Date.now()}`);
}

/** False when nothing is there to be moved, or something is where it should go. */
async function moveIfThere(from: string, to: string): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR", "EISDIR"].includes(code)) return false;
    if (code !== "EXDEV") throw error;
  }
  // The repository and the worktrees are on two disks.
  const draft = `${to}.partial`;
  await rm(draft, { recursive: true, force: true });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await rename(draft, to);
  await rm(from, { recursive: true, force: true, maxRetries: 3 });
  return true;
}
