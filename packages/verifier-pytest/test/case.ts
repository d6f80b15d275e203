import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { VerdictStatus } from "@aifactory/core";
import { git } from "@aifactory/core/git";

/** A file's text or bytes, a link to somewhere, or null: the file goes. */
export type Entry = string | Buffer | { readonly link: string } | { readonly program: string } | null;

/** Files by path. */
export type Tree = { readonly [path: string]: Entry };

/** A small repository with two commits, and what a verifier must say of the second. */
export interface Case {
  readonly name: string;
  readonly base: Tree;
  /** What the second commit changes. */
  readonly head: Tree;
  /** One of these. */
  readonly expect: VerdictStatus | readonly VerdictStatus[];
  /** A finding that must be among the verdict's. */
  readonly finding?: string;
  /** Acceptance tests of the user's, which lie outside of the repository. */
  readonly acceptance?: { readonly [name: string]: string };
  /** Options of the verifier. */
  readonly options?: { readonly [option: string]: unknown };
}

/** Where a case's repository was made. */
export interface MadeCase {
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  remove(): Promise<void>;
}

/** Makes the repository of a case with real git. */
export async function makeCase({ base, head }: Pick<Case, "base" | "head">): Promise<MadeCase> {
  const repo = await mkdtemp(join(tmpdir(), "aifactory-case-"));
  const place = { cwd: repo };
  await git(place, ["init", "--quiet", "--initial-branch=main"]);
  const commits: string[] = [];
  for (const tree of [base, head]) {
    for (const [path, entry] of Object.entries(tree)) await lay(join(repo, path), entry);
    await git(place, ["add", "--all", "--force"]);
    await git(place, ["commit", "--quiet", "--allow-empty", "--message=Change"]);
    commits.push(await git(place, ["rev-parse", "HEAD"]));
  }
  return { repo, base: commits[0]!, head: commits[1]!, remove: async () => rm(repo, { recursive: true, force: true }) };
}

async function lay(path: string, entry: Entry): Promise<void> {
  await rm(path, { force: true, recursive: true });
  if (entry === null) return;
  await mkdir(dirname(path), { recursive: true });
  if (typeof entry === "string" || Buffer.isBuffer(entry)) await writeFile(path, entry);
  else if ("link" in entry) await symlink(entry.link, path);
  else {
    await writeFile(path, entry.program);
    await chmod(path, 0o755);
  }
}
