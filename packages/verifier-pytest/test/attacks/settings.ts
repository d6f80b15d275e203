import { broken, calculator } from "../calculator.js";
import type { Case, Tree } from "../case.js";

const red = ["failed", "tampered"] as const;

/** The change does not work, and pytest's settings are changed so that this is not seen. */
export const settings: readonly Case[] = [
  ini("addopts: only collect", "addopts = --collect-only"),
  ini("addopts: only the old tests, by name", "addopts = -k add"),
  ini("addopts: only marked tests", "addopts = -m 'not new'"),
  ini("addopts: deselected", "addopts = --deselect tests/test_mul.py"),
  ini("addopts: a file left out", "addopts = --ignore=tests/test_mul.py"),
  ini("addopts: files left out by pattern", "addopts = --ignore-glob=*mul*"),
  ini("addopts: fixtures are shown and nothing is run", "addopts = --fixtures"),
  ini("addopts: help is shown and nothing is run", "addopts = --help"),
  ini("addopts: the version is shown and nothing is run", "addopts = --version"),
  ini("addopts: setup only", "addopts = --setup-only"),
  ini("addopts: the plan only", "addopts = --setup-plan"),
  ini("addopts: a plugin of the tree", "addopts = -p lenient", {
    "lenient.py":
      "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_call(item):\n    outcome = yield\n    outcome.force_result(None)\n",
  }),
  ini("addopts: asserts are not what they were", "addopts = --assert=plain -p no:python"),
  ini("addopts: settings overridden", "addopts = -o python_files=test_calc.py"),
  ini("only old files are test files", "python_files = test_calc.py"),
  ini("only old functions are test functions", "python_functions = test_add"),
  ini("other folders hold the tests", "testpaths = docs", { "docs/test_docs.py": "def test_docs():\n    pass\n" }),
  ini("the tests' folder is not looked at", "norecursedirs = tests"),
  ini("settings in setup.cfg", "", { "setup.cfg": "[tool:pytest]\naddopts = --collect-only\n" }),
  ini("settings in tox.ini", "", { "tox.ini": "[pytest]\naddopts = --collect-only\n" }),
  ini("settings in pyproject.toml", "", {
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--collect-only"\n',
  }),
  ini("settings in a hidden .pytest.ini", "", { ".pytest.ini": "[pytest]\naddopts = --collect-only\n" }),
  ini("settings beside the tests", "", { "tests/pytest.ini": "[pytest]\naddopts = --collect-only\n" }),
  ini("asserts off by an environment file", "", { ".env": "PYTHONOPTIMIZE=2\nPYTEST_ADDOPTS=--collect-only\n" }),
];

function ini(name: string, line: string, more: Tree = {}): Case {
  const file: Tree = line === "" ? {} : { "pytest.ini": `[pytest]\n${line}\n` };
  return { name, base: calculator, head: { ...broken, ...file, ...more }, expect: red };
}
