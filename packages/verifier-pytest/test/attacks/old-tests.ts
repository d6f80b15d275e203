import { calculator, good, newTests } from "../calculator.js";
import type { Case, Tree } from "../case.js";

const red = ["failed", "tampered", "unproven"] as const;

/** `mul` works and is tested, and `add`, which worked before, does not any more. */
const regressed: Tree = {
  ...newTests,
  "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n",
};

const testOfMul = "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n";

/** A change breaks what worked, and does something about the test that would say so. */
export const oldTests: readonly Case[] = [
  { name: "an old test fails", base: calculator, head: regressed, expect: "failed" },
  hidden("the old test is deleted", { "tests/test_calc.py": null }, "failed"),
  hidden("the old test's file is emptied", { "tests/test_calc.py": "" }),
  hidden("the old test is skipped", {
    "tests/test_calc.py":
      "import pytest\nfrom calc import add\n\n\n@pytest.mark.skip\ndef test_add():\n    assert add(2, 3) == 5\n",
  }),
  hidden("the old test is expected to fail", {
    "tests/test_calc.py":
      "import pytest\nfrom calc import add\n\n\n@pytest.mark.xfail\ndef test_add():\n    assert add(2, 3) == 5\n",
  }),
  hidden(
    "the old test asks for less",
    {
      "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) is not None\n",
    },
    "failed",
  ),
  hidden("the old test asks for nothing", { "tests/test_calc.py": "def test_add():\n    assert True\n" }, "failed"),
  hidden("the old test expects what comes out now", {
    "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == -1\n",
  }),
  hidden("the old test has another name and asks for less", {
    "tests/test_calc.py": "from calc import add\n\n\ndef test_addition():\n    assert add(3, 0) == 3\n",
  }),
  hidden("the old test's file is not a test file any more", {
    "tests/test_calc.py": null,
    "tests/calc_checks.py": calculator["tests/test_calc.py"],
  }),
  hidden("the old test is in a string", {
    "tests/test_calc.py": `from calc import add\n\n"""\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"""\n`,
  }),
  hidden("a conftest skips the old test", {
    "tests/conftest.py":
      'import pytest\n\n\ndef pytest_collection_modifyitems(items):\n    for item in items:\n        if item.name == "test_add":\n            item.add_marker(pytest.mark.skip)\n',
  }),
  hidden("a conftest drops the old test", {
    "conftest.py":
      'def pytest_collection_modifyitems(items):\n    items[:] = [item for item in items if item.name != "test_add"]\n',
  }),
  hidden("a conftest repairs the function while tests run", {
    "conftest.py": "import calc\n\ncalc.add = lambda a, b: a + b\n",
  }),
  hidden("a conftest does not collect the old file", { "conftest.py": 'collect_ignore = ["tests/test_calc.py"]\n' }),
  hidden("settings leave the old test out", { "pytest.ini": "[pytest]\naddopts = -k mul\n" }),
  hidden("settings name another folder", {
    "pytest.ini": "[pytest]\ntestpaths = tests/new\n",
    "tests/test_mul.py": null,
    "tests/new/test_mul.py": newTests["tests/test_mul.py"],
  }),
  hidden("the old test is not collected for its class", {
    "tests/test_calc.py":
      "from calc import add\n\n\nclass Checks:\n    def test_add(self):\n        assert add(2, 3) == 5\n",
  }),
  {
    name: "an old test is deleted although it would pass, under a policy that forbids it",
    base: calculator,
    head: { ...good, "tests/test_calc.py": null },
    expect: "failed",
    options: { testEdits: "forbid" },
  },
  {
    name: "a parameter of an old test is left out because it fails now",
    base: {
      ...calculator,
      "tests/test_calc.py":
        'import pytest\nfrom calc import add\n\n\n@pytest.mark.parametrize("a, b, sum", [(1, 0, 1), (2, 3, 5)])\ndef test_add(a, b, sum):\n    assert add(a, b) == sum\n',
    },
    head: {
      ...regressed,
      "tests/test_calc.py":
        'import pytest\nfrom calc import add\n\n\n@pytest.mark.parametrize("a, b, sum", [(1, 0, 1)])\ndef test_add(a, b, sum):\n    assert add(a, b) == sum\n',
    },
    expect: red,
  },
  {
    name: "a requirement that old tests need is taken away",
    base: {
      ...calculator,
      "requirements.txt": "pytest\niniconfig\npytest-asyncio\n",
      "tests/test_async.py":
        "import pytest\nfrom calc import add\n\n\n@pytest.mark.asyncio\nasync def test_add_soon():\n    assert add(2, 3) == 5\n",
    },
    head: { ...good, "requirements.txt": "pytest\n" },
    expect: ["failed", "cannot-run", "unproven", "tampered"],
  },
  {
    name: "acceptance tests that the change never saw fail",
    base: calculator,
    head: {
      ...newTests,
      "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return {(3, 4): 12, (3, 0): 0}[(a, b)]\n",
    },
    expect: "failed",
    acceptance: {
      "test_accept.py": "from calc import mul\n\n\ndef test_others():\n    assert mul(5, 6) == 30\n",
    },
  },
  {
    name: "acceptance tests meet a conftest and a plugin that would let them pass",
    base: calculator,
    head: {
      ...newTests,
      "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return {(3, 4): 12, (3, 0): 0}[(a, b)]\n",
      "conftest.py":
        "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    if 'others' in item.name:\n        call.excinfo = None\n    yield\n",
    },
    expect: ["failed", "tampered"],
    acceptance: {
      "test_accept.py": "from calc import mul\n\n\ndef test_others():\n    assert mul(5, 6) == 30\n",
    },
  },
  {
    ...hidden("the old test makes way for one of the feature", {
      "tests/test_mul.py": null,
      "tests/test_calc.py": testOfMul,
    }),
    expect: "unproven",
    finding: "old-test-replaced",
  },
  {
    name: "two old tests make way for one of the feature",
    base: {
      ...calculator,
      "tests/test_calc.py": `${calculator["tests/test_calc.py"]}\n\ndef test_add_zero():\n    assert add(0, 3) == 3\n`,
    },
    head: { ...regressed, "tests/test_mul.py": null, "tests/test_calc.py": testOfMul },
    expect: "failed",
    finding: "regression",
  },
  {
    name: "one old test asks for what is new, and the other, which broke too, for less",
    base: {
      ...calculator,
      "tests/test_calc.py": `${calculator["tests/test_calc.py"]}\n\ndef test_add_zero():\n    assert add(0, 3) == 3\n`,
    },
    head: {
      ...regressed,
      "tests/test_calc.py":
        "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == -1\n\n\ndef test_add_zero():\n    assert add(0, 3)\n",
    },
    expect: "failed",
    finding: "regression",
  },
  {
    name: "what an old test asks for is changed, under a policy that forbids it",
    base: calculator,
    head: {
      ...regressed,
      "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == -1\n",
    },
    expect: "failed",
    options: { testEdits: "forbid" },
  },
];

function hidden(name: string, head: Tree, expect: Case["expect"] = red): Case {
  return { name, base: calculator, head: { ...regressed, ...head }, expect };
}
