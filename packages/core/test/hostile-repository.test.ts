import { spawnSync } from "node:child_process";
import { mkdtemp, realpath, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TaskEvents } from "@aifactory/core";
import { childEnvironment, run } from "@aifactory/core/process";
import type { ScriptedTurn } from "@aifactory/core/testing";
import { attack, command } from "./hostile-model.js";
import { workbench } from "./workbench.js";

const bench = workbench();
let outside: string;

beforeEach(async () => {
  outside = await realpath(await mkdtemp(join(tmpdir(), "aifactory-outside-")));
  await writeFile(join(outside, "secret"), "canary-outside\n");
});
afterEach(async () => rm(outside, { recursive: true, force: true }));

const call = (name: string, input: object = {}): ScriptedTurn => ({ calls: [{ name, input }] });

/** Whether a text could steer a terminal; line ends are looked at one by one. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const steers = (text: string): boolean => /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(text);

const names = [
  "\u001b]0;title\u0007.py",
  "forged\ndone.txt",
  "tab\there",
  'quo"te',
  "\u009b2J",
  "\u202eyp.fdp",
  "-rf",
  "--help",
];

describe("names of files with line ends, escape codes, quotes and dashes", () => {
  it("reach the model, the outcome and its notices on one line each, and steer no terminal", async () => {
    const { repository } = bench;
    await repository.commit("Names", Object.fromEntries(names.map((name) => [name, "needle\n"])));
    await repository.write({ [`${names[0]}.new`]: "mine\n", [names[0]!]: "changed\n" });
    const { outcome, told } = await attack(bench, [
      call("list_files"),
      call("search_files", { pattern: "needle", literal: true }),
      ...names.map((path) => call("read_file", { path })),
      command("rm -- -rf; echo 1 > ./-q; git init --quiet \"$(printf 'sub\\033[2J\\nforged')\""),
    ]);
    expect(outcome.status).toBe("ready");
    expect(told[0]?.split("\n")).toHaveLength(names.length + 1);
    expect(told[1]?.split("\n")).toHaveLength(names.length);
    expect(told.slice(2, 2 + names.length)).toEqual(names.map(() => "needle"));
    expect(steers(told[0]!)).toBe(false);
    expect(outcome.notices).toMatchObject([{ code: "nested-repository" }]);
    for (const text of [...outcome.dirty, ...outcome.notices.map(({ message }) => message)]) {
      expect([text, steers(text), text.includes("\n")]).toEqual([text, false, false]);
    }
    // Of each name git counts the change: none forges a line of its statistics.
    expect(outcome.stat).toEqual({ files: 3, insertions: 2, deletions: 1 });
  });
});

describe("links", () => {
  it("that lead out, nowhere or in a circle are committed as links and followed by nothing", async () => {
    const { repository } = bench;
    await symlink(outside, join(repository.path, "folder"));
    await symlink(join(outside, "secret"), join(repository.path, "file"));
    await symlink(join(outside, "nothing"), join(repository.path, "dangling"));
    await symlink("loop", join(repository.path, "loop"));
    await symlink("/", join(repository.path, ".gitattributes"));
    await symlink(join(outside, "secret"), join(repository.path, ".gitignore"));
    await repository.commit("Links");
    const { outcome, told } = await attack(bench, [
      call("search_files", { pattern: "canary" }),
      call("list_files"),
      // A tracked file whose folder becomes a link: the path is still in git's index.
      command(`mkdir d; echo x > d/secret`),
      {
        calls: [
          { name: "run_command", input: { command: `rm -rf d; ln -s ${outside} d` } },
          { name: "search_files", input: { pattern: "canary" } },
          { name: "read_file", input: { path: "d/secret" } },
          { name: "write_file", input: { path: "dangling", content: "x" } },
        ],
      },
    ]);
    expect(outcome.status).toBe("ready");
    expect(told.join("\n")).not.toContain("canary-outside");
    expect(told[1]).toContain("folder");
    expect(told[1]).not.toContain("secret");
    expect(await repository.git("ls-tree", outcome.branch, "d", "folder")).toMatch(/^120000 .*\n120000 /);
  });
});

describe("submodules", () => {
  it("with addresses that are commands, or names that are options, run nothing", async () => {
    const { repository } = bench;
    const oid = await repository.head();
    const entry = (name: string, url: string): string =>
      `[submodule "${name}"]\n\tpath = ${name}\n\turl = ${url}\n\tupdate = !touch ${outside}/proof\n`;
    for (const path of ["ext", "-u./x"])
      await repository.git("update-index", "--add", "--cacheinfo", `160000,${oid},${path}`);
    const modules = entry("ext", `ext::sh -c touch% ${outside}/proof`) + entry("-u./x", `-u./proof`);
    await repository.write({ ".gitmodules": modules });
    await repository.git("add", ".gitmodules");
    await repository.git("commit", "--quiet", "--message=Submodules");
    await repository.git("config", "submodule.recurse", "true");
    await repository.git("config", "protocol.ext.allow", "always");
    const { outcome } = await attack(bench, [call("list_files"), call("search_files", { pattern: "x" })]);
    expect(outcome).toMatchObject({ status: "ready", notices: [{ code: "submodules-empty" }] });
    expect(await realpath(join(outside, "proof")).catch(() => "none")).toBe("none");
  });
});

describe("a file of 2 GB", () => {
  it("is not read, not searched, not committed, and ends no run", async () => {
    const huge = "truncate -s 2G zeros.bin; head -c 9000 /dev/zero | tr '\\0' a > text.txt; truncate -s 2G text.txt";
    const { outcome, told } = await attack(bench, [
      {
        calls: [
          { name: "run_command", input: { command: `${huge}; echo '*.bin' > .gitignore; echo '*.txt' >> .gitignore` } },
          { name: "read_file", input: { path: "zeros.bin" } },
          { name: "edit_file", input: { path: "text.txt", old_text: "a", new_text: "b" } },
          { name: "run_command", input: { command: "rm .gitignore" } },
          { name: "search_files", input: { pattern: "x = 1", literal: true } },
          { name: "list_files", input: {} },
        ],
      },
    ]);
    expect(outcome.status).toBe("ready");
    const left = outcome.notices.find(({ code }) => code === "not-committed")?.message;
    expect(left).toContain("zeros.bin (larger than 1 GB)");
    expect(await bench.repository.git("ls-tree", "--name-only", "-r", outcome.branch)).not.toContain("zeros.bin");
    expect(told[1]).toContain("binary file (2147483648 bytes)");
    expect(told[2]).toContain("too large to edit");
    expect(told[4]).toMatch(/^app.py:1:x = 1\n\[not searched .*text.txt, zeros.bin\]$/);
    expect(told[5]).toContain("zeros.bin");
  });

  it("that a tracked file has become is not committed either, and the rest is", async () => {
    const { repository } = bench;
    await repository.commit("Attributes", { ".gitattributes": "* text=auto\n" });
    const { outcome } = await attack(bench, [command("truncate -s 100G app.py; echo 1 > a.py")]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 2, deletions: 0 } });
    expect(await repository.read("app.py", outcome.branch)).toBe("x = 1");
    const message = expect.stringContaining("what was done to app.py (larger than 1 GB by now)");
    expect(outcome.notices).toEqual([{ code: "not-committed", message }]);
  });

  it("is read from a far line on in little memory, with a line of 400 MB before it, and counted right", async () => {
    const { repository, worktreeRoot } = bench;
    const make =
      "head -c 9000 /dev/zero | tr '\\0' a > big.log; truncate -s 400M big.log; printf '\\nlast\\r\\n' >> big.log";
    const script = join(import.meta.dirname, "fixtures", "read-far.ts");
    const flags = ["--max-old-space-size=48", "--conditions=aifactory-source", "--import", "tsx"];
    const args = [...flags, script, repository.path, worktreeRoot, make, "2", "3", "1"];
    const { stdout } = await run({ command: process.execPath, args, env: childEnvironment({}), keepBytes: 2_000_000 });
    const { status, told } = JSON.parse(stdout);
    expect([status, ...told.slice(0, 2)]).toEqual(["ready", "last", expect.stringContaining("has 2 lines")]);
    expect(told[2]).toMatch(/^a{9000}\0+\n\[cut here: line 1 is too long to show whole\]$/);
  });

  it("is not read to its end when the run is stopped", async () => {
    const stop = new AbortController();
    const events = new TaskEvents();
    const ends: string[] = [];
    events.on(
      "tool-started",
      ({ call: { name } }) => void (name === "read_file" && setTimeout(() => stop.abort(), 20)),
    );
    events.on("tool-finished", ({ text }) => void ends.push(text));
    const make = "head -c 9000 /dev/zero | tr '\\0' a > big.log; truncate -s 16G big.log; echo big.log > .gitignore";
    const read = call("read_file", { path: "big.log", from_line: 2 });
    const { outcome } = await attack(bench, [command(make), read], {}, { events, signal: stop.signal });
    expect(outcome).toMatchObject({ status: "cancelled", error: { code: "aborted" } });
    expect(ends[1]).toBe("Not run: the work was stopped.");
  });

  it("in the user's own checkout is only named", async () => {
    await writeFile(join(bench.repository.path, "huge"), "");
    await truncate(join(bench.repository.path, "huge"), 2 * 1024 ** 3);
    const { outcome } = await attack(bench, []);
    expect(outcome).toMatchObject({ status: "ready", dirty: ["huge"] });
  });
});

describe("20,000 files", () => {
  it("are listed and searched within bounds", async () => {
    const { repository } = bench;
    const oid = await repository.git("rev-parse", "HEAD:app.py");
    const lines = Array.from({ length: 20_000 }, (_, at) => `100644 ${oid}\tmany/${at % 100}/${at}.py`).join("\n");
    spawnSync("git", ["update-index", "--index-info"], { cwd: repository.path, input: lines });
    await repository.git("commit", "--quiet", "--message=Many");
    const { outcome, told } = await attack(bench, [call("list_files"), call("search_files", { pattern: "x = 1" })]);
    expect(outcome).toMatchObject({ status: "ready", stat: { files: 1 } });
    expect(told[0]).toContain("1000 of 20001 files");
    expect(told[1]).toContain("200 of 20001 matches");
  });
});
