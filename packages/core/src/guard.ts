import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** What git would run or obey, as it was at one moment: path in the git directory to a fingerprint. */
export type GitState = ReadonlyMap<string, string>;

/** Where a git directory says what runs: configuration, hooks, attributes, and objects borrowed from elsewhere. */
const watched = ["config", "config.worktree", "hooks", "info", "objects/info/alternates"] as const;

/** Reads the parts of a git directory by which an agent could make git run something. */
export async function readGitState(commonDir: string): Promise<GitState> {
  const state = new Map<string, string>();
  await Promise.all(watched.map(async (path) => fingerprint(commonDir, path, state)));
  return state;
}

/** The paths that differ, sorted. Somebody else may have changed them too: it is a fact to report, not a proof. */
export function changedSince(before: GitState, now: GitState): string[] {
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths].filter((path) => before.get(path) !== now.get(path)).toSorted();
}

async function fingerprint(root: string, path: string, state: Map<string, string>): Promise<void> {
  const file = join(root, path);
  const facts = await lstat(file).catch(() => undefined);
  if (!facts) return;
  if (facts.isSymbolicLink()) state.set(path, `link ${await readlink(file)}`);
  else if (facts.isDirectory()) {
    await Promise.all((await readdir(file)).map(async (name) => fingerprint(root, `${path}/${name}`, state)));
  } else if (facts.isFile()) {
    const content = createHash("sha256").update(await readFile(file));
    state.set(path, `${facts.mode & 0o111} ${content.digest("hex")}`);
  } else state.set(path, "special");
}
