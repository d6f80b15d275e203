import { describe, expect, it } from "vitest";
import type { Declaration } from "./declaration.js";
import { isTestFile, settingsFor } from "./settings.js";

function project(values: { [name: string]: string } = {}, file: string | null = "pytest.ini"): Declaration {
  return {
    folder: ".",
    name: null,
    version: null,
    requirements: [],
    constraints: [],
    lock: null,
    sources: [],
    left: [],
    notes: [],
    scripts: {},
    paths: [],
    ini: { file, values },
  };
}

function overrides(own: Declaration, base: Declaration, seen: readonly string[] = []): string[] {
  const made = settingsFor({ own, base, directory: "/tree", emptyIni: "/none.ini", seen });
  return made.arguments.filter((word, index) => made.arguments[index - 1] === "-o");
}

describe("settingsFor", () => {
  it.each([
    "-k mul",
    "-m fast",
    "--deselect=a",
    "--ignore=tests",
    "-p no:python",
    "tests/one.py",
    "--noconftest",
    "--co",
  ])("does not let a change choose tests by %s", (words) => {
    expect(overrides(project({ addopts: `-ra ${words}` }), project())[0]).toBe("addopts=-ra");
  });

  it("keeps what chose tests before the change, also when the change takes it away", () => {
    const base = project({ addopts: "-m 'not slow'" });
    expect(overrides(base, base)[0]).toBe("addopts=-m 'not slow'");
    expect(overrides(project(), base)[0]).toBe("addopts=-m 'not slow'");
  });

  it("lets a change widen what is a test, and not narrow it", () => {
    expect(overrides(project({ python_files: "check_*.py" }), project())).toContain(
      "python_files=test_*.py *_test.py check_*.py",
    );
  });

  it("runs changed test files that the change's folders leave out", () => {
    expect(overrides(project({ testpaths: "docs" }), project(), ["tests/test_a.py"])).toContain(
      "testpaths=docs tests/test_a.py",
    );
  });

  it("has an empty settings file for a project without one", () => {
    const own = project({}, null);
    expect(settingsFor({ own, base: own, directory: "/tree", emptyIni: "/none.ini" }).arguments).toContain("/none.ini");
  });
});

describe("isTestFile", () => {
  it("goes by the patterns before and after the change", () => {
    expect(isTestFile("a/test_x.py", project())).toBe(true);
    expect(isTestFile("a/check_x.py", project(), project({ python_files: "check_*.py" }))).toBe(true);
    expect(isTestFile("a/x.py", project())).toBe(false);
  });
});
