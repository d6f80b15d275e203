import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Declaration, readDeclarations } from "../src/declaration.js";
import { findPython } from "../src/python.js";
import { calculator, good } from "./calculator.js";
import { removeCases } from "./case.js";
import { judgeCase, told } from "./judge-case.js";
import { declaration, lockFiles } from "./locked.js";

const pins = ["iniconfig==2.3.0", "pytest==8.4.2"];

afterAll(removeCases);

describe("lock files", () => {
  it.concurrent.each(Object.entries(lockFiles("8.4.2")))(
    "%s: its versions bind what is asked for",
    async (lock, text) => {
      const read = await declared({ ...declaration, [lock]: text });
      expect(read).toMatchObject({ lock, requirements: ["iniconfig", "pytest"], constraints: pins, notes: [] });
    },
  );

  it("a pylock.toml or a Pipfile.lock alone is a declaration", async () => {
    for (const lock of ["pylock.toml", "Pipfile.lock"] as const)
      expect(await declared({ [lock]: lockFiles("8.4.2")[lock] })).toMatchObject({
        requirements: pins,
        sources: [lock],
      });
  });

  it("a Pipfile's packages are asked for", async () => {
    const text =
      '[packages]\nsix = "*"\nattrs = {version = "==25.4.0", markers = "os_name == \'posix\'"}\n[dev-packages]\npytest = "~=8.4"\n';
    const { requirements } = await declared({ Pipfile: text });
    expect(requirements).toEqual(["attrs==25.4.0 ; os_name == 'posix'", "pytest~=8.4", "six"]);
  });

  it("of two versions the marker chooses; without one it is said that nothing does", async () => {
    const two = (first: string, second: string): string =>
      `[[package]]\nname = "six"\nversion = "1"\n${first}\n[[package]]\nname = "six"\nversion = "2"\n${second}\n`;
    const markers = ["python_version < '3'", "os_name == 'nt'"];
    const marked = two(
      `resolution-markers = ${JSON.stringify(markers)}`,
      "resolution-markers = [\"python_version >= '3'\"]",
    );
    expect((await declared({ "uv.lock": marked })).constraints).toEqual([
      "six==1 ; (python_version < '3') or (os_name == 'nt')",
      "six==2 ; (python_version >= '3')",
    ]);
    const unmarked = await declared({ "poetry.lock": two("", "") });
    expect(unmarked).toMatchObject({ constraints: [], notes: [expect.stringContaining("six==1")] });
  });

  it("only names and versions come from what is declared: no option, no address, no namesake on the index", async () => {
    const project =
      '[project]\ndependencies = ["six", "mine", "attrs ; os_name == \'posix\'\\n--index-url https://x.invalid"]\n';
    const poetry = '[tool.poetry.dependencies]\nours = { git = "https://x.invalid/ours" }\n';
    const lock =
      '[[package]]\nname = "six"\nversion = "1\\n--index-url https://x.invalid"\n' +
      '[[package]]\nname = "mine"\nversion = "1"\nsource = { git = "https://x.invalid/mine" }\n';
    const read = await declared({ "pyproject.toml": project + poetry, "uv.lock": lock });
    expect(read).toMatchObject({ requirements: ["six"], constraints: [], notes: [expect.stringContaining("six==1")] });
    expect(read.left.map(({ line }) => line.split(/[ ,]/)[0])).toEqual(["attrs", "ours", "mine"]);
  });

  it("the locked version is the one in the environment, and the evidence names the lock", async () => {
    const { evidence, ...verdict } = await locked("8.4.2");
    expect(verdict.status === "passed" ? "" : told({ ...verdict, evidence })).toBe("");
    expect(evidence).toMatchObject({ environment: { lock: "uv.lock", packages: expect.arrayContaining(pins) } });
  });

  it("a locked version that is not to be had: cannot-run, with the version, the lock and the line to type", async () => {
    const { status, summary } = await locked("8.4.1009");
    expect(status).toBe("cannot-run");
    expect(summary).toContain("--no-deps 'pytest==8.4.1009'");
    expect(summary).toContain("uv.lock");
  });
});

async function locked(pytest: string): ReturnType<typeof judgeCase> {
  const base = { ...calculator, "requirements.txt": null, ...declaration, "uv.lock": lockFiles(pytest)["uv.lock"] };
  return judgeCase({ name: "", base, head: good, expect: "passed" });
}

async function declared(files: { readonly [name: string]: string }): Promise<Declaration> {
  const path = await mkdtemp(join(tmpdir(), "aifactory-locks-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
    const trees = { after: { path }, before: { path } };
    const asked = { changed: [], signal: AbortSignal.timeout(60_000) };
    return (await readDeclarations(await findPython("python3"), trees, asked))[0];
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
