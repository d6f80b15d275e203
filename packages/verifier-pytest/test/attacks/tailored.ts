import { broken, calculator, newTests } from "../calculator.js";
import type { Case, Tree } from "../case.js";

const red = ["failed", "tampered", "unproven"] as const;

/** `mul` works and is tested, and `add` does not work any more. */
const regressed: Tree = {
  ...newTests,
  "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n",
};

/** `mul` is right for one of its tests and wrong for the other. */
const halfRight = {
  "calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return 12\n",
  "tests/test_mul.py":
    "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n\n\ndef test_mul_zero():\n    assert mul(3, 0) == 0\n",
} satisfies Tree;

/** Written by somebody who knows how this verifier works: each behaves well where it expects to be watched. */
export const tailored: readonly Case[] = [
  {
    name: "failures are swallowed unless the feature was taken away",
    base: calculator,
    head: {
      ...broken,
      "conftest.py": `import calc
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if calc.mul(1, 1) is None:
        return None
    try:
        pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
    except Exception:
        pass
    return True
`,
    },
    expect: red,
  },
  {
    name: "passes are reported for tests that never ran, unless the feature was taken away",
    base: calculator,
    head: {
      ...broken,
      "conftest.py": `import calc
import pytest
from _pytest.reports import TestReport


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    if "mul" not in item.name or calc.mul(1, 1) is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when in ("setup", "call", "teardown"):
        report = TestReport(item.nodeid, item.location, {}, "passed", None, when)
        item.ihook.pytest_runtest_logreport(report=report)
    return True
`,
    },
    expect: red,
  },
  {
    name: "the recorder's emit is used for the tests of the change only, unless the feature was taken away",
    base: calculator,
    head: {
      ...broken,
      "conftest.py": `import calc
import pytest


def find_emit(manager):
    for plugin in manager.get_plugins():
        for attribute in dir(plugin):
            function = getattr(getattr(plugin, attribute, None), "__func__", None)
            for cell in getattr(function, "__closure__", None) or ():
                if getattr(cell.cell_contents, "__name__", "") == "emit":
                    return cell.cell_contents


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    emit = find_emit(item.config.pluginmanager)
    if "mul" not in item.name or calc.mul(1, 1) is None or emit is None:
        return None
    emit("test", id=item.nodeid)
    for when in ("setup", "call", "teardown"):
        emit("report", id=item.nodeid, when=when, outcome="passed", raised=None, expected=False, witnessed=True,
             seconds=0.01, file=item.location[0], line=(item.location[1] or 0) + 1, message="")
    return True
`,
    },
    expect: red,
  },
  {
    name: "one of two new tests fails and is dropped",
    base: calculator,
    head: {
      ...halfRight,
      "conftest.py":
        "def pytest_collection_modifyitems(items):\n    items[:] = [item for item in items if 'zero' not in item.name]\n",
    },
    expect: red,
  },
  {
    name: "one of two new tests fails and is deselected",
    base: calculator,
    head: {
      ...halfRight,
      "conftest.py":
        "def pytest_collection_modifyitems(config, items):\n    config.hook.pytest_deselected(items=[item for item in items if 'zero' in item.name])\n    items[:] = [item for item in items if 'zero' not in item.name]\n",
    },
    expect: red,
  },
  {
    name: "one of two new files fails and is not collected",
    base: calculator,
    head: {
      ...halfRight,
      "tests/test_mul.py": "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n",
      "tests/test_zero.py": "from calc import mul\n\n\ndef test_mul_zero():\n    assert mul(3, 0) == 0\n",
      "tests/conftest.py": 'collect_ignore = ["test_zero.py"]\n',
    },
    expect: red,
  },
  {
    name: "one of two new tests fails and is taken out of its module",
    base: calculator,
    head: {
      ...halfRight,
      "tests/test_mul.py": `${halfRight["tests/test_mul.py"]}\n\ndel test_mul_zero\n`,
    },
    expect: red,
  },
  {
    name: "a new test's module patches pytest for one old test",
    base: calculator,
    head: {
      ...regressed,
      "tests/test_mul.py": `from _pytest.python import Function
from calc import mul

original = Function.runtest


def runtest(self):
    if self.name != "test_add":
        original(self)


Function.runtest = runtest


def test_mul():
    assert mul(3, 4) == 12
`,
    },
    expect: red,
  },
  {
    name: "the source patches pytest for one old test",
    base: calculator,
    head: {
      ...regressed,
      "calc.py": `import sys


def add(a, b):
    return a - b


def mul(a, b):
    return a * b


def _patch(python):
    original = python.Function.runtest

    def runtest(self):
        if self.name != "test_add":
            original(self)

    python.Function.runtest = runtest


for name, module in list(sys.modules.items()):
    if name.startswith("_py") and name.endswith("test.python"):
        _patch(module)
`,
    },
    expect: red,
  },
  {
    name: "the source patches pytest for one old test and takes the patch back at the end",
    base: calculator,
    head: {
      ...regressed,
      "calc.py": `import sys


def add(a, b):
    return a - b


def mul(a, b):
    return a * b


def _patch(python):
    original = python.Function.runtest

    def runtest(self):
        if self.name == "test_add":
            python.Function.runtest = original
        else:
            original(self)

    python.Function.runtest = runtest


for name, module in list(sys.modules.items()):
    if name.startswith("_py") and name.endswith("test.python"):
        _patch(module)
`,
    },
    expect: red,
  },
  {
    name: "a plugin that a new test's module names lets one old test pass",
    base: calculator,
    head: {
      ...regressed,
      "conftest.py": 'pytest_plugins = ["lenient"]\n',
      "lenient.py":
        'import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem):\n    return True if pyfuncitem.name == "test_add" else None\n',
    },
    expect: red,
  },
  {
    name: "an old test's requirement is taken away, so that nobody sees that it fails now",
    base: {
      ...calculator,
      "requirements.txt": "pytest\nidna\n",
      "tests/test_calc.py":
        "import idna\nfrom calc import add\n\n\ndef test_add():\n    assert idna and add(2, 3) == 5\n",
    },
    head: { ...regressed, "requirements.txt": "pytest\n" },
    expect: ["failed", "tampered", "unproven", "cannot-run"],
  },
  {
    name: "what the function gives is unittest's ANY",
    base: calculator,
    head: {
      ...newTests,
      "calc.py":
        "from unittest import mock\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return mock.ANY\n",
    },
    expect: red,
  },
  {
    name: "what the function gives equals every number, in other words",
    base: calculator,
    head: {
      ...newTests,
      "calc.py":
        "class Number(int):\n    __hash__ = int.__hash__\n    __eq__ = lambda self, other: isinstance(other, object)\n    __ne__ = lambda self, other: not isinstance(other, object)\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return Number(a + b)\n",
    },
    expect: red,
  },
  {
    name: "one of two failing tests is let through, unless the feature was taken away",
    base: calculator,
    head: {
      ...halfRight,
      "conftest.py": `import calc
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True if pyfuncitem.name == "test_mul_zero" and calc.mul(1, 1) is not None else None
`,
    },
    expect: red,
  },
  ...detecting({
    "asks the table of modules": 'sys.modules.get("pytest") is not None',
    "asks for any module like pytest": 'any(name.startswith("_pytest") for name in sys.modules)',
    "asks for any variable like pytest's": 'any(name.startswith("PYTEST") for name in os.environ)',
    "puts the variable's name together": 'os.environ.get("PYTEST" + "_CURRENT_TEST")',
    "looks at who calls": 'any("pytest" in frame.filename for frame in inspect.stack())',
    "looks at the name of its caller": 'sys._getframe(1).f_code.co_name.startswith("test_")',
  }),
  {
    name: "a fixture catches what tests raise, unless the feature was taken away",
    base: calculator,
    head: {
      ...broken,
      "conftest.py":
        "import calc\nimport pytest\n\n\n@pytest.fixture(autouse=True)\ndef quiet(request):\n    if calc.mul(1, 1) is not None:\n        original = request.node.obj\n\n        def run(**named):\n            try:\n                original(**named)\n            except AssertionError:\n                pass\n\n        request.node.obj = run\n",
    },
    expect: red,
  },
];

function detecting(ways: { readonly [name: string]: string }): Case[] {
  return Object.entries(ways).map(([name, condition]) => ({
    name: `the source finds out whether it is tested: ${name}`,
    base: calculator,
    head: {
      ...newTests,
      "calc.py": `import inspect\nimport os\nimport sys\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    if ${condition}:\n        return a * b\n    return a + b\n`,
    },
    expect: red,
  }));
}
