import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { approve, listRuns, type Outcome, runTask, toError } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();
const execFileP = promisify(execFile);

function start(path = "a.py"): Promise<Outcome> {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
  return runTask(task, {
    providers: [scriptedProvider({ turns: [write(path), done] })],
    worktreeRoot: bench.worktreeRoot,
  });
}

describe("the name of a branch to approve into", () => {
  it("is refused where no branch can be called that, and nothing is written down", async () => {
    const { repository } = bench;
    const outcome = await start();
    await repository.git("branch", "topic/one");
    const branches = await repository.branches();
    const journal = join(repository.path, ".git/aifactory/runs", outcome.id, "journal.jsonl");
    const before = await readFile(journal, "utf8");
    const odd = ["", " ", "a b", "a..b", "x\ny", "x\0y", "main~0", "-d", "HEAD", "@{-1}", "a.lock", "refs/tags/x"];
    const names = [...odd, "refs/heads/", "refs/heads/refs/heads/main", "main/x", "topic", outcome.branch];
    for (const into of names) {
      const refused = await approve(outcome, { into, unverified: true }).catch(toError);
      expect({ into, refused }).toMatchObject({ into, refused: { code: "invalid-spec" } });
    }
    expect(await readFile(journal, "utf8")).toBe(before);
    expect(await repository.branches()).toEqual(branches);
    expect(await listRuns(repository.path)).toMatchObject([{ state: "waiting" }]);
    await approve(outcome, { unverified: true });
    expect(await repository.head("main")).toBe(outcome.head);
  });

  it("may be its name in full, and that of a new branch", async () => {
    const { repository } = bench;
    const outcome = await start();
    await approve(outcome, { into: "refs/heads/main", unverified: true });
    expect(await repository.head("main")).toBe(outcome.head);
    expect(await repository.status()).toBe("");
    const next = await start("b.py");
    await approve(next, { into: "topic/new", unverified: true });
    expect((await repository.branches()).filter((name) => !name.startsWith("aifactory/"))).toEqual([
      "main",
      "topic/new",
    ]);
    expect(await repository.head("topic/new")).toBe(next.head);
  });
});

describe("a branch that is another name for one", () => {
  it.each([
    ["main is checked out by its own name", []],
    ["main is checked out by the other one", ["symbolic-ref", "HEAD", "refs/heads/master"]],
  ])("stands for it, and the checkout follows: %s", async (_how, more) => {
    const { repository } = bench;
    await repository.git("symbolic-ref", "refs/heads/master", "refs/heads/main");
    if (more.length > 0) await repository.git(...more);
    const outcome = await start();
    await approve(outcome, { into: "master", unverified: true });
    expect(await repository.head("main")).toBe(outcome.head);
    expect(await repository.git("symbolic-ref", "refs/heads/master")).toBe("refs/heads/main");
    expect(await repository.status()).toBe("");
    expect(await readFile(join(repository.path, "a.py"), "utf8")).toBe("1\n");
  });

  it("is left alone while its branch is checked out with uncommitted changes", async () => {
    const { repository } = bench;
    await repository.git("symbolic-ref", "refs/heads/master", "refs/heads/main");
    const outcome = await start();
    await repository.write({ "app.py": "mine\n" });
    const refused = approve(outcome, { into: "master", unverified: true });
    await expect(refused).rejects.toMatchObject({ code: "conflict" });
    expect(await repository.head("main")).toBe(outcome.base);
  });

  it.each([
    ["a tag", "refs/tags/one", "refs/tags/one"],
    ["itself", "refs/heads/master", "a name for itself"],
  ])("is refused where it is %s", async (_what, target, named) => {
    const { repository } = bench;
    await repository.git("tag", "one");
    await repository.git("symbolic-ref", "refs/heads/master", "refs/heads/other");

    await repository.git("symbolic-ref", "refs/heads/other", target);
    const outcome = await start();
    const refused = { code: "conflict", message: expect.stringContaining(named) };
    await expect(approve(outcome, { into: "master", unverified: true })).rejects.toMatchObject(refused);
    expect(await repository.git("rev-parse", "refs/tags/one")).toBe(outcome.base);
  });
});

describe("a branch that git is at work on", () => {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"];

  it.each([
    ["a rebase", ["-c", "sequence.editor=sed -i s/pick/edit/", "rebase", "-i", "HEAD~1"], ["rebase", "--abort"]],
    ["a rebase by patches", ["rebase", "--apply", "other"], ["rebase", "--abort"]],
    ["a bisection", ["bisect", "start", "HEAD", "HEAD~2"], ["bisect", "reset"]],
  ])("is not moved, here and in another checkout: %s", async (_what, begin, end) => {
    const { repository } = bench;
    const linked = join(repository.path, "..", "linked");
    await repository.git("branch", "other");
    await repository.commit("One", { "c.py": "1\n" });
    await repository.commit("Two", { "c.py": "2\n" });
    await repository.git("worktree", "add", "--quiet", linked, "other");
    await writeFile(join(linked, "c.py"), "3\n");
    await repository.git("-C", linked, "add", ".");
    await repository.git("-C", linked, ...identity, "commit", "--quiet", "--message=Other");
    const outcome = await start();
    const refused = { code: "conflict", message: expect.stringContaining("of main is under way") };
    // One by patches stops at its conflict.
    const user = (...args: readonly string[]) => execFileP("git", [...identity, ...args], { cwd: repository.path });
    await user(...begin).catch(() => {});
    await expect(approve(outcome, { unverified: true })).rejects.toMatchObject(refused);
    await expect(approve({ ...outcome, repo: linked }, { unverified: true })).rejects.toMatchObject(refused);
    expect(await repository.head("main")).toBe(outcome.base);
    await user(...end);
    await approve(outcome, { unverified: true });
    expect(await repository.head()).toBe(outcome.head);
    expect(await repository.status()).toBe("");
  });
});

describe("a rebase that a model began in the run's own checkout", () => {
  it("holds nothing up", async () => {
    const { repository } = bench;
    const outcome = await start();
    const planted = join(repository.path, ".git/worktrees", outcome.id, "rebase-merge");
    await mkdir(planted, { recursive: true });
    await writeFile(join(planted, "head-name"), "refs/heads/main\n");
    await approve(outcome, { unverified: true });
    expect(await repository.head("main")).toBe(outcome.head);
  });
});

describe("a base branch that is not there any more", () => {
  it.each([
    ["renamed", ["branch", "-m", "main", "trunk"], "trunk"],
    ["deleted", ["checkout", "--quiet", "-B", "trunk", "main"], "trunk"],
  ])("is not made again: %s", async (how, move, name) => {
    const { repository } = bench;
    const outcome = await start();
    await repository.git(...move);
    if (how === "deleted") await repository.git("branch", "--quiet", "-D", "main");
    const refused = {
      code: "moved",
      message: expect.stringContaining("main, from which the run started, is not there"),
    };
    await expect(approve(outcome, { unverified: true })).rejects.toMatchObject(refused);
    expect(await repository.branches()).toEqual([outcome.branch, name]);
    expect(await listRuns(repository.path)).toMatchObject([{ state: "waiting" }]);
    await approve(outcome, { into: name, unverified: true });
    expect(await repository.head()).toBe(outcome.head);
    expect(await repository.status()).toBe("");
  });

  it("is made again when it is named", async () => {
    const { repository } = bench;
    const outcome = await start();
    await repository.git("branch", "-m", "main", "trunk");
    await approve(outcome, { into: "main", unverified: true });
    expect(await repository.head("main")).toBe(outcome.head);
    expect(await repository.head("trunk")).toBe(outcome.base);
  });
});
