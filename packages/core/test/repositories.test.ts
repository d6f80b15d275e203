import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approve, type Outcome, runTask, type TaskSpec } from "@aifactory/core";
import { run as runProcess } from "@aifactory/core/process";
import { type Script, scriptedProvider, temporaryRepository, type TemporaryRepository } from "@aifactory/core/testing";

let worktreeRoot: string;
const made: TemporaryRepository[] = [];

beforeEach(async () => {
  worktreeRoot = await mkdtemp(join(tmpdir(), "aifactory worktrees-"));
});

afterEach(async () => {
  await Promise.all(made.splice(0).map(async (repository) => repository.remove()));
  await rm(worktreeRoot, { recursive: true, force: true });
});

async function repositoryWith(options: Parameters<typeof temporaryRepository>[0] = {}): Promise<TemporaryRepository> {
  const repository = await temporaryRepository({ files: { "app.py": "x = 1\n" }, ...options });
  made.push(repository);
  return repository;
}

const turns: readonly Script[] = [
  { calls: [{ name: "write_file", input: { path: "new.py", content: "y = 2\n" } }] },
  { calls: [{ name: "finish", input: { summary: "Done." } }] },
];

function writing(files: { readonly [path: string]: string }): readonly Script[] {
  const calls = Object.entries(files).map(([path, content]) => ({ name: "write_file", input: { path, content } }));
  return [{ calls }, { calls: [{ name: "finish", input: { summary: "Done." } }] }];
}

function run(repo: string, script: readonly Script[] = turns, spec: Partial<TaskSpec> = {}): Promise<Outcome> {
  return runTask(
    { repo, prompt: "Add y", model: "scripted:one", ...spec },
    { providers: [scriptedProvider({ turns: script })], worktreeRoot },
  );
}

describe("repositories of every kind", () => {
  it("works where a path has spaces, from a folder inside it", async () => {
    const repository = await repositoryWith({ folder: "my own repository" });
    await repository.commit("Sub", { "sub folder/a.py": "1\n" });
    expect(await run(join(repository.path, "sub folder"))).toMatchObject({
      status: "ready",
      repo: repository.path,
    });
  });

  it("works in a bare repository, and merges there", async () => {
    const repository = await repositoryWith();
    const bare = join(repository.path, "..", "bare.git");
    await repository.git("clone", "--quiet", "--bare", repository.path, bare);
    const outcome = await run(bare);
    expect(outcome).toMatchObject({ status: "ready", baseRef: "refs/heads/main" });
    await approve(outcome, { unverified: true });
    expect(await repository.git(`--git-dir=${bare}`, "rev-parse", "main")).toBe(outcome.head);
  });

  it("works on a detached head, and then must be told where to merge", async () => {
    const repository = await repositoryWith();
    await repository.git("checkout", "--quiet", "--detach");
    const outcome = await run(repository.path);
    expect(outcome.status).toBe("ready");
    expect(outcome.baseRef).toBeUndefined();
    await expect(approve(outcome, { unverified: true })).rejects.toMatchObject({
      message: expect.stringContaining("into"),
    });
    await approve(outcome, { unverified: true, into: "result" });
    expect(await repository.head("result")).toBe(outcome.head);
  });

  it("works from a linked worktree, on that worktree's own head", async () => {
    const repository = await repositoryWith();
    const linked = join(repository.path, "..", "linked");
    await repository.git("worktree", "add", "--quiet", "-b", "feature", linked);
    await repository.commit("Main moves on", { "main.py": "1\n" });
    expect(await run(linked)).toMatchObject({ status: "ready", baseRef: "refs/heads/feature" });
  });

  it("works in a sparse checkout without dropping what is not checked out", async () => {
    const repository = await repositoryWith({ files: { "a/one.py": "1\n", "b/two.py": "2\n" } });
    await repository.git("sparse-checkout", "set", "a");
    const outcome = await run(repository.path);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1, deletions: 0 } });
    expect(await repository.read("b/two.py", outcome.branch)).toBe("2");
  });

  it.each(["--cone", "--no-cone"])("commits what is made outside of what a sparse checkout has: %s", async (cone) => {
    const repository = await repositoryWith({ files: { "a/one.py": "1\n", "b/two.py": "2\n" } });
    await repository.git("sparse-checkout", "set", cone, "a");
    const files = { "a/new.py": "3\n", "b/two.py": "4\n", "b/new.py": "5\n", "c/new.py": "6\n" };
    const outcome = await run(repository.path, writing(files));
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 4, deletions: 1 } });
    for (const [path, content] of Object.entries(files))
      expect(`${await repository.read(path, outcome.branch)}\n`).toBe(content);
  });

  it.each([
    ["core.ignoreCase=true", { "App.py": "1\n", "app.py": "2\n", "NEW.py": "3\n", "new.py": "4\n" }],
    ["core.safecrlf=true core.autocrlf=input", { "new.py": "1\r\n" }],
    ["diff.orderFile=missing", { "new.py": "1\n" }],
  ])("commits every file, with %s", async (settings, files) => {
    const repository = await repositoryWith();
    for (const setting of settings.split(" ")) await repository.git("config", ...setting.split("="));
    const outcome = await run(repository.path, writing(files));
    expect(outcome).toMatchObject({ status: "ready", notices: [] });
    const names = await repository.git("diff", "-O/dev/null", "--name-only", outcome.base, outcome.branch);
    expect(names.split("\n").toSorted()).toEqual(Object.keys(files).toSorted());
  });

  it("says that submodules are not checked out, and leaves them as they are", async () => {
    const inner = await repositoryWith();
    const repository = await repositoryWith();
    await repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "inner");
    await repository.commit("Add submodule");
    const outcome = await run(repository.path);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
    expect(outcome.notices).toContainEqual({ code: "submodules-empty", message: expect.stringContaining("inner") });
  });

  it("fails with what to do where a partial clone lacks the files", async () => {
    const full = await repositoryWith();
    await full.git("config", "uploadpack.allowFilter", "true");
    const folder = join(full.path, "..", "partial");
    await full.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", `file://${full.path}`, folder);
    expect(await run(folder)).toMatchObject({
      status: "failed",
      error: { code: "git", message: expect.stringContaining("check that commit out once") },
    });
  });

  it("refuses one that takes all from elsewhere, as git does for no repository", async () => {
    const repository = await repositoryWith();
    await writeFile(join(repository.path, ".git/commondir"), `${(await repositoryWith()).path}/.git\n`);
    await expect(run(repository.path)).rejects.toMatchObject({
      code: "unsupported-repo",
      message: expect.stringContaining(join(repository.path, ".git/commondir")),
    });
  });

  it("refuses a repository without a commit, with the line to type", async () => {
    const repository = await repositoryWith({ files: {} });
    await expect(run(repository.path)).rejects.toMatchObject({
      code: "unsupported-repo",
      message: expect.stringContaining("git commit"),
    });
  });

  it("fails with a sentence where a branch is named aifactory", async () => {
    const repository = await repositoryWith();
    await repository.git("branch", "aifactory");
    expect(await run(repository.path)).toMatchObject({
      status: "failed",
      error: { code: "git", message: expect.stringContaining("git branch -m aifactory") },
    });
  });

  it("reports uncommitted changes and carries none of them off", async () => {
    const repository = await repositoryWith();
    await repository.write({ "app.py": "x = 99\n", "notes.txt": "mine\n" });
    const before = await repository.status();
    const outcome = await run(repository.path);
    expect(outcome).toMatchObject({
      status: "ready",
      dirty: ["app.py", "notes.txt"],
      stat: { files: 1 },
    });
    expect(await repository.status()).toBe(before);
    expect(await repository.git("stash", "list")).toBe("");
  });

  it("starts from any commit that is named", async () => {
    const repository = await repositoryWith();
    const first = await repository.head();
    await repository.commit("Second", { "app.py": "x = 3\n" });
    const outcome = await run(repository.path, turns, { base: first });
    expect(outcome.base).toBe(first);
    expect(await repository.read("app.py", outcome.branch)).toBe("x = 1");
  });
});

describe("nothing in the repository runs", () => {
  it("whatever hooks, filters, monitors and drivers are planted", async () => {
    const repository = await repositoryWith();
    const proof = join(worktreeRoot, "..", `proof-${process.pid}-${Date.now()}`);
    const script = `#!/bin/sh\necho "$0" >> ${JSON.stringify(proof)}\ncat\n`;
    const evil = join(repository.path, ".git", "evil.sh");
    await writeFile(evil, script);
    await chmod(evil, 0o755);
    const hooks = [
      "post-checkout",
      "pre-commit",
      "post-commit",
      "reference-transaction",
      "post-index-change",
      "post-merge",
      "prepare-commit-msg",
    ];
    for (const hook of hooks) {
      await writeFile(join(repository.path, ".git", "hooks", hook), script);
      await chmod(join(repository.path, ".git", "hooks", hook), 0o755);
    }
    const settings = [
      "core.fsmonitor",
      "filter.evil.smudge",
      "filter.evil.clean",
      "filter.evil.process",
      "diff.external",
      "diff.evil.textconv",
      "merge.evil.driver",
      "core.sshCommand",
      "core.pager",
    ];
    for (const setting of settings) await repository.git("config", setting, evil);
    await repository.write({ ".gitattributes": "* filter=evil diff=evil merge=evil\n" });
    await repository.git("add", ".gitattributes");
    await repository.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message=Attributes");
    // A git that is not on its guard runs them.
    await runProcess({ command: "git", args: ["status"], cwd: repository.path });
    expect(await readFile(proof, "utf8")).toContain("evil.sh");
    await rm(proof, { force: true });

    // A model that takes over is shown the difference so far.
    const outage = { error: { code: "quota", message: "no", retryable: false } } as const;
    const outcome = await runTask(
      { repo: repository.path, prompt: "Add y", model: ["first:m", "scripted:m"] },
      {
        providers: [
          scriptedProvider({ name: "first", turns: [turns[0]!, outage] }),
          scriptedProvider({ turns: [turns[1]!] }),
        ],
        worktreeRoot,
      },
    );
    expect(outcome).toMatchObject({ status: "ready", handovers: [{ to: "scripted:m" }] });
    await approve(outcome, { unverified: true, into: "elsewhere" });
    await expect(readdir(proof)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("settings that have signatures checked", () => {
  it("run no program, and are not in the way of a change", async () => {
    const repository = await repositoryWith();
    await repository.git("branch", "other");
    const proof = join(repository.path, "..", "proof");
    const program = join(repository.path, "..", "gpg");
    await writeFile(program, `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
    for (const setting of ["log.showSignature", "merge.verifySignatures"])
      await repository.git("config", setting, "true");
    await repository.git("config", "gpg.program", program);
    const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n aaaa\\n -----END PGP SIGNATURE-----";
    const author = "author a <a@b> 1 +0000\\ncommitter a <a@b> 1 +0000";
    const sign = [
      "echo 1 > a.py; git add a.py; t=$(git write-tree); p=$(git rev-parse HEAD)",
      `c=$(printf 'tree %s\\nparent %s\\n${author}\\n${signature}\\n\\nx\\n' $t $p | git hash-object -t commit -w --stdin)`,
      "git update-ref HEAD $c; git update-ref refs/heads/other $c",
    ];
    const signed = { calls: [{ name: "run_command", input: { command: sign.join("; ") } }] };
    const outcome = await run(repository.path, [signed, turns[1]!], { sandbox: "none" });
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
    expect(await repository.git("cat-file", "commit", outcome.head)).toContain("gpgsig");
    expect(await approve(outcome, { unverified: true })).toMatchObject({ review: "approved" });
    await expect(readFile(proof)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("settings that hold in a run's worktree and nowhere else", () => {
  it.each(["onbranch:aifactory/**", "gitdir:**/worktrees/**"])("name no program that runs: %s", async (condition) => {
    const repository = await repositoryWith();
    const proof = join(repository.path, "..", "proof");
    await repository.commit("Attributes", { ".gitattributes": "* filter=evil\n" });
    const included = join(repository.path, "..", "included");
    const filter = ["smudge", "clean"].map((kind) => `\t${kind} = "touch ${proof}; cat"\n`);
    await writeFile(included, `[filter "evil"]\n${filter.join("")}`);
    await repository.git("config", `includeIf.${condition}.path`, included);
    expect(await run(repository.path)).toMatchObject({ status: "ready", stat: { files: 1 } });
    await expect(readFile(proof)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("an index in two files", () => {
  it("is read, and a change is merged where it is", async () => {
    const repository = await repositoryWith();
    await repository.git("config", "core.splitIndex", "true");
    await repository.git("update-index", "--split-index");
    await repository.commit("Second", { "b.py": "1\n" });
    const outcome = await run(repository.path);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1, deletions: 0 } });
    await approve(outcome, { unverified: true });
    expect(await repository.status()).toBe("");
  });
});

describe("a change that is merged", () => {
  it("puts no file through a filter that its own attributes name", async () => {
    const repository = await repositoryWith();
    const proof = join(repository.path, "..", "proof");
    for (const kind of ["smudge", "clean", "process"])
      await repository.git("config", `filter.evil.${kind}`, `touch ${proof}; cat`);
    const attributes: Script = {
      calls: [{ name: "write_file", input: { path: ".gitattributes", content: "* filter=evil\n" } }],
    };
    const outcome = await run(repository.path, [attributes, ...turns]);
    await approve(outcome, { unverified: true });
    expect(await readFile(join(repository.path, "new.py"), "utf8")).toBe("y = 2\n");
    await expect(readFile(proof)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("many at once", () => {
  it("ten runs on one repository: ten branches, no lost commit, the checkout as it was", async () => {
    const repository = await repositoryWith();
    await repository.write({ "app.py": "x = 7\n" });
    const before = await repository.status();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const write: Script = {
          calls: [{ name: "write_file", input: { path: `file-${index}.py`, content: `${index}\n` } }],
        };
        return run(repository.path, [write, turns[1]!]);
      }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array(10).fill("ready"));
    expect(new Set(outcomes.map(({ branch }) => branch)).size).toBe(10);
    for (const [index, { branch }] of outcomes.entries())
      expect(await repository.read(`file-${index}.py`, branch)).toBe(String(index));
    expect(await repository.status()).toBe(before);
    expect(await repository.git("fsck", "--no-progress")).toBe("");
    expect((await repository.git("worktree", "list", "--porcelain")).match(/^worktree /gm)).toHaveLength(1);
  });
});
