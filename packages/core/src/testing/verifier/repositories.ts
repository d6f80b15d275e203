import assert from "node:assert/strict";
import { access, chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../../git.js";
import type { VerifierBehaviour } from "./bench.js";
import type { TemporaryRepository } from "../temporary-repository.js";
import { assertStatus } from "./verdicts.js";

/** What a verifier does to a repository: it reads two commits and nothing else. */
export const repositories: readonly VerifierBehaviour[] = [
  {
    name: "the repository is as it was: files, index, references, settings, worktrees, objects",
    async run(bench) {
      const made = await bench.scene("passes");
      await made.repository.write({ "untracked.txt": "mine\n" });
      const before = await picture(made.repository);
      await bench.verify(made);
      assert.deepEqual(await picture(made.repository), before);
      await made.repository.git("fsck", "--strict");
    },
  },
  {
    name: "it is as it was after tests that hang, too",
    async run(bench) {
      const made = await bench.scene("hangs");
      const before = await picture(made.repository);
      await bench.verify(made, { options: { ...bench.options, ...bench.shortly } });
      assert.deepEqual(await picture(made.repository), before);
    },
  },
  {
    name: "hooks, filters and monitors of the repository do not run",
    async run(bench) {
      const made = await bench.scene("passes");
      const { repository } = made;
      const folder = await mkdtemp(join(tmpdir(), "aifactory-planted-"));
      try {
        const mark = join(folder, "ran");
        const hooks = ["post-checkout", "post-index-change", "reference-transaction", "pre-commit", "post-merge"];
        await repository.write(
          Object.fromEntries(hooks.map((hook) => [`.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >> "${mark}"\n`])),
        );
        for (const hook of hooks) await chmod(join(repository.path, ".git/hooks", hook), 0o755);
        await repository.write({ ".git/info/attributes": "* filter=planted\n" });
        await repository.git("config", "filter.planted.smudge", `sh -c 'echo smudge >> "${mark}"; cat'`);
        await repository.git("config", "filter.planted.clean", `sh -c 'echo clean >> "${mark}"; cat'`);
        await repository.git("config", "core.fsmonitor", `sh -c 'echo monitor >> "${mark}"'`);
        assertStatus(await bench.verify(made), "passed");
        await assert.rejects(access(mark), "something that was planted in the repository ran");
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: "the commit is judged, not the files that lie about",
    async run(bench) {
      const made = await bench.scene("fails");
      const other = await bench.scene("passes");
      // The working tree now has what would pass, and the commit has not.
      for (const path of (await other.repository.git("ls-files")).split("\n"))
        await made.repository.write({ [path]: await other.repository.read(path) });
      assertStatus(await bench.verify(made), "failed");
    },
  },
  {
    name: "bare repositories, linked worktrees and paths with spaces work",
    async run(bench) {
      const made = await bench.scene("passes", "a repository with spaces");
      const folder = await mkdtemp(join(tmpdir(), "aifactory-places-"));
      try {
        await made.repository.git("clone", "--quiet", "--bare", made.repository.path, join(folder, "bare.git"));
        await made.repository.git("worktree", "add", "--quiet", "--detach", join(folder, "linked"));
        for (const repo of [made.repository.path, join(folder, "bare.git"), join(folder, "linked")])
          assertStatus(await bench.verify(made, { repo }), "passed");
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];

/** Everything about a repository that a reader must leave alone. */
async function picture(repository: TemporaryRepository): Promise<object> {
  const { path } = repository;
  const objects = (await readdir(join(path, ".git/objects"), { recursive: true })).toSorted();
  return {
    index: (await readFile(join(path, ".git/index"))).toString("base64"),
    indexTime: (await stat(join(path, ".git/index"))).mtimeMs,
    config: await readFile(join(path, ".git/config"), "utf8"),
    head: await readFile(join(path, ".git/HEAD"), "utf8"),
    top: (await readdir(join(path, ".git"))).toSorted(),
    files: (await readdir(path)).toSorted(),
    references: await git({ cwd: path }, ["for-each-ref", "--format=%(refname) %(objectname)"]),
    worktrees: await git({ cwd: path }, ["worktree", "list", "--porcelain"]),
    status: await repository.status(),
    objects,
  };
}
