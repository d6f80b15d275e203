import { lstat, readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AifactoryError } from "../errors.js";
import type { RunRecord } from "../record.js";

/** What ids of runs look like. */
export const runId = /^\d{8}-\d{6}-[\da-f]{8}$/;

/**
 * Refuses to work through a link: a repository that somebody else made may have one in our folder's place, and what we
 * write and remove would be elsewhere.
 *
 * @param runs The folder of all runs.
 * @throws `unsupported-repo`.
 */
export async function requireOwnFolder(runs: string): Promise<void> {
  for (const folder of [dirname(runs), runs]) {
    if (!(await isLink(folder))) continue;
    throw new AifactoryError("unsupported-repo", `${folder} is a link, and not one of AIFactory's. Remove it first.`);
  }
}

/**
 * The same for one run's folder and what is in it.
 *
 * @throws `unsupported-repo`, `unknown-run`.
 */
export async function requireOwnFiles(directory: string): Promise<void> {
  await requireOwnFolder(dirname(directory));
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  // A pipe would be waited at for ever.
  const strange = entries.find((entry) => !entry.isFile() && !entry.isDirectory())?.name;
  const found = (await isLink(directory)) ? directory : strange;
  if (found !== undefined) throw damaged(directory, `${found} is a link, or no file`);
}

/**
 * Refuses a journal that another folder's run, or none of ours, could have written: its branch and its worktree are
 * removed with it.
 *
 * @throws `unknown-run`.
 */
export function requireOwnRecord({ id, branch, base, head, baseRef, review }: RunRecord, directory: string): void {
  if (!runId.test(id) || id !== basename(directory)) throw damaged(directory, `its id is ${id}`);
  if (branch !== `aifactory/${id}`) throw damaged(directory, `its branch is ${branch}`);
  for (const ref of [baseRef, review?.ref]) {
    if (ref !== undefined && !/^refs\/heads\/./.test(ref)) throw damaged(directory, `${ref} is no branch`);
  }
  for (const commit of [base, head]) {
    if (!/^[\da-f]{40,64}$/.test(commit)) throw damaged(directory, `${commit} is no commit`);
  }
}

function damaged(directory: string, why: string): AifactoryError {
  return new AifactoryError("unknown-run", `The run in ${directory} is damaged, or none of AIFactory's: ${why}.`);
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false;
}
