import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outcome } from "@aifactory/core";
import { childEnvironment, run } from "@aifactory/core/process";
import { temporaryRepository } from "@aifactory/core/testing";
import { attack, command } from "./hostile-model.js";
import { workbench } from "./workbench.js";

const bench = workbench();

/** Plants without a sandbox. `$d` is the shared git directory. */
async function plant(line: string): Promise<Outcome> {
  const { outcome } = await attack(bench, [command(`d=$(realpath $(git rev-parse --git-common-dir)); ${line}`)], {
    sandbox: "none",
  });
  expect(outcome).toMatchObject({ status: "ready", models: [{ isolation: "none" }] });
  return outcome;
}

/** Git as its user runs it, with nothing switched off. */
async function usersGit(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run({ command: "git", args, cwd, env: childEnvironment({}) });
  return stdout + stderr;
}

/** What is told of the git directory. */
function changes({ notices }: Outcome): string {
  return notices.find(({ code }) => code === "git-changed")?.message ?? "";
}

describe("what a model plants in git directories within the shared one", () => {
  it("a submodule's own: is put back, and its user's git doesn't run it", async () => {
    const { repository } = bench;
    const library = await temporaryRepository();
    const proof = join(repository.path, "..", "proof");
    const allow = ["-c", "protocol.file.allow=always"];
    await repository.git(...allow, "submodule", "--quiet", "add", "--name", "deep/lib", library.path, "lib");
    await repository.git("commit", "--quiet", "--message=Submodule");
    const config = join(repository.path, ".git/modules/deep/lib/config");
    const before = await readFile(config, "utf8");
    const evil = `printf '#!/bin/sh\\ntouch ${proof}\\n' > "$d/modules/deep/lib/hooks/post-checkout"; chmod +x "$d"/modules/deep/lib/hooks/*`;
    const outcome = await plant(
      `git config --file "$d/modules/deep/lib/config" core.fsmonitor "touch ${proof}; false"; ${evil}`,
    );
    await usersGit(repository.path, "status");
    await usersGit(join(repository.path, "lib"), "checkout", "--quiet", "-B", "x");
    await expect(realpath(proof)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readFile(config, "utf8")).toBe(before);
    const files = "modules/deep/lib/config, modules/deep/lib/hooks/post-checkout";
    expect(changes(outcome)).toContain(files);
    await library.remove();
  });

  it("a link in the place of a submodule's own: is taken away", async () => {
    const { repository } = bench;
    const own = join(repository.path, ".git/modules/lib");
    await mkdir(own, { recursive: true });
    for (const name of ["HEAD", "config"]) await writeFile(join(own, name), name);
    const outcome = await plant(`mv "$d/modules/lib" ${bench.worktreeRoot}/moved; ln -s ../evil "$d/modules/lib"`);
    expect(changes(outcome)).toContain("Put back as before: modules/lib, modules/lib/HEAD, modules/lib/config;");
    expect(await readFile(join(own, "config"), "utf8")).toBe("config");
  });

  it.each([".git", ".git/worktrees/linked"])("a place to take the rest from, in %s: is put back", async (entry) => {
    const { repository } = bench;
    const linked = join(repository.path, "..", "linked");
    await repository.git("worktree", "add", "--quiet", "--detach", linked);
    const evil = join(repository.path, "..", "evil");
    const proof = join(repository.path, "..", "proof");
    const outcome = await plant(
      `cp -r "$d" ${evil}; rm -rf ${evil}/worktrees; git config --file ${evil}/config core.fsmonitor "touch ${proof}; false"; ` +
        `echo ${evil} > ${join(repository.path, entry)}/commondir`,
    );
    for (const cwd of [repository.path, linked]) await usersGit(cwd, "status");
    await expect(realpath(proof)).rejects.toMatchObject({ code: "ENOENT" });
    const file = `Put back as before: ${join(entry, "commondir").slice(".git/".length)};`;
    expect(changes(outcome)).toContain(file);
    expect(await repository.status()).toBe("");
  });

  it("settings of another checkout of the user's: are put back", async () => {
    const { repository } = bench;
    const linked = join(repository.path, "..", "linked");
    const proof = join(repository.path, "..", "proof");
    await repository.git("config", "extensions.worktreeConfig", "true");
    await repository.git("worktree", "add", "--quiet", "--detach", linked);
    const outcome = await plant(
      `git config --file "$d/worktrees/linked/config.worktree" core.fsmonitor "touch ${proof}; false"`,
    );
    await usersGit(linked, "status");
    await expect(realpath(proof)).rejects.toMatchObject({ code: "ENOENT" });
    expect(changes(outcome)).toContain("worktrees/linked/config.worktree");
  });

  it("stays where their user adds or removes some meanwhile", async () => {
    const { repository } = bench;
    const linked = join(repository.path, "..", "linked");
    const added = join(repository.path, "..", "added");
    await repository.git("worktree", "add", "--quiet", "--detach", linked);
    const { outcome } = await attack(
      bench,
      [
        async () => {
          await repository.git("worktree", "remove", linked);
          await repository.git("worktree", "add", "--quiet", "--detach", added);
          await mkdir(join(repository.path, ".git/modules/new"), { recursive: true });
          await writeFile(join(repository.path, ".git/modules/new/config"), "");
          return command("true");
        },
      ],
      { sandbox: "none" },
    );
    expect(outcome.notices).toEqual([]);
    expect(await repository.git("worktree", "list")).toContain("added");
    expect(await repository.git("worktree", "list")).not.toContain("linked");
    expect(await readFile(join(repository.path, ".git/modules/new/config"), "utf8")).toBe("");
  });
});

describe("what a checkout of the user's is on", () => {
  it.each([
    ["past git", 'echo "ref: refs/heads/other" > "$d/HEAD"; echo "ref: refs/heads/other" > "$d/worktrees/linked/HEAD"'],
    [
      "with settings that can't be read",
      'echo "ref: refs/heads/other" | tee "$d/HEAD" > "$d/worktrees/linked/HEAD"; echo broken > "$d/config"',
    ],
    ["to a commit", 'git rev-parse HEAD^ > "$d/HEAD"; git rev-parse HEAD^ > "$d/worktrees/linked/HEAD"'],
  ])("goes back: %s", async (_how, line) => {
    const { repository } = bench;
    const linked = join(repository.path, "..", "linked");
    await repository.commit("Second");
    await repository.git("branch", "other", "HEAD^");
    await repository.git("worktree", "add", "--quiet", linked);
    const outcome = await plant(line);
    expect(changes(outcome)).toMatch(/Put back as before: HEAD, (?:config, )?worktrees\/linked\/HEAD;/);
    for (const cwd of [repository.path, linked]) expect(await usersGit(cwd, "status", "--porcelain")).toBe("");
    expect((await usersGit(linked, "branch", "--show-current")).trim()).toBe("linked");
  });

  it("is told once where it is a branch without a commit, and left", async () => {
    const line = 'echo "ref: refs/heads/new" > "$(git rev-parse --git-common-dir)/HEAD"';
    const { outcome } = await attack(bench, [command(line), command("echo 1 > a.py")], { sandbox: "none" });
    expect(outcome.notices).toHaveLength(1);
    expect(changes(outcome)).toContain("which may have been you; if not, go back: HEAD.");
    expect(await readFile(join(bench.repository.path, ".git/HEAD"), "utf8")).toBe("ref: refs/heads/new\n");
  });

  it.each([
    ["another branch", ["switch", "--quiet", "--create", "mine"]],
    ["a commit", ["checkout", "--quiet", "--detach"]],
    ["a new name", ["branch", "-m", "main", "trunk"]],
  ])("stays where its user moves it: %s", async (_what, line) => {
    const { repository } = bench;
    const mine = async () => {
      await usersGit(repository.path, ...line);
      return command("true");
    };
    const { outcome } = await attack(bench, [mine], { sandbox: "none" });
    expect(changes(outcome)).not.toContain("HEAD");
    expect((await usersGit(repository.path, "branch", "--show-current")).trim()).not.toBe("main");
  });
});

it("what git keeps house with is nobody's doing", async () => {
  const { repository } = bench;
  const mine = async () => {
    await usersGit(repository.path, "gc", "--quiet");
    await usersGit(repository.path, "update-server-info");
    return command("true");
  };
  const { outcome } = await attack(bench, [mine], { sandbox: "none" });
  expect(outcome.notices).toEqual([]);
});

describe("what takes the place of a ref", () => {
  it("a file of that name is taken away", async () => {
    const { repository } = bench;
    await repository.commit("Second");
    await repository.git("branch", "feature/x");
    const main = await repository.head();
    const outcome = await plant(
      `git rev-parse HEAD^ > "$d/main"; mkdir "$d/feature"; git rev-parse HEAD^ > "$d/feature/x"`,
    );
    expect((await usersGit(repository.path, "rev-parse", "main")).trim()).toBe(main);
    expect((await usersGit(repository.path, "rev-parse", "feature/x")).trim()).toBe(main);
    expect(outcome.notices).toMatchObject([
      { code: "git-changed", message: expect.stringContaining("feature/x, main;") },
    ]);
  });

  it.each([
    ["a tag", "git tag main HEAD^"],
    ["a ref of no kind", "git update-ref refs/main HEAD^"],
  ])("%s of that name is taken away", async (_what, line) => {
    const { repository } = bench;
    await repository.commit("Second");
    const outcome = await plant(line);
    expect((await usersGit(repository.path, "rev-parse", "main")).trim()).toBe(await repository.head());
    expect(changes(outcome)).toMatch(/before the run moved them: refs\/(?:tags\/)?main \(from /);
  });

  it("a tag of that name that its user makes meanwhile stays", async () => {
    const { repository } = bench;
    const mine = async () => {
      await repository.git("tag", "main");
      return command("true");
    };
    const { outcome } = await attack(bench, [mine], { sandbox: "none" });
    expect(await repository.git("tag", "--list")).toBe("main");
    expect(changes(outcome)).toContain("it may have been you");
  });
});

describe("a history that a model cuts off", () => {
  it("is whole again", async () => {
    const { repository } = bench;
    await repository.commit("Second");
    const outcome = await plant(
      `echo broken > "$d/config"; git rev-parse HEAD > "$d/shallow" || true; cp "$d/refs/heads/main" "$d/shallow"`,
    );
    expect(await repository.git("rev-list", "--count", "main")).toBe("2");
    expect(await repository.git("rev-list", "--count", outcome.branch)).toBe("3");
    expect(changes(outcome)).toContain("Put back as before: config, shallow;");
  });

  it("stays as it is where its user fetches a part of another", async () => {
    const { repository } = bench;
    const far = await temporaryRepository({ branch: "far" });
    await far.commit("Far");
    const { outcome } = await attack(
      bench,
      [
        async () => {
          await repository.git("fetch", "--quiet", "--depth=1", `file://${far.path}`, "far:far");
          return command("true");
        },
      ],
      { sandbox: "none" },
    );
    expect(await repository.git("rev-list", "--count", "far")).toBe("1");
    expect(changes(outcome)).not.toContain("shallow");
    await repository.git("fsck");
    await far.remove();
  });
});
