import { createHash } from "node:crypto";
import { copyFile, mkdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { type Committed, commitChanges, writeExcludes } from "./checkpoint.js";
import { type LeftOut, submodulesOf } from "./checkpoint/left-out.js";
import { type Confinement, openSandbox } from "./confinement.js";
import { AifactoryError, toError } from "./errors.js";
import { git, gitError, type GitPlace, tipOf, tryGit } from "./git.js";
import { dropSpecialsOfEntries } from "./git/specials.js";
import { runDirectory } from "./journal.js";
import { takeLock } from "./lock.js";
import type { Repository } from "./repository.js";
import type { Sandbox } from "./types.js";
import { keepRepositories, putRepositoriesBack } from "./worktree/kept.js";
import { partial, removeWorktree, worktreesLock } from "./worktree/remove.js";

export { adminDir, partial, removeWorktree } from "./worktree/remove.js";

/** An isolated checkout on a branch of its own. The user's checkout, index, stash, hooks and configuration stay as they are. */
export interface Worktree {
  /** Its folder, absolute. */
  readonly path: string;
  /** Runs git on it, whatever stands in its `.git` file by now. */
  readonly place: GitPlace;
  /** What its commands are to be shut in with. */
  readonly sandbox?: Sandbox;
  /** Commits what changed. What git ignores, and tools' caches, stay out. */
  checkpoint(message: string): Promise<Committed>;
  /** Submodules, which are not checked out. */
  submodules(): Promise<readonly string[]>;
  /** Removes the folder; the branch stays, and so do repositories that the last checkpoint had to leave out. */
  close(): Promise<void>;
  /** Leaves the folder as it is, for the next process that works on the run. */
  leave(): Promise<void>;
  /** Removes the folder and takes back what was done since the last checkpoint, commits too. */
  discard(): Promise<void>;
}

/** Which worktree. */
export interface WorktreeRequest {
  readonly repository: Repository;
  readonly id: string;
  readonly branch: string;
  /** The run's base, to count the change against. */
  readonly base: string;
  /** The newest commit of the run: what is checked out. */
  readonly head: string;
  readonly confinement: Confinement;
  /** Folder for worktrees. Default: `aifactory/worktrees` in the user's cache folder. */
  readonly root?: string;
}

/**
 * Opens the worktree of a run: makes the branch if there is none yet, and checks out its newest commit.
 *
 * @throws `git` when git can't; `moved` when the branch is no longer where the run left it.
 */
export async function openWorktree(request: WorktreeRequest): Promise<Worktree> {
  const { repository, id } = request;
  const path = await worktreePath(request);
  const directory = runDirectory(repository.commonDir, id);
  await mkdir(directory, { recursive: true });
  await removeWorktree(repository, path);
  // Parallel additions race on git's own files.
  const release = await takeLock(worktreesLock(repository), 60_000);
  try {
    await writeFile(join(directory, partial), path);
    await dropSpecialsOfEntries(repository.commonDir);
    await addWorktree(request, path);
  } finally {
    await release();
  }
  const gitDir = await git({ cwd: path }, ["rev-parse", "--absolute-git-dir"]);
  const excludes = await writeExcludes(directory);
  const { commonDir } = repository;
  const place = ownPlace(commonDir, id, path);
  await checkOut(place, request.head, gitDir).catch(async (error: unknown) => {
    await removeWorktree(repository, path);
    throw error;
  });
  // For whoever finds it after a crash. Git's own entry is the model's to write, and would lead to any folder.
  await rename(join(directory, partial), join(directory, "worktree"));

  const kept = { path, gitDir, directory };
  await putRepositoriesBack(kept);

  const { confinement } = request;
  const shutIn =
    confinement.kind === "none" ? undefined : await openSandbox({ path, gitDir, commonDir }, confinement.network);
  let known = request.head;
  let left: LeftOut | undefined;
  const close = async (): Promise<void> => {
    if (left) await keepRepositories(kept, left);
    await removeWorktree(repository, path);
    await shutIn?.close();
  };
  return {
    path,
    place,
    ...(shutIn && { sandbox: shutIn.sandbox }),
    checkpoint: async (message) => {
      const committed = await commitChanges({ ...request, head: known, place, excludes, message, gitDir });
      known = committed.made?.commit ?? known;
      left = committed.left;
      return committed;
    },
    submodules: async () => submodulesOf(place, known),
    close,
    leave: async () => shutIn?.close(),
    discard: async () => {
      await close();
      await git(repository.place, [
        "update-ref",
        "--no-deref",
        "-m",
        "aifactory: discard",
        `refs/heads/${request.branch}`,
        known,
      ]);
    },
  };
}

/** Where the worktree of a run stands on this machine, in a folder that is there then. No part of it is a symlink. */
async function worktreePath({
  repository,
  id,
  root = defaultRoot(),
}: Pick<WorktreeRequest, "repository" | "id" | "root">): Promise<string> {
  const { commonDir, checkout } = repository;
  const name = basename(checkout ?? commonDir);
  const folder = join(root, `${name}-${createHash("sha256").update(commonDir).digest("hex").slice(0, 8)}`);
  try {
    await mkdir(folder, { recursive: true });
    return join(await realpath(folder), id);
  } catch (cause) {
    const where = `Can't make the folder for worktrees, ${folder}: ${toError(cause).message}.`;
    throw new AifactoryError("disk", `${where} Name another one as worktreeRoot.`, { cause });
  }
}

function defaultRoot(): string {
  // A relative one is to be passed over (https://specifications.freedesktop.org/basedir-spec), and an empty HOME is none.
  const [home, cache = ""] = [homedir() || userInfo().homedir, process.env["XDG_CACHE_HOME"]];
  return join(isAbsolute(cache) ? cache : join(home, ".cache"), "aifactory", "worktrees");
}

async function addWorktree({ repository, branch, head, id }: WorktreeRequest, path: string): Promise<void> {
  const { place } = repository;
  const tip = await tipOf(place, `refs/heads/${branch}`);
  const isNew = tip === undefined;
  if (!isNew && tip !== head) {
    throw new AifactoryError(
      "moved",
      `The branch ${branch} is no longer where the run left it (${head.slice(0, 12)}).`,
    );
  }
  const where = isNew ? ["-b", branch, path, head] : [path, branch];
  // Force: the folder of an earlier try may still be registered though it is gone.
  const add = [
    ..."worktree add --force --quiet --no-checkout --no-track --lock --reason".split(" "),
    `aifactory run ${id}`,
    ...where,
  ];
  // Another one may wait for this: it reads what models can write, and lays out no files.
  const options = { timeoutMs: 60_000 };
  const added = await tryGit(place, isNew ? add : add.filter((word) => word !== "--no-track"), options);
  if (added.exitCode === 0) return;
  if (added.stderr.includes(`'refs/heads/${branch.split("/")[0]}' exists`)) {
    throw new AifactoryError(
      "git",
      `There is a branch named ${branch.split("/")[0]}, so git can't make ${branch}. Rename it with: git branch -m ${branch.split("/")[0]} <new name>`,
    );
  }
  throw gitError("Could not make the worktree", added);
}

/**
 * Lays out the files. `git worktree add` would do it in the new worktree, on its branch: settings may hold there and nowhere
 * else (`includeIf`), and the filters that they name are not the ones that were switched off.
 */
async function checkOut(place: ReturnType<typeof ownPlace>, commit: string, gitDir: string): Promise<void> {
  await rm(place.indexFile, { force: true });
  await git(place, ["read-tree", "-m", "-u", commit]);
  await copyFile(place.indexFile, join(gitDir, "index"));
}

/**
 * Where our git works on a worktree: with an index of our own, and the git directory that no command can write. What is
 * staged, hidden, broken or planted in the worktree's part of it decides nothing.
 */
export function ownPlace(commonDir: string, id: string, path: string): GitPlace & { readonly indexFile: string } {
  return { cwd: path, gitDir: commonDir, workTree: path, indexFile: join(runDirectory(commonDir, id), "index") };
}
