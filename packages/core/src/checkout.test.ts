import { access, chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freshCheckout, git, tryGit } from "./git.js";
import { temporaryRepository, type TemporaryRepository } from "./testing/temporary-repository.js";

let repository: TemporaryRepository;
let directory: string;

beforeEach(async () => {
  repository = await temporaryRepository({
    files: { "a.txt": "one\n" },
    folder: 'a "quoted" folder',
  });
  directory = await mkdtemp(join(tmpdir(), "aifactory-checkout "));
});

afterEach(async () => {
  await repository.remove();
  await rm(directory, { recursive: true, force: true });
});

describe("freshCheckout", () => {
  it("lays out exactly the commit, from a path with spaces and quotes", async () => {
    const first = await repository.head();
    await repository.commit("Second", { "a.txt": "two\n", "b.txt": "new\n" });
    const place = await freshCheckout({ repo: repository.path, commit: first, directory });
    expect(await readFile(join(directory, "a.txt"), "utf8")).toBe("one\n");
    expect(await git(place, ["rev-parse", "HEAD"])).toBe(first);
    expect(await git(place, ["status", "--porcelain"])).toBe("");
    await expect(access(join(directory, "b.txt"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("runs nothing that was planted in the repository", async () => {
    const mark = join(directory, "planted-ran");
    await repository.commit("Attributes", { ".gitattributes": "* filter=evil\n" });
    await repository.write({ ".git/hooks/post-checkout": `#!/bin/sh\ntouch "${mark}"\n` });
    await chmod(join(repository.path, ".git/hooks/post-checkout"), 0o755);
    for (const setting of [
      ["filter.evil.smudge", `touch "${mark}"; cat`],
      ["core.fsmonitor", `touch "${mark}"`],
      ["core.hooksPath", ".git/hooks"],
    ] as const)
      await tryGit({ cwd: repository.path }, ["config", ...setting]);
    await freshCheckout({
      repo: repository.path,
      commit: await repository.head(),
      directory: join(directory, "tree"),
    });
    expect(await readFile(join(directory, "tree", "a.txt"), "utf8")).toBe("one\n");
    await expect(access(mark)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("works for linked worktrees, bare and sha256 repositories, with its data elsewhere", async () => {
    const linked = join(directory, "linked");
    const bare = join(directory, "bare.git");
    const long = join(directory, "long");
    await repository.git("worktree", "add", "--detach", linked);
    await repository.git("clone", "--quiet", "--bare", repository.path, bare);
    await git({ cwd: directory }, ["init", "--quiet", "--object-format=sha256", long]);
    await git({ cwd: long }, ["commit", "--quiet", "--allow-empty", "--message=One"]);
    for (const [index, repo] of [linked, bare, long].entries()) {
      const commit = await git({ cwd: repo }, ["rev-parse", "HEAD"]);
      const tree = join(directory, `tree-${index}`);
      const place = await freshCheckout({
        repo,
        commit,
        directory: tree,
        gitDir: join(directory, `git-${index}`),
      });
      expect(await git(place, ["rev-parse", "HEAD"])).toBe(commit);
      await expect(access(join(tree, ".git"))).rejects.toMatchObject({ code: "ENOENT" });
    }
  });

  it("says what git says when the commit is missing", async () => {
    const missing = "1".repeat(40);
    await expect(freshCheckout({ repo: repository.path, commit: missing, directory })).rejects.toMatchObject({
      code: "git",
    });
  });
});
