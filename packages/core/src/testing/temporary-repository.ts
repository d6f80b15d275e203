import { rmSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { git } from "../git.js";

/** Files by relative path. */
export type Files = { readonly [path: string]: string };

/** A real git repository in a folder of its own. */
export interface TemporaryRepository {
  /** Absolute, without symlinks. */
  readonly path: string;
  /** Any git command, as its user would give it; its output without the last line end. */
  git(...args: readonly string[]): Promise<string>;
  write(files: Files): Promise<void>;
  /** Writes the files, commits everything, and gives the commit's id. */
  commit(message: string, files?: Files): Promise<string>;
  /** `git status --porcelain`, untracked and ignored files included: empty when nothing at all was touched. */
  status(): Promise<string>;
  branches(): Promise<readonly string[]>;
  /** A file as it stands in a commit. */
  read(path: string, commit?: string): Promise<string>;
  /** The id of a commit. */
  head(name?: string): Promise<string>;
  remove(): Promise<void>;
}

/** Also those that were removed: what still runs may write into one after that. */
const made = new Set<string>();

function removeAll(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Makes a repository with one commit on `branch`; without files, it has no commit. It goes with `remove`, and at the
 * latest with this process.
 */
export async function temporaryRepository({
  files = { "README.md": "# A repository\n" },
  branch = "main",
  folder = "repository",
}: {
  readonly files?: Files;
  readonly branch?: string;
  /** Name of its folder, for trying out spaces and the like. */
  readonly folder?: string;
} = {}): Promise<TemporaryRepository> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "aifactory-repository-")));
  if (made.size === 0) process.once("exit", removeAll);
  made.add(parent);
  const path = join(parent, folder);
  await mkdir(path);

  const run = async (...args: readonly string[]): Promise<string> =>
    git({ cwd: path }, args, { config: ["user.name=Ada", "user.email=ada@example.invalid"] });
  const repository: TemporaryRepository = {
    path,
    git: run,
    async write(written) {
      for (const [name, text] of Object.entries(written)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), text);
      }
    },
    async commit(message, written = {}) {
      await repository.write(written);
      await run("add", "--all");
      await run("commit", "--quiet", "--allow-empty", `--message=${message}`);
      return repository.head();
    },
    status: async () => run("status", "--porcelain", "--untracked-files=all", "--ignored"),
    async branches() {
      const names = await run("for-each-ref", "--format=%(refname:short)", "refs/heads");
      return names.split("\n").filter((name) => name !== "");
    },
    read: async (name, commit = "HEAD") => run("show", `${commit}:${name}`),
    head: async (name = "HEAD") => run("rev-parse", "--verify", `${name}^{commit}`),
    remove: async () => rm(parent, { recursive: true, force: true, maxRetries: 3 }),
  };
  await run("init", "--quiet", `--initial-branch=${branch}`);
  if (Object.keys(files).length > 0) await repository.commit("Begin", files);
  return repository;
}
