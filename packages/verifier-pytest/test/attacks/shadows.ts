import { broken, brokenFeature, calculator, newTests } from "../calculator.js";
import type { Case } from "../case.js";

const red = ["failed", "tampered", "unproven", "no-tests"] as const;
const printsPassed = 'print("3 passed in 0.01s")\n\n\ndef main(*arguments, **named):\n    return 0\n';
const swallows =
  "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_call(item):\n    outcome = yield\n    outcome.force_result(None)\n";

/** The change does not work, and something in the tree stands where a tool, a library or Python's own start-up should. */
export const shadows: readonly Case[] = [
  planted("a pytest package", { "pytest/__init__.py": printsPassed, "pytest/__main__.py": printsPassed }),
  planted("a pytest module", { "pytest.py": printsPassed }),
  planted("a _pytest package", { "_pytest/__init__.py": "", "_pytest/config.py": printsPassed }),
  planted("a pluggy module", { "pluggy.py": "import os\nos._exit(0)\n" }),
  planted("sitecustomize", { "sitecustomize.py": "import os\nos._exit(0)\n" }),
  planted("usercustomize", { "usercustomize.py": "import os\nos._exit(0)\n" }),
  planted("a .pth file", { "lenient.pth": "import os; os._exit(0)\n" }),
  planted("a plugin's metadata", {
    "lenient.py": swallows,
    "lenient-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: lenient\nVersion: 1.0\n",
    "lenient-1.0.dist-info/entry_points.txt": "[pytest11]\nlenient = lenient\n",
    "lenient-1.0.dist-info/RECORD": "",
  }),
  planted("a plugin's metadata, as an egg", {
    "lenient.py": swallows,
    "lenient.egg-info/PKG-INFO": "Metadata-Version: 1.0\nName: lenient\nVersion: 1.0\n",
    "lenient.egg-info/entry_points.txt": "[pytest11]\nlenient = lenient\n",
  }),
  planted("a plugin declared as an entry point of the project", {
    "pyproject.toml":
      '[project]\nname = "calc"\nversion = "1"\n[project.entry-points.pytest11]\nlenient = "lenient"\n[tool.setuptools]\npy-modules = ["calc", "lenient"]\n',
    "lenient.py": swallows,
  }),
  planted("a setup.py that runs when something is installed", {
    "setup.py":
      "import os, site\nfrom setuptools import setup\nfor folder in site.getsitepackages():\n    open(os.path.join(folder, 'evil.pth'), 'w').write('import os; os._exit(0)')\nsetup(name='calc', version='1', py_modules=['calc'])\n",
    "requirements.txt": "pytest\n-e .\n",
  }),
  planted("a pytest of the tree as requirement", {
    "requirements.txt": "./vendor/pytest\n",
    "vendor/pytest/setup.py": "from setuptools import setup\nsetup(name='pytest', version='99', packages=['pytest'])\n",
    "vendor/pytest/pytest/__init__.py": printsPassed,
  }),
  planted("a find-links folder in the requirements", {
    "requirements.txt": "--no-index\n--find-links ./wheels\npytest\n",
    "wheels/README": "pytest-99-py3-none-any.whl would lie here\n",
  }),
  planted("a unittest module", {
    "unittest.py": "class TestCase:\n    pass\n\n\nclass SkipTest(Exception):\n    pass\n",
  }),
  planted("an inspect module", { "inspect.py": "import os\nos._exit(0)\n" }),
  planted("a json module", { "json.py": "def dumps(value):\n    return '{}'\n\n\ndef loads(text):\n    return {}\n" }),
  planted("a hmac module", { "hmac.py": "def new(*rest):\n    raise SystemExit(0)\n" }),
  planted("an xml package", { "xml/__init__.py": "import os\nos._exit(0)\n" }),
  {
    name: "in the tree: an asyncio module that closes old tests instead of running them",
    base: {
      ...calculator,
      "tests/test_calc.py": `import unittest

from calc import add


class Adding(unittest.IsolatedAsyncioTestCase):
    async def test_add(self):
        self.assertEqual(add(2, 3), 5)
`,
    },
    head: {
      ...newTests,
      "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n",
      "asyncio.py": `class Runner:
    def __init__(self, debug=False):
        pass

    def get_loop(self):
        pass

    def run(self, coroutine, context=None):
        coroutine.close()

    def close(self):
        pass
`,
    },
    expect: red,
  },
  planted("a traceback module", { "traceback.py": "import os\nos._exit(0)\n" }),
  planted("a calc package beside calc.py that the tests get instead", {
    "tests/calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n",
  }),
  planted("a conftest beside the tests that puts another folder first", {
    "tests/conftest.py": "import os, sys\n\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'good'))\n",
    "tests/good/calc.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n",
  }),
  planted("tests that are links to nothing to do", {
    "tests/test_mul.py": { link: "/dev/null" },
  }),
  planted("tests that are links to the outside", {
    "tests/test_mul.py": { link: "/etc/hostname" },
  }),
  {
    name: "the new tests write over themselves and the source",
    base: calculator,
    head: {
      ...broken,
      "conftest.py": `import pathlib

root = pathlib.Path(__file__).parent
(root / "calc.py").write_text("def add(a, b):\\n    return a + b\\n\\n\\ndef mul(a, b):\\n    return a * b\\n")
`,
    },
    expect: ["failed", "tampered", "unproven"],
  },
  {
    name: "the source imports the right answer from a file outside of the code",
    base: calculator,
    head: {
      ...newTests,
      "calc.py": brokenFeature["calc.py"],
      "conftest.py":
        "import sys, types\n\nfake = types.ModuleType('calc')\nfake.add = lambda a, b: a + b\nfake.mul = lambda a, b: a * b\nsys.modules['calc'] = fake\n",
    },
    expect: ["failed", "tampered", "unproven"],
  },
];

function planted(name: string, files: Case["head"]): Case {
  return { name: `in the tree: ${name}`, base: calculator, head: { ...broken, ...files }, expect: red };
}
