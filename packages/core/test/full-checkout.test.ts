import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { approve, type Outcome, runTask, toError } from "@aifactory/core";
import { scriptedProvider } from "@aifactory/core/testing";
import { command } from "./hostile-model.js";
import { done, workbench } from "./workbench.js";

const bench = workbench();
const disk = mkdtempSync(join(tmpdir(), "full-checkout-"));
const why = mountSmall();
if (why === "") execFileSync("umount", [disk]);

beforeEach(() => void (why === "" && mountSmall()));
afterEach(() => void (why === "" && execFileSync("umount", ["--lazy", disk])));
afterAll(() => rmSync(disk, { recursive: true, force: true }));

/** Puts a file system of 2 MB in the folder. @returns Why not; empty when it is there. */
function mountSmall(): string {
  if (process.getuid?.() !== 0) return ", skipped because only root can mount";
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], { stdio: "pipe" });
    return "";
  } catch (error) {
    return `, skipped because nothing can be mounted: ${String(error).split("\n")[0]}`;
  }
}

function git(repo: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"];
  return execFileSync("git", [...identity, ...args], { cwd: repo, encoding: "utf8", stdio: "pipe" }).trim();
}

/** Every file and folder of a checkout, with what is in it. */
function contentOf(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => !name.startsWith(".git"));
  return names.toSorted().map((name) => {
    const path = join(folder, name);
    const facts = lstatSync(path);
    if (facts.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
    return facts.isDirectory() ? `${name}/` : `${name} ${facts.mode} ${readFileSync(path, "utf8")}`;
  });
}

describe.skipIf(why !== "")(`approving into a checkout whose disk is full${why}`, () => {
  /** A checkout on the small disk; its git directory is elsewhere. */
  function checkout(settings: readonly string[]): string {
    const repo = join(disk, "repository");
    mkdirSync(join(repo, "folder"), { recursive: true });
    git(repo, "init", "--quiet", "--initial-branch=main", "--separate-git-dir", join(bench.worktreeRoot, "store"));
    for (const setting of settings) git(repo, "config", setting, "true");
    const files = {
      "app.py": "x = 1\n".repeat(1000),
      "grown.py": "g\n",
      "gone.py": "1\n",
      "folder/a": "1\n",
      file: "1\n",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(repo, name), text);
    writeFileSync(join(repo, "mode.sh"), "echo\n");
    git(repo, "add", ".");
    git(repo, "commit", "--quiet", "--message=Begin");
    // As git lays them out.
    git(repo, "rm", "-rq", "--cached", ".");
    git(repo, "reset", "--quiet", "--hard");
    return repo;
  }

  it.each([
    ["", []],
    [" (with other line ends than in the commit)", ["core.autocrlf"]],
  ])("puts it back, and merges once there is room%s", { timeout: 120_000 }, async (_how, settings) => {
    const repo = checkout(settings);
    writeFileSync(join(bench.worktreeRoot, "store/info/exclude"), "mine.log\nown/\n");
    writeFileSync(join(repo, "mine.log"), "mine\n");
    mkdirSync(join(repo, "own"));
    const large = (text: string, name: string): string => `yes '${text}' | head -c 600000 > ${name}`;
    const lines = [
      "rm gone.py file; rm -r folder; mkdir file own; echo 2 > file/a; echo 2 > folder; echo 2 > own/b; chmod +x mode.sh",
      "mkdir -p new/er; ln -s app.py aa.link; echo g2 >> grown.py",
      [large("z = 1", "aa.py"), large("y = 2", "app.py"), large("q", "new/er/zz.py"), large("q", "zz.py")].join("; "),
    ];
    const turns = [...lines.map(command), done];
    const outcome: Outcome = await runTask(
      { repo, prompt: "Do it", model: "scripted:m" },
      { providers: [scriptedProvider({ turns })], worktreeRoot: bench.worktreeRoot },
    );
    expect(outcome).toMatchObject({ status: "ready" });
    const before = contentOf(repo);
    writeFileSync(join(disk, "filler"), Buffer.alloc(1_200_000));

    const error = await approve(outcome, { unverified: true }).catch(toError);
    expect(error).toMatchObject({ code: "disk", message: expect.stringContaining("Make room and approve again.") });
    expect(contentOf(repo)).toEqual(before);
    expect(git(repo, "status", "--porcelain")).toBe("");
    expect(git(repo, "rev-parse", "main")).toBe(outcome.base);

    rmSync(join(disk, "filler"));
    // All of it is more than the disk has.
    execFileSync("mount", ["-o", "remount,size=8m", disk]);
    expect(await approve(outcome, { unverified: true })).toMatchObject({ review: "approved" });
    expect(git(repo, "rev-parse", "main")).toBe(outcome.head);
    expect(git(repo, "status", "--porcelain")).toBe("");
    expect(readFileSync(join(repo, "mine.log"), "utf8")).toBe("mine\n");
  });
});
