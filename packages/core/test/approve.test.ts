import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { approve, openRun, type Outcome, runTask, type TaskSpec } from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { command } from "./hostile-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

function start(turns: readonly Script[], spec: Partial<TaskSpec> = {}): Promise<Outcome> {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec };
  return runTask(task, {
    providers: [scriptedProvider({ turns: [...turns, done] })],
    worktreeRoot: bench.worktreeRoot,
  });
}

describe("approving where the checkout has files that are in no commit", () => {
  it.each([
    ["an ignored file", { "local.cfg": "mine\n" }, 'echo theirs > local.cfg; echo "" > .gitignore', "local.cfg"],
    ["an ignored folder where a file comes", { "data/one.db": "mine\n" }, "echo theirs > data", "data/one.db"],
    [
      "an ignored file where a folder comes",
      { "local.cfg": "mine\n" },
      "mkdir local.cfg; echo 1 > local.cfg/a",
      "local.cfg",
    ],
    ["a file that git does not know", { "notes.txt": "mine\n" }, "echo theirs > notes.txt", "notes.txt"],
    [
      "a name that steers",
      { "\u001b]0;x\u0007.py": "mine\n" },
      "touch \"$(printf '\\033]0;x\\007.py')\"",
      "\\u001b]0;x\\u0007.py",
    ],
  ])("writes over none, and merges nothing: %s", async (_what, mine, line, named) => {
    const { repository } = bench;
    await repository.commit("Ignore", { ".gitignore": "local.cfg\ndata/\n" });
    await repository.write(mine);
    const outcome = await start([command(`rm .gitignore; ${line}`)]);
    const message = expect.stringContaining(`in no commit: ${named.startsWith("\\") ? `"${named}"` : named}. `);
    await expect(approve(outcome, { unverified: true })).rejects.toMatchObject({ code: "conflict", message });
    for (const [path, content] of Object.entries(mine))
      expect(await readFile(join(repository.path, path), "utf8")).toBe(content);
    expect(await repository.head("main")).toBe(outcome.base);
    expect((await openRun(outcome)).outcome.review).toBe("pending");
  });

  it("merges a file where a folder was, a folder where a file was, and new files beside what is ignored", async () => {
    const { repository } = bench;
    await repository.commit("Start", { ".gitignore": "*.log\n", file: "1\n", "folder/a": "1\n", "other/a": "1\n" });
    await repository.write({ "other/mine.log": "mine\n" });
    const outcome = await start([
      command("rm -r file folder; mkdir file; echo 2 > file/a; echo 2 > folder; echo 2 > other/b"),
    ]);
    await approve(outcome, { unverified: true });
    expect(await repository.status()).toBe("!! other/mine.log");
    expect(await readFile(join(repository.path, "other/mine.log"), "utf8")).toBe("mine\n");
  });
});

describe("approving where the git directory is elsewhere", () => {
  const elsewhere = (): string => join(bench.repository.path, "..", "store");
  it.each([
    ["by --separate-git-dir", async () => bench.repository.git("init", "--quiet", "--separate-git-dir", elsewhere())],
    [
      "by a link",
      async () => {
        await rename(join(bench.repository.path, ".git"), elsewhere());
        await symlink(elsewhere(), join(bench.repository.path, ".git"));
      },
    ],
  ])("moves the checkout that was named: %s", async (_how, move) => {
    const { repository } = bench;
    await move();
    const outcome = await start([write("a.py")]);
    await approve(outcome, { unverified: true });
    expect(await repository.head()).toBe(outcome.head);
    expect(await repository.status()).toBe("");
    expect(await readFile(join(repository.path, "a.py"), "utf8")).toBe("1\n");
  });

  it("moves a submodule's checkout", async () => {
    const { repository } = bench;
    const outer = join(repository.path, "..", "outer");
    await repository.git("init", "--quiet", outer);
    const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repository.path, "inner"];
    await repository.git("-C", outer, ...add);
    const inner = join(outer, "inner");
    const outcome = await start([write("a.py")], { repo: inner });
    await approve(outcome, { unverified: true });
    expect(await repository.git("-C", inner, "rev-parse", "HEAD")).toBe(outcome.head);
    expect(await repository.git("-C", inner, "status", "--porcelain")).toBe("");
  });

  it("refuses where the settings name another folder as the checkout", async () => {
    const { repository } = bench;
    const other = join(repository.path, "..", "other");
    await mkdir(other);
    await repository.git("config", "core.worktree", other);
    const outcome = await start([write("a.py")]);
    const message = expect.stringContaining("settings may name another folder");
    await expect(approve(outcome, { unverified: true })).rejects.toMatchObject({ code: "conflict", message });
    expect([await readdir(other), await readdir(repository.path)]).toEqual([[], [".git", "app.py"]]);
    await approve(outcome, { unverified: true, into: "elsewhere" });
  });
});

describe("settings that say how to merge", () => {
  it.each(["--squash", "-s ours", "--no-commit", "--no-ff", "--autostash", "-X theirs"])(
    "have no say: branch.main.mergeOptions = %s",
    async (options) => {
      const { repository } = bench;
      const outcome = await start([write("a.py")]);
      await repository.git("config", "branch.main.mergeOptions", options);
      expect(await approve(outcome, { unverified: true })).toMatchObject({ review: "approved" });
      expect(await repository.head("main")).toBe(outcome.head);
      expect(await repository.status()).toBe("");
      expect(await readFile(join(repository.path, "a.py"), "utf8")).toBe("1\n");
    },
  );
});

describe("approving where git can't go on", () => {
  it("puts the checkout back when its branch is held after its files were laid out", async () => {
    const { repository } = bench;
    await repository.commit("Start", { ".gitignore": "*.log\n", "folder/a": "1\n" });
    await repository.write({ "mine.log": "mine\n" });
    const outcome = await start([command("rm -r folder; echo 2 > folder; echo 2 > app.py; mkdir new; echo 2 > new/b")]);
    const lock = join(repository.path, ".git/refs/heads/main.lock");
    await writeFile(lock, "");
    await expect(approve(outcome, { unverified: true })).rejects.toMatchObject({ code: "conflict" });
    expect(await repository.status()).toBe("!! mine.log");
    expect(await readFile(join(repository.path, "app.py"), "utf8")).toBe("x = 1\n");
    expect((await readdir(repository.path)).toSorted()).toEqual([".git", ".gitignore", "app.py", "folder", "mine.log"]);
    await rm(lock);
    await approve(outcome, { unverified: true });
    expect(await repository.head("main")).toBe(outcome.head);
    expect(await repository.status()).toBe("!! mine.log");
  });
});
