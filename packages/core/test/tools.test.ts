import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toolRunner } from "../src/tool-calls.js";
import { builtInTools, describeTool } from "../src/tools/index.js";
import type { ToolCall } from "../src/types.js";
import { temporaryRepository, type TemporaryRepository } from "../src/testing/temporary-repository.js";

let repository: TemporaryRepository;
let outside: string;
const stop = new AbortController();

beforeAll(async () => {
  repository = await temporaryRepository({
    files: {
      "app.py": "one = 1\ntwo = 2\nthree = 3\n",
      ".gitignore": "ignored/\n",
      "src/deep/mod.py": "import os\n",
    },
  });
  outside = await realpath(await mkdtemp(join(tmpdir(), "aifactory-outside-")));
  await writeFile(join(outside, "secret.txt"), "secret\n");
  await repository.write({
    "ignored/x.py": "one = 1\n",
    "untracked.py": "one = 'fresh'\n",
    "windows.txt": "a\r\nb\r\n",
  });
  await writeFile(join(repository.path, "picture.png"), Buffer.from([137, 80, 78, 71, 0, 1, 2]));
  await symlink(outside, join(repository.path, "out"));
  await symlink(join(outside, "not-yet.txt"), join(repository.path, "dangling"));
  await symlink(".git", join(repository.path, "inner-git"));
  await symlink("loop", join(repository.path, "loop"));
});

afterAll(async () => {
  await repository.remove();
  await rm(outside, { recursive: true, force: true });
});

let calls = 0;
async function call(
  name: string,
  input: unknown,
  more: Partial<ToolCall> = {},
): Promise<{ text: string; isError: boolean }> {
  const context = {
    root: repository.path,
    git: { cwd: repository.path },
    signal: stop.signal,
    timeoutMs: 10_000,
  };
  const runner = toolRunner(builtInTools, context, "work-0", () => {}, 50);
  const [outcome] = await runner.run([{ id: `call-${++calls}`, name, input, ...more }], builtInTools);
  return outcome!.message;
}

describe("the path jail", () => {
  const refused: readonly (readonly [what: string, path: string])[] = [
    ["a way out", "../secret.txt"],
    ["a way out in the middle", "src/../../secret.txt"],
    ["an absolute path", "/etc/passwd"],
    ["a link that leads out", "out/secret.txt"],
    ["a link that leads nowhere yet", "dangling"],
    ["a link in a loop", "loop"],
    ["NUL", "app.py\0.txt"],
    [".git", ".git/config"],
    [".git in another case", ".GIT/hooks/post-checkout"],
    [".git deeper down", "src/.git/config"],
    [".git with trailing dots and spaces", ".git. ./config"],
    [".git by its short name", "git~1/config"],
    [".git as a stream", ".git::$INDEX_ALLOCATION/config"],
    [".git with characters that a file system ignores", ".g\u200cit/config"],
    ["a link to .git", "inner-git/config"],
  ];
  for (const [what, path] of refused) {
    it(`refuses ${what}, for reading and for writing, and says so to the model`, async () => {
      for (const [name, input] of [
        ["read_file", { path }],
        ["write_file", { path, content: "x" }],
        ["edit_file", { path, old_text: "a", new_text: "b" }],
        ["list_files", { path }],
        ["search_files", { path, pattern: "a" }],
      ] as const) {
        const { text, isError } = await call(name, input);
        expect([name, isError, text.length > 20]).toEqual([name, true, true]);
        expect(text).not.toContain("secret\n");
      }
    });
  }

  it("takes a path that only looks like a way out, and an absolute one that leads inside", async () => {
    expect(await call("read_file", { path: "src/../app.py" })).toMatchObject({ isError: false });
    expect(await call("read_file", { path: join(repository.path, "app.py") })).toMatchObject({
      isError: false,
    });
    expect(await call("write_file", { path: ".github/..x/ok.txt", content: "fine\n" })).toMatchObject({
      isError: false,
    });
    await rm(join(repository.path, ".github"), { recursive: true });
  });
});

describe("whole characters", () => {
  it("stand where a line, a result or a command's output is cut", async () => {
    const lines = [`${"a".repeat(299)}😀${"b".repeat(50)}`, `a${"😀".repeat(60_000)}`];
    await repository.write({ "faces.txt": lines.join("\n") });
    const printed = { command: "printf x; tail -c 100000 faces.txt; printf y" };
    const cut = await Promise.all([
      call("search_files", { pattern: "a", literal: true, path: "faces.txt" }),
      call("read_file", { path: "faces.txt", from_line: 2 }),
      call("run_command", printed),
      call("read_file", {}, { inputText: `${"a".repeat(199)}😀` }),
    ]);
    expect(cut.map(({ text }) => /…|cut here/.test(text))).toEqual([true, true, true, true]);
    // A half one is written as an escape.
    expect(cut.map(({ text }) => /\\ud8|\\ude|\ufffd/.test(JSON.stringify(text)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("read_file", () => {
  it("reads a range of lines", async () => {
    expect(await call("read_file", { path: "app.py", from_line: 2, to_line: 2 })).toMatchObject({
      text: "two = 2",
      isError: false,
    });
  });

  it("says where it cut, so that the model can go on", async () => {
    await repository.write({
      "ignored/long.txt": Array.from({ length: 5_000 }, (_, index) => `line ${index + 1}`).join("\n"),
    });
    const { text } = await call("read_file", { path: "ignored/long.txt" });
    expect(text).toMatch(/line 2000\n\[cut here: these are lines 1 to 2000; go on with from_line 2001\]$/);
    expect((await call("read_file", { path: "ignored/long.txt", from_line: 4_999 })).text).toBe("line 4999\nline 5000");
  });

  it("refuses binaries, folders, and what is not there", async () => {
    expect((await call("read_file", { path: "picture.png" })).text).toContain("binary");
    expect((await call("read_file", { path: "src" })).text).toContain("list_files");
    expect((await call("read_file", { path: "nope.py" })).text).toContain("list_files");
    expect((await call("read_file", { path: "app.py", from_line: 99 })).text).toContain("3 lines");
  });
});

describe("edit_file", () => {
  it("replaces a text that occurs once, as it is, special characters and all", async () => {
    await repository.write({ "ignored/edit.py": "a = 1\nb = 2\n" });
    expect(
      await call("edit_file", {
        path: "ignored/edit.py",
        old_text: "a = 1",
        new_text: "a = '$& $1'",
      }),
    ).toMatchObject({ isError: false });
    expect((await call("read_file", { path: "ignored/edit.py" })).text).toBe("a = '$& $1'\nb = 2");
  });

  it("does nothing where the text is not unique, and names the lines", async () => {
    const { text, isError } = await call("edit_file", {
      path: "app.py",
      old_text: " = ",
      new_text: "=",
    });
    expect([isError, text.includes("lines 1, 2, 3")]).toEqual([true, true]);
  });

  it("shows what the file really says where the text is not found", async () => {
    const { text } = await call("edit_file", {
      path: "app.py",
      old_text: "  two = 2",
      new_text: "two = 3",
    });
    expect(text).toContain("Near line 2");
    expect(text).toContain("two = 2\nthree = 3");
  });

  it("keeps the line ends of the file", async () => {
    await call("edit_file", { path: "windows.txt", old_text: "a\nb", new_text: "c\nd" });
    expect((await call("run_command", { command: "od -c windows.txt | head -1" })).text).toContain(
      "c  \\r  \\n   d  \\r  \\n",
    );
  });
});

describe("list_files and search_files", () => {
  it("leave out what git ignores, and have what is not committed yet", async () => {
    const listed = (await call("list_files", {})).text.split("\n");
    expect(listed).toContain("untracked.py");
    expect(listed).not.toContain("ignored/x.py");
    expect((await call("search_files", { pattern: "one\\s*=", files: "*.py" })).text.split("\n")).toEqual([
      "app.py:1:one = 1",
      "untracked.py:1:one = 'fresh'",
    ]);
  });

  it("take a folder and a glob", async () => {
    expect((await call("list_files", { pattern: "**/*.py", path: "src" })).text).toBe("src/deep/mod.py");
    expect((await call("list_files", { pattern: "mod.py" })).text).toBe("src/deep/mod.py");
    expect((await call("search_files", { pattern: "import", path: "src" })).text).toBe("src/deep/mod.py:1:import os");
    expect((await call("search_files", { pattern: "nothing like it" })).text).toContain("nothing matches");
    expect((await call("search_files", { pattern: "(" })).text).toContain("literal: true");
    expect((await call("search_files", { pattern: "--help" })).isError).toBe(false);
  });
});

describe("run_command", () => {
  it("gives the exit code and both outputs", async () => {
    expect((await call("run_command", { command: "echo hi; echo no >&2; exit 3" })).text).toBe(
      "[exit code 3]\nhi\n[stderr]\nno",
    );
  });

  it("ends what takes too long, with everything it started, and says so", async () => {
    const mark = `300.${process.pid}`;
    const { text } = await call("run_command", {
      command: `echo begun; setsid sleep ${mark} & sleep ${mark}`,
      timeout_seconds: 1,
    });
    expect(text).toBe("[stopped after 1 seconds; what it printed until then:]\nbegun");
    expect((await call("run_command", { command: `ps -eo args | grep -c '[s]leep ${mark}'` })).text).toContain("\n0");
  });

  it("keeps output within bounds", async () => {
    const { text } = await call("run_command", {
      command: "head -c 5000000 /dev/zero | tr '\\0' x",
    });
    expect(text.length).toBeLessThan(31_000);
    expect(text).toContain("bytes left out");
  });

  it("sees no key of the user and no terminal", async () => {
    process.env["ACME_API_KEY"] = "sk-canary";
    process.env["UV_INDEX_URL"] = "https://user:pass-canary@example.invalid/simple";
    const { text } = await call("run_command", { command: "env; cat" });
    delete process.env["ACME_API_KEY"];
    delete process.env["UV_INDEX_URL"];
    expect(text).not.toContain("canary");
    expect(text).toContain("PATH=");
  });
});

describe("calls that don't fit", () => {
  it("are told to the model: unknown tool, wrong arguments, no JSON", async () => {
    expect((await call("read_files", {})).text).toContain("The tools are: read_file");
    expect((await call("read_file", { file: "app.py" })).text).toMatch(/path: .*expected string/);
    expect((await call("read_file", {}, { inputText: '{"path": "a' })).text).toContain("not JSON");
  });

  it("are blocked after the same failure five times", async () => {
    const context = {
      root: repository.path,
      git: { cwd: repository.path },
      signal: stop.signal,
      timeoutMs: 1_000,
    };
    const runner = toolRunner(builtInTools, context, "work-0", () => {}, 50);
    const edit = { name: "edit_file", input: { path: "app.py", old_text: "gone", new_text: "x" } };
    const texts: string[] = [];
    for (let time = 1; time <= 6; time++)
      texts.push((await runner.run([{ id: `${time}`, ...edit }], builtInTools))[0]!.message.text);
    expect(texts[4]).toContain("does not occur");
    expect(texts[5]).toContain("five times");
  });

  it("get a result each, in order, also behind an abort and behind finish", async () => {
    const stopped = AbortSignal.abort();
    const context = {
      root: repository.path,
      git: { cwd: repository.path },
      signal: stopped,
      timeoutMs: 1_000,
    };
    const read = { name: "read_file", input: { path: "app.py" } };
    const aborted = await toolRunner(builtInTools, context, "work-0", () => {}, 50).run(
      [
        { id: "1", ...read },
        { id: "2", ...read },
      ],
      builtInTools,
    );
    expect(aborted.map(({ message }) => [message.callId, message.isError])).toEqual([
      ["1", true],
      ["2", true],
    ]);
    const live = toolRunner(builtInTools, { ...context, signal: stop.signal }, "work-0", () => {}, 50);
    const ended = await live.run(
      [
        { id: "1", ...read },
        { id: "2", name: "finish", input: { summary: "ok" } },
        { id: "3", ...read },
      ],
      builtInTools,
    );
    expect(ended.map(({ message, ends }) => [message.callId, message.isError, ends])).toEqual([
      ["1", false, false],
      ["2", false, true],
      ["3", true, false],
    ]);
  });
});

describe("schemas", () => {
  it("are plain object schemas with a description for every argument", () => {
    expect(builtInTools.map(({ name }) => name)).toEqual([
      "read_file",
      "write_file",
      "edit_file",
      "list_files",
      "search_files",
      "run_command",
      "finish",
    ]);
    for (const { inputSchema } of builtInTools.map(describeTool)) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      for (const property of Object.values(inputSchema["properties"] as Record<string, { description?: string }>))
        expect(property.description).toBeTruthy();
    }
  });
});

it("makes no folder outside", async () => {
  await mkdir(join(outside, "empty"));
  await call("write_file", { path: "out/empty/x", content: "x" });
  await expect(realpath(join(outside, "empty", "x"))).rejects.toMatchObject({ code: "ENOENT" });
});
