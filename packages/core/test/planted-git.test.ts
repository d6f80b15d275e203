import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliAgent, listRuns, type Outcome, resumeTask, runTask } from "@aifactory/core";
import { probeSandbox, run as runProcess } from "@aifactory/core/process";
import { type Script, type ScriptedTurn, scriptedProvider } from "@aifactory/core/testing";
import { bundle } from "../../../test/bundle.js";
import { attack, command } from "./hostile-model.js";
import { done } from "./turns.js";
import { workbench, write } from "./workbench.js";

const probe = await probeSandbox();
const bench = workbench();

const commit = "echo 1 > landed.py; git add .; git -c user.name=a -c user.email=a@b commit --quiet -m x";

/** Lets a model play its turns without a sandbox around its commands. */
async function unconfined(turns: readonly Script[]): Promise<Outcome> {
  const { outcome } = await attack(bench, turns, { sandbox: "none" });
  expect(outcome).toMatchObject({ status: "ready", models: [{ isolation: "none" }] });
  return outcome;
}

describe("what a model plants in the git directory", () => {
  const plant = (proof: string): ScriptedTurn => {
    const hook = `printf '#!/bin/sh\\ntouch ${proof}\\n' > "$d/hooks/post-checkout"; chmod +x "$d/hooks/post-checkout"`;
    const settings = `git config core.fsmonitor "touch ${proof}"; git config filter.evil.clean "touch ${proof}"`;
    const refs = "git branch -D keep; git tag planted; git replace HEAD HEAD^";
    const objects = `mkdir -p "$d/objects/info"; echo /tmp > "$d/objects/info/alternates"`;
    return command(`d=$(git rev-parse --git-common-dir); ${hook}; ${settings}; ${objects}; ${refs}`);
  };

  it("without a sandbox: it is put back and reported, and runs in none of our commands", async () => {
    const { repository } = bench;
    await repository.commit("Second");
    await repository.git("branch", "keep");
    const proof = join(repository.path, "..", "proof");
    const before = await readFile(join(repository.path, ".git/config"), "utf8");
    const outcome = await unconfined([plant(proof)]);
    expect(outcome.notices).toMatchObject([{ code: "git-changed" }]);
    const told = outcome.notices[0]?.message ?? "";
    const files = "config, hooks/post-checkout, objects/info/alternates";
    const replaced = `before the run moved them: refs/replace/${outcome.base} (from `;
    const undo = "git update-ref -d refs/tags/planted";
    for (const fact of [files, replaced, "deleted: refs/heads/keep", undo]) expect(told).toContain(fact);
    expect(await readFile(join(repository.path, ".git/config"), "utf8")).toBe(before);
    expect(await readdir(join(repository.path, ".git/hooks"))).not.toContain("post-checkout");
    expect(await repository.branches()).toContain("keep");
    expect(await repository.git("replace", "--list")).toBe("");
    expect(await repository.status()).toBe("");
    const [, kept = ""] = / kept in (\S+)\./.exec(told) ?? [];
    expect(await readFile(join(kept, "config"), "utf8")).toContain("fsmonitor");
    await expect(readdir(proof)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.skipIf(probe.kind === "none")("in the sandbox: it can't", async () => {
    const { repository } = bench;
    await repository.commit("Second");
    await repository.git("branch", "keep");
    const refs = async (): Promise<string[]> =>
      (await repository.git("for-each-ref")).split("\n").filter((line) => !line.includes("refs/heads/aifactory/"));
    const before = await refs();
    const { outcome } = await attack(bench, [plant(join(repository.path, "..", "proof"))]);
    expect(outcome).toMatchObject({ status: "ready", models: [{ isolation: "bubblewrap" }], notices: [] });
    expect(await refs()).toEqual(before);
    expect(await readFile(join(repository.path, ".git/config"), "utf8")).not.toContain("fsmonitor");
  });
});

describe("refs that move while a model works without a sandbox", () => {
  it.each([
    ["by moving the branch", "git update-ref refs/heads/main HEAD"],
    ["by a push", "git push --quiet --force . HEAD:refs/heads/other"],
    ["and steps back from it", "git branch --quiet --force other HEAD; git reset --quiet --hard HEAD~1"],
  ])("go back from the run's own work, which nobody has reviewed: %s", async (_how, land) => {
    const { repository } = bench;
    await repository.git("branch", "other");
    const before = await repository.git("for-each-ref", "refs/heads/main", "refs/heads/other");
    const outcome = await unconfined([command(`${commit}; ${land}`)]);
    expect(outcome.notices[0]?.message).toMatch(/Put back .* before the run moved them: refs\/heads\/(?:main|other) /);
    expect(await repository.git("for-each-ref", "refs/heads/main", "refs/heads/other")).toBe(before);
    expect(await repository.status()).toBe("");
  });

  it("go back where somebody has them checked out and did not move them", async () => {
    const { repository } = bench;
    await repository.commit("Second");
    const outcome = await unconfined([command("git update-ref refs/heads/main HEAD^")]);
    expect(outcome.notices[0]?.message).toContain("before the run moved them: refs/heads/main ");
    expect(await repository.head("main")).toBe(outcome.base);
    expect(await repository.status()).toBe("");
  });

  it.each([
    ["by its full name", "git update-ref refs/heads/other HEAD^"],
    ["by a list", "echo update refs/heads/other HEAD^ | git update-ref --stdin"],
    ["as a branch", "git branch --quiet --force other HEAD^"],
    ["and pack them", "git branch --quiet --force other HEAD^; git pack-refs --all"],
    ["by an alias", "git -c alias.move='branch --quiet --force other' move HEAD^"],
    ["with a checkout", "git checkout --quiet -B other HEAD^"],
    ["from a checkout", "git checkout --quiet other; git reset --quiet --hard HEAD^; git checkout --quiet --detach"],
    ["by a fetch", "git fetch --quiet . +refs/heads/old:refs/heads/other"],
    ["by a push", "git push --quiet --force . HEAD^:refs/heads/other"],
    ["from a script in a folder elsewhere", 'cd /; d=$OLDPWD; sh -c "git -C $d branch --quiet --force other HEAD^"'],
    ["by an import", "printf 'reset refs/heads/other\\nfrom refs/heads/old\\n' | git fast-import --quiet --force"],
    [
      "by a push of all from a copy",
      "git clone --quiet . ../c; cd ../c; git branch other HEAD^; git push --quiet --force --all; rm -rf ../c",
    ],
    ["past git", 'git rev-parse HEAD^ > "$(git rev-parse --git-common-dir)/refs/heads/other"'],
    ["and a tag", "git tag --force other HEAD^ 2>&1; git branch --quiet --force other HEAD^"],
  ])("go back where the run's own programs move them to what was there: %s", async (_how, move) => {
    const { repository } = bench;
    await repository.git("branch", "old");
    await repository.commit("Second");
    await repository.git("branch", "other");
    await repository.git("tag", "other");
    const before = await repository.git("for-each-ref", "refs/heads/other", "refs/tags/other");
    const outcome = await unconfined([command(move)]);
    expect(outcome.notices[0]?.message).toContain("before the run moved them: refs/heads/other (from ");
    expect(outcome.notices[0]?.message).not.toContain("it may have been you");
    expect(await repository.git("for-each-ref", "refs/heads/other", "refs/tags/other")).toBe(before);
  });

  it("go back where an agent's program moves them", async () => {
    const { repository, worktreeRoot } = bench;
    await repository.commit("Second");
    await repository.git("branch", "other");
    const line = "git branch --force other HEAD^; echo 1 > done.py; echo answer";
    const agent = cliAgent({
      name: "acme",
      command: () => ({ command: "sh", args: ["-c", line] }),
      read: () => (text) => [
        { type: "finish", reason: { unified: "stop" }, message: { role: "assistant", text, calls: [] } },
      ],
    });
    const spec = { repo: repository.path, prompt: "Do it", model: "acme", sandbox: "none" } as const;
    const outcome = await runTask(spec, { providers: [agent], worktreeRoot });
    expect(outcome.notices[0]?.message).toContain("before the run moved them: refs/heads/other (from ");
    expect(await repository.head("other")).toBe(outcome.base);
  });

  it("are told, with the line that undoes it, where it may have been somebody else", async () => {
    const { repository } = bench;
    await repository.commit("Second");
    await repository.git("branch", "other");
    const outcome = await unconfined([command("env -u GIT_TRACE2_EVENT git update-ref refs/heads/other HEAD^")]);
    expect(outcome.notices[0]?.message).toContain(`git update-ref refs/heads/other ${outcome.base}`);
    expect(await repository.head("other")).not.toBe(outcome.base);
  });

  it("stay where their user moves them while a command runs that had moved them too", async () => {
    const { repository } = bench;
    const first = await repository.head();
    await repository.commit("Second");
    await repository.git("branch", "other", first);
    const folder = await mkdtemp(join(tmpdir(), "aifactory-turns-"));
    const move = "git branch --quiet --force other HEAD";
    const wait = `touch ${folder}/moved; for i in $(seq 200); do test -e ${folder}/go && break; sleep 0.05; done`;
    const mine = async (): Promise<void> => {
      await expect.poll(async () => readdir(folder), { timeout: 9_000 }).toContain("moved");
      await repository.commit("Mine");
      await repository.git("branch", "--force", "other", "main");
      await writeFile(join(folder, "go"), "");
    };
    try {
      const [outcome] = await Promise.all([unconfined([command(`${move}; ${wait}; git log -1 other`)]), mine()]);
      expect(await repository.git("log", "-1", "--format=%s", "other")).toBe("Mine");
      expect(outcome.notices[0]?.message).toContain("it may have been you");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are told with lines that do what they say in a shell, whatever the refs are called, and steer no terminal", async () => {
    const { repository } = bench;
    const proof = join(repository.path, "..", "proof");
    const names = [`x;touch\${IFS}${proof}`, `$(touch\${IFS}${proof})`, "it's", "a\u009bb\u202ec", "100%d"];
    const plant = names.map(
      (name) =>
        `git update-ref "$(printf '%s' "${Buffer.from(name).toString("base64")}" | base64 -d | sed s,^,refs/heads/,)" HEAD`,
    );
    const outcome = await unconfined([command(plant.join("; "))]);
    const told = outcome.notices[0]?.message ?? "";
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(told).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect((await repository.branches()).length).toBeGreaterThan(names.length);
    const [, lines = ""] = / to undo: (.*)$/s.exec(told) ?? [];
    await runProcess({ command: "sh", args: ["-c", lines], cwd: repository.path });
    expect((await repository.branches()).filter((name) => !name.startsWith("aifactory/"))).toEqual(["main"]);
    await expect(readFile(proof)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["a commit", ["commit", "--quiet", "--allow-empty", "-m", "Mine"]],
    ["a step back", ["reset", "--quiet", "--hard", "HEAD^"]],
    ["another branch, and its name", ["checkout", "--quiet", "-B", "main", "HEAD^"]],
    ["a move by hand", ["update-ref", "refs/heads/main", "HEAD^"]],
  ])("stay where their user moves them in a checkout: %s", async (_what, line) => {
    const { repository } = bench;
    await repository.commit("Second");
    const linked = join(repository.path, "..", "linked");
    await repository.git("checkout", "--quiet", "--detach");
    await repository.git("worktree", "add", "--quiet", linked, "main");
    const base = await repository.head("main");
    const mine = async (): Promise<ScriptedTurn> => {
      await repository.git("-C", linked, ...line);
      return command("true");
    };
    await unconfined([mine]);
    expect(await repository.head("main")).not.toBe(base);
  });

  it("stay where their user moved them: a commit, which the model merges, a branch moved to older work", async () => {
    const { repository } = bench;
    const first = await repository.head();
    await repository.git("branch", "behind");
    await repository.commit("Second");
    await repository.git("branch", "other");
    const base = await repository.head();
    const meanwhile = async (): Promise<ScriptedTurn> => {
      await repository.commit("Mine", { "mine.py": "1\n" });
      await repository.git("branch", "--force", "other", first);
      await repository.git("branch", "--force", "behind", base);
      return command("git merge --quiet main");
    };
    const outcome = await unconfined([meanwhile]);
    expect(await repository.git("log", "-1", "--format=%s", "main")).toBe("Mine");
    expect(await repository.head("other")).toBe(first);
    expect(await repository.head("behind")).toBe(base);
    expect(outcome.notices[0]?.message).toContain("it may have been you");
  });
});

describe("what was stashed before a model works without a sandbox", () => {
  const stash = async (): Promise<readonly string[]> => {
    const { repository } = bench;
    for (const text of ["one", "two", "three"]) {
      await writeFile(join(repository.path, "app.py"), `${text}\n`);
      await repository.git("stash", "push", "--quiet", "-m", text);
    }
    return list();
  };
  const list = async (): Promise<readonly string[]> => {
    const lines = await bench.repository.git("stash", "list", "--format=%H %gs");
    return lines.split("\n").filter((line) => line !== "");
  };

  it.each([
    ["all of it", "git stash clear"],
    ["the newest, into the worktree", "git stash pop --quiet"],
    ["one that is not the newest", "git stash drop --quiet stash@{1}"],
  ])("is there again when it was dropped: %s", async (_what, line) => {
    const before = await stash();
    const outcome = await unconfined([command(`${line}; git checkout --quiet .`)]);
    expect((await list()).toSorted()).toEqual(before.toSorted());
    expect(outcome.notices).toMatchObject([{ code: "git-changed", message: expect.stringContaining("On main: ") }]);
  });

  it("stays as it is, and so does what is stashed meanwhile", async () => {
    const before = await stash();
    const outcome = await unconfined([command("echo 1 > app.py; git stash push --quiet -m mine")]);
    expect(outcome.notices).toEqual([]);
    expect((await list()).slice(1)).toEqual(before);
  });
});

describe("what a model planted before its run was killed", () => {
  it("is told when the run goes on, with what stood there before, and is left", async () => {
    const { repository, worktreeRoot } = bench;
    await repository.git("branch", "other");
    await repository.git("branch", "keep");
    const folder = await mkdtemp(join(tmpdir(), "aifactory-runner-"));
    try {
      const runner = await bundle(join(import.meta.dirname, "killing-model-runner.ts"), folder);
      const plant = "git config core.fsmonitor evil; git branch --quiet -D keep; git tag planted";
      const args = [runner, repository.path, worktreeRoot, `${plant}; kill -9 "$PPID"`];
      const { signal } = await runProcess({ command: process.execPath, args, timeoutMs: 60_000 });
      expect(signal).toBe("SIGKILL");
      await repository.git("config", "user.nickname", "mine");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const [found] = await listRuns(repository.path);
    const keep = await repository.head("other");
    const providers = [scriptedProvider({ turns: [write("done.py"), done] })];
    const outcome = await resumeTask({ repo: repository.path, id: found!.id }, { providers, worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready", notices: [{ code: "git-changed" }] });
    const told = outcome.notices[0]?.message ?? "";
    const undo = [`git update-ref refs/heads/keep ${keep}`, `git update-ref -d refs/tags/planted ${keep}`];
    for (const fact of ["make git run something: config;", ...undo]) expect(told).toContain(fact);
    expect(await repository.git("config", "user.nickname")).toBe("mine");
    const [, kept = ""] = / kept in (\S+)\./.exec(told) ?? [];
    expect(await readFile(join(kept, "config"), "utf8")).not.toContain("fsmonitor");
  });
});

describe("a run's own branch", () => {
  it("keeps the commits that the model makes itself", async () => {
    const { branch, base } = await unconfined([command(commit)]);
    expect(await bench.repository.git("log", "--format=%s", `${base}..${branch}`)).toContain("\nx");
  });

  it("loses no checkpoint by a reset, and hides no file by the index", async () => {
    const hide = "git reset --quiet --hard HEAD~1; printf 'z\\n' > app.py; git update-index --assume-unchanged app.py";
    const { branch } = await unconfined([write("new.py"), command(hide)]);
    expect(await bench.repository.read("app.py", branch)).toBe("z");
    // The commit that the reset threw off is still in the branch's history.
    expect(await bench.repository.git("log", "--format=%H", branch, "--", "new.py")).not.toBe("");
  });
});
