import { devNull } from "node:os";
import { join } from "node:path";
import { childEnvironment, type Environment } from "./environment.js";
import { AifactoryError } from "./errors.js";
import { safeConfig } from "./git/safe-config.js";
import { run } from "./process.js";
import type { GitPlace } from "./types.js";

export { type Checkout, freshCheckout } from "./checkout.js";
export type { GitPlace } from "./types.js";

/** Further settings of one git command. */
export interface GitOptions {
  readonly input?: string;
  /** Input and output are bytes, one character each (`git/byte-names.ts`). Default: text. */
  readonly bytes?: true;
  readonly signal?: AbortSignal;
  /** Milliseconds until it is given up. Default: an hour, more than any takes that does not wait for something. */
  readonly timeoutMs?: number;
  /** Settings, `name=value`; they win. A value has no `=` in it. */
  readonly config?: readonly string[];
  readonly env?: Environment;
}

/** What a git command gave. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs git so that nothing in the repository, planted or not, runs with it: hooks, fsmonitor, filters, external diffs,
 * ext transports, signing and the user's and the system's configuration are off. It sees the commits that are there: replaced
 * objects, grafts and the commit graph, which can show others, are off too. The commits are made by AIFactory.
 *
 * @returns Its output, whatever the exit code.
 * @throws `program-missing` when there is no git; `aborted` when the signal ended it; `git` when the time limit did.
 */
export async function tryGit(place: GitPlace, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const programsOff = touchesFiles(args) ? await configuredProgramsOff(place) : [];
  return bareGit(place, args, {
    ...options,
    config: [...safeConfig, ...programsOff, ...(options.config ?? [])],
  });
}

/**
 * Like `tryGit`, and gives standard output without the last line end.
 *
 * @throws `git` or `disk` with git's own words when it fails.
 */
export async function git(place: GitPlace, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(place, args, options);
  if (result.exitCode !== 0) throw gitError(`git ${args[0]} failed`, result);
  return result.stdout.replace(/\n$/, "");
}

/** The commit that a ref stands at; undefined when there is no such ref. */
export async function tipOf(place: GitPlace, ref: string): Promise<string | undefined> {
  const { exitCode, stdout } = await tryGit(place, ["rev-parse", "--verify", "--quiet", ref]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Whether an object is in the repository. */
export async function hasObject(place: GitPlace, oid: string): Promise<boolean> {
  return (await tryGit(place, ["cat-file", "-e", oid])).exitCode === 0;
}

/** The error for a git command that failed: `disk` where nothing can be written, else `git`. */
export function gitError(what: string, { exitCode, stderr }: GitResult): AifactoryError {
  const words = `${what}: ${firstLines(stderr).replace(/\.?$/, ".")}`;
  // What is fetched runs programs that the repository's settings name.
  const lacking = stderr.includes("promisor remote")
    ? " This clone is partial: check that commit out once with git."
    : "";
  if (!lacksDisk(stderr)) return new AifactoryError("git", words + lacking, { status: exitCode });
  return new AifactoryError("disk", `${words} Make room, or the folder writable, and go on with resumeTask.`);
}

/** Whether git says that nothing can be written. */
export function lacksDisk(stderr: string): boolean {
  return /No space left on device|Disk quota exceeded|Read-only file system/.test(stderr);
}

// The longest output asked for are diffs and file lists of a whole change.
const keepBytes = 256 * 1024 * 1024;

async function bareGit(place: GitPlace, args: readonly string[], options: GitOptions): Promise<GitResult> {
  const result = await run({
    command: "git",
    args: ["--no-pager", ...args],
    cwd: place.cwd,
    env: childEnvironment({
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_SYSTEM: devNull,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_NO_LAZY_FETCH: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_GRAFT_FILE: join(devNull, "none"),
      GIT_ATTR_NOSYSTEM: "1",
      LC_ALL: "C",
      ...(place.gitDir !== undefined && { GIT_DIR: place.gitDir }),
      ...(place.workTree !== undefined && { GIT_WORK_TREE: place.workTree }),
      ...(place.indexFile !== undefined && { GIT_INDEX_FILE: place.indexFile }),
      ...configEnvironment(options.config ?? []),
      ...options.env,
    }),
    ...(options.input !== undefined && { input: options.input }),
    ...(options.bytes && { encoding: "latin1" }),
    ...(options.signal && { signal: options.signal }),
    trusted: true,
    // What works on a worktree can take long, and would be in the way of whoever goes on after we were killed. In the
    // user's checkout it is left to end: a merge must not stop half way.
    leashed: place.workTree !== undefined || args[0] === "worktree",
    timeoutMs: options.timeoutMs ?? 3_600_000,
    keepBytes,
  });
  if (result.stopped === "timeout")
    throw new AifactoryError("git", `git ${args[0]} did not end within ${result.durationMs / 1000} seconds.`);
  if (result.stopped) throw new AifactoryError("aborted", `git ${args[0]} was stopped.`);
  return { exitCode: result.exitCode ?? 128, stdout: result.stdout, stderr: result.stderr };
}

/** Settings as environment variables: unlike `-c`, any name can be written that way. */
function configEnvironment(settings: readonly string[]): Environment {
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  settings.forEach((setting, index) => {
    // Names may contain `=`, our values never do.
    const at = setting.lastIndexOf("=");
    environment[`GIT_CONFIG_KEY_${index}`] = setting.slice(0, at);
    environment[`GIT_CONFIG_VALUE_${index}`] = setting.slice(at + 1);
  });
  return environment;
}

/** Commands that read or write files of a work tree, and so would run filters, or merge files, and so merge drivers. */
function touchesFiles(args: readonly string[]): boolean {
  // Writing an index reads files too, those that may have changed in the moment in which they were staged.
  const touching = [
    "add",
    "checkout",
    "reset",
    "status",
    "diff",
    "diff-files",
    "merge",
    "merge-tree",
    "cat-file",
    "checkout-index",
    "worktree",
    "read-tree",
    "write-tree",
  ];
  return touching.includes(args[0] ?? "");
}

/** Filters and merge drivers are named by the repository's configuration; each is switched off by its name of this moment. */
async function configuredProgramsOff(place: GitPlace): Promise<string[]> {
  const find = ["config", "--includes", "--name-only", "-z", "--get-regexp", "^(filter|merge)\\..*\\."];
  const { stdout } = await bareGit(place, find, {});
  const sections = new Set(stdout.split("\0").map((key) => key.slice(0, Math.max(0, key.lastIndexOf(".")))));
  sections.delete("");
  return [...sections].flatMap((section) =>
    section.startsWith("filter.")
      ? ["clean=", "smudge=", "process=", "required=false"].map((off) => `${section}.${off}`)
      : // A driver that fails leaves a conflict, which a person sees.
        [`${section}.driver=false`],
  );
}

function firstLines(text: string): string {
  return text.trim().split("\n").slice(0, 5).join(" ") || "no message";
}
