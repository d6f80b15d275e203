import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  approve,
  cleanRuns,
  errorData,
  openRun,
  type Outcome,
  requestChanges,
  resumeTask,
  runTask,
  type TaskSpec,
} from "@aifactory/core";
import { type Script, scriptedProvider } from "@aifactory/core/testing";
import { childEnvironment, run } from "../src/process.js";
import { attack, command } from "./hostile-model.js";
import { done, workbench, write } from "./workbench.js";

const bench = workbench();
const broken = { error: errorData("auth", "The key is wrong.") };
const commit = "git add -A; git -c user.name=a -c user.email=a@b commit --quiet -m inner";
/** A new repository with a commit and something that is not committed, and one in a folder that is tracked. */
const nest = `mkdir -p lib/app; (cd lib/app; git init --quiet; echo 1 > f; ${commit}; echo 2 > f); (cd pkg; git init --quiet; echo 3 > b; ${commit})`;
const look = command(
  "cat lib/app/f; git -C lib/app log --format=%s; git -C pkg log --format=%s; git -C lib/app status -s",
);

async function setUp(): Promise<string> {
  await bench.repository.commit("A folder", { "pkg/a": "1\n" });
  return join(bench.repository.path, ".git/aifactory/runs");
}

function start(turns: readonly Script[], spec: Partial<TaskSpec> = {}): Promise<Outcome> {
  const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m", ...spec };
  return runTask(task, { providers: [scriptedProvider({ turns })], worktreeRoot: bench.worktreeRoot });
}

async function goOn(run_: Outcome, turns: readonly Script[]): Promise<{ outcome: Outcome; told: string }> {
  const provider = scriptedProvider({ name: "scripted", turns });
  const outcome = await resumeTask(run_, { providers: [provider], worktreeRoot: bench.worktreeRoot });
  const told = provider.requests.flatMap(({ messages }) => messages).map(({ text }) => text);
  return { outcome, told: told.join("\n") };
}

const shell = (line: string, cwd: string) => run({ command: "sh", args: ["-c", line], cwd, env: childEnvironment({}) });

describe.each(["auto", "none"] as const)("repositories within the worktree (sandbox: %s)", (sandbox) => {
  it("are named, are kept when the run ends, are there again when it goes on, and are not cleaned away", async () => {
    const runs = await setUp();
    const failed = await start([command(nest), broken], { sandbox });
    const kept = join(runs, failed.id, "kept");
    const told = failed.notices.filter(({ code }) => code === "nested-repository");
    expect(told).toHaveLength(1);
    for (const word of ["own: lib/app.", "own: pkg.", kept]) expect(told[0]?.message).toContain(word);
    expect(await readFile(join(kept, "lib/app/f"), "utf8")).toBe("2\n");
    expect(await readdir(join(kept, "pkg"))).toEqual([".git"]);
    expect(await bench.repository.read("pkg/b", failed.branch)).toBe("3");

    const { outcome, told: seen } = await goOn(failed, [look, write("c.py"), done]);
    expect(outcome).toMatchObject({ status: "ready" });
    expect(seen).toContain("2\ninner\ninner\n M f");
    expect(outcome.notices).toEqual(failed.notices);
    await approve(outcome, { unverified: true });
    expect(await readFile(join(kept, "lib/app/f"), "utf8")).toBe("2\n");
    const why = expect.stringContaining(kept);
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [], kept: [{ id: outcome.id, why }] });
    expect((await shell("git fsck && git log --format=%s", join(kept, "lib/app"))).stdout).toBe("inner\n");
    await rm(kept, { recursive: true });
    expect(await cleanRuns(bench.repository.path)).toEqual({ removed: [outcome.id], kept: [] });
  });
});

describe("a repository whose name is no UTF-8", () => {
  it.skipIf(process.platform !== "linux")("is kept and put back like any other", async () => {
    const runs = await setUp();
    const name = "\"lib/$(printf 'sub\\377')\"";
    const made = command(`mkdir -p ${name}; cd ${name}; git init --quiet; echo hours > f; ${commit}; echo 2 > f`);
    const failed = await start([made, broken]);
    const [entry] = await readdir(Buffer.from(join(runs, failed.id, "kept/lib")), "latin1");
    expect(entry).toBe("sub\u00ff");
    expect(failed.notices).toMatchObject([{ code: "nested-repository" }]);
    const see = command(`git -C ${name} log --format=%s; git -C ${name} status -s`);
    const { outcome, told } = await goOn(failed, [see, write("c.py"), done]);
    expect(outcome).toMatchObject({ status: "ready" });
    expect(told).toContain("inner\n M f");
  });
});

// A disk in memory, where the system has one.
const otherDisk = "/dev/shm";
const [here, there] = [tmpdir(), otherDisk].map((folder) => statSync(folder, { throwIfNoEntry: false })?.dev);

describe.skipIf(there === undefined || here === there)("a repository in a worktree on another disk", () => {
  it("is kept with all that is in it, and is there again when the run goes on", async () => {
    const runs = await setUp();
    const worktreeRoot = await mkdtemp(join(otherDisk, "aifactory-worktrees-"));
    onTestFinished(async () => rm(worktreeRoot, { recursive: true, force: true }));
    const name = "lib/app/\"$(printf 'f\\377')\"";
    const plant = command(`${nest}; echo 3 > ${name}; ln -s nowhere lib/app/link`);
    const task = { repo: bench.repository.path, prompt: "Do it", model: "scripted:m" };
    const failed = await runTask(task, { providers: [scriptedProvider({ turns: [plant, broken] })], worktreeRoot });
    expect((await readdir(join(runs, failed.id, "kept/lib/app"))).length).toBe(4);
    const provider = scriptedProvider({
      turns: [command(`ls lib/app | wc -l; cat ${name}`), look, write("c.py"), done],
    });
    const outcome = await resumeTask(failed, { providers: [provider], worktreeRoot });
    expect(outcome).toMatchObject({ status: "ready" });
    const told = provider.requests
      .flatMap(({ messages }) => messages)
      .map(({ text }) => text)
      .join("\n");
    for (const text of ["3\n3", "2\ninner\ninner\n M f"]) expect(told).toContain(text);
  });
});

describe("a run whose process was killed", () => {
  it("is resumed with a repository that somebody made in its worktree, and says so", async () => {
    const runs = await setUp();
    const script = join(import.meta.dirname, "fixtures", "run.ts");
    const args = [
      "--conditions=aifactory-source",
      "--import",
      "tsx",
      script,
      bench.repository.path,
      bench.worktreeRoot,
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    const [id = ""] = chunk.toString().split(" ");
    child.kill("SIGKILL");
    await once(child, "exit");
    const interrupted = await openRun({ repo: bench.repository.path, id });
    await shell(nest, interrupted.worktree ?? "");
    const { outcome, told } = await goOn(interrupted.outcome, [look, done]);
    expect(outcome).toMatchObject({ status: "ready" });
    const notice = { code: "nested-repository", message: expect.stringContaining("own: lib/app.") };
    expect(outcome.notices).toContainEqual(notice);
    expect(told).toContain("2\ninner\ninner\n M f");
    expect(await readFile(join(runs, id, "kept/lib/app/f"), "utf8")).toBe("2\n");
  });

  it("keeps its worktree with them when it is approved, and takes them over when changes are asked for", async () => {
    await setUp();
    const ready = await start([write("a.py"), done]);
    // What a process leaves that was killed before it could tidy up.
    const left = join(bench.worktreeRoot, ready.id);
    const leave = async ({ id, branch }: Outcome): Promise<void> => {
      await bench.repository.git("worktree", "add", "--force", "--quiet", left, branch);
      await writeFile(join(bench.repository.path, ".git/aifactory/runs", id, "worktree"), left);
      await shell(`echo 1 > mine.py; ${nest}`, left);
    };
    await leave(ready);
    const provider = scriptedProvider({ turns: [look, write("b.py"), done] });
    const again = await requestChanges(ready, "More", { providers: [provider], worktreeRoot: bench.worktreeRoot });
    expect(again).toMatchObject({ review: "pending", notices: [{ code: "nested-repository" }] });
    expect(await bench.repository.read("mine.py", again.branch)).toBe("1");
    expect(provider.requests[1]?.messages.at(-1)?.text).toContain("2\ninner\ninner\n M f");

    await leave(again);
    await approve(again, { unverified: true });
    expect(await readFile(join(left, "lib/app/f"), "utf8")).toBe("2\n");
    const why = expect.stringContaining(left);
    expect((await cleanRuns(bench.repository.path)).kept).toEqual([{ id: again.id, why }]);
  });
});

describe("a link in the place of a folder", () => {
  it("leads to no repository that would be carried off, nor one that is kept out of the worktree", async () => {
    await setUp();
    const outside = join(bench.repository.path, "..", "outside");
    await shell(`mkdir -p ${outside}/sub && cd ${outside} && git init --quiet && git init --quiet sub`, "/");
    const swap = `rm -rf pkg; ln -s ${outside} pkg; mkdir -p deep/sub; git init --quiet deep/sub`;
    const { outcome } = await attack(bench, [command(swap)], { sandbox: "none" });
    expect(existsSync(join(outside, ".git"))).toBe(true);
    expect(outcome.notices.map(({ message }) => message).join()).not.toContain("pkg");
    // The branch now has a link where the kept repository was.
    const tree = join(bench.worktreeRoot, "by-hand");
    await bench.repository.git("worktree", "add", "--quiet", "--detach", tree, outcome.branch);
    await symlink(join(outside, "free"), join(tree, "deep"));
    await shell(`mkdir ${outside}/free; ${commit}`, tree);
    await bench.repository.git("update-ref", `refs/heads/${outcome.branch}`, await headOf(tree));
    const options = { providers: [scriptedProvider({ turns: [done] })], worktreeRoot: bench.worktreeRoot };
    await requestChanges(outcome, "More", options);
    expect(await readdir(join(outside, "free"))).toEqual([]);
  });
});

async function headOf(cwd: string): Promise<string> {
  return (await shell("git rev-parse HEAD", cwd)).stdout.trim();
}
