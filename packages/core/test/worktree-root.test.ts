import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runTask } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { attack, command } from "./hostile-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();

for (const sandbox of ["auto", "none"] as const) {
  it(`a folder for worktrees that is behind a symlink is like any other (sandbox: ${sandbox})`, async () => {
    const real = join(bench.worktreeRoot, "real");
    const worktreeRoot = join(bench.worktreeRoot, "link");
    await mkdir(real);
    await symlink(real, worktreeRoot);
    const listed = { calls: [{ name: "list_files", input: {} }] };
    const read = { calls: [{ name: "read_file", input: { path: "b.py" } }] };
    const turns = [write("a.py"), command("echo 2 > b.py && git status --short"), listed, read];
    const { outcome, told } = await attack(bench, turns, { sandbox }, { worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 3 } });
    expect(told[0]).toBe("Wrote a.py (2 lines).");
    expect(told[1]).toContain("?? b.py");
    expect(told[2]).toBe("a.py\napp.py\nb.py");
    expect(told[3]).toBe("2");
    expect((await readdir(real, { recursive: true })).filter((path) => path.includes("/"))).toEqual([]);
  });
}

it("a cache folder that is named relative to wherever we stand is passed over", async () => {
  const { repository, worktreeRoot } = bench;
  const [cwd, variables] = [process.cwd(), { HOME: worktreeRoot, XDG_CACHE_HOME: "cache" }];
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  process.chdir(repository.path);
  try {
    const providers = [scriptedProvider({ turns: [command("pwd > place.txt"), done] })];
    const outcome = await runTask({ repo: ".", prompt: "Do it", model: "scripted:m", sandbox: "none" }, { providers });
    expect(outcome.status).toBe("ready");
    const place = await repository.read("place.txt", outcome.branch);
    expect(place.startsWith(join(worktreeRoot, ".cache/aifactory/worktrees"))).toBe(true);
    expect(await repository.status()).toBe("");
    expect(await readdir(repository.path)).not.toContain("cache");
  } finally {
    process.chdir(cwd);
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

it("files that can't be laid out leave no worktree and no branch", async () => {
  const { repository, worktreeRoot } = bench;
  const blob = await repository.git("rev-parse", "HEAD:app.py");
  await rm(join(repository.path, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  const before = await repository.git("worktree", "list");
  const providers = [scriptedProvider({ turns: [write("a.py"), done] })];
  const task = { repo: repository.path, prompt: "Do it", model: "scripted:m" };
  const outcome = await runTask(task, { providers, worktreeRoot });
  expect(outcome).toMatchObject({ status: "failed", error: { code: "git" }, notices: [] });
  expect(await repository.git("worktree", "list")).toBe(before);
  expect(await repository.branches()).toEqual(["main"]);
});

it("a repository whose path has a line end in it is refused, with the cure", async () => {
  const folder = join(bench.worktreeRoot, "a\nb");
  await bench.repository.git("clone", "--quiet", bench.repository.path, folder);
  const run = runTask(
    { repo: folder, prompt: "Do it", model: "scripted:m" },
    { providers: [scriptedProvider({ turns: [] })] },
  );
  await expect(run).rejects.toMatchObject({
    code: "unsupported-repo",
    message: expect.stringContaining("line end in its path"),
  });
});
