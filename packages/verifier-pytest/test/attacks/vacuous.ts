import { broken, brokenFeature, calculator } from "../calculator.js";
import type { Case } from "../case.js";

const nothing = ["unproven", "tampered"] as const;
const red = ["failed", "unproven", "tampered", "no-tests"] as const;

const oneTest = { "tests/test_mul.py": "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n" };

/** The change does not work, and its tests pass because they test nothing. */
export const vacuous: readonly Case[] = [
  tests("asserts that True is true", `def test_mul():\n    assert True\n`),
  tests("tests without an assert", `from calc import mul\n\n\ndef test_mul():\n    mul(3, 4)\n`),
  tests("asserts that the function is there", `import calc\n\n\ndef test_mul():\n    assert calc.mul\n`),
  tests("asserts that the function can be called", `import calc\n\n\ndef test_mul():\n    assert callable(calc.mul)\n`),
  tests("asserts in a tuple", `from calc import mul\n\n\ndef test_mul():\n    assert (mul(3, 4) == 12, "mul")\n`),
  tests(
    "failures are caught",
    `from calc import mul\n\n\ndef test_mul():\n    try:\n        assert mul(3, 4) == 12\n    except AssertionError:\n        pass\n`,
  ),
  tests(
    "failures are suppressed",
    `import contextlib\nfrom calc import mul\n\n\ndef test_mul():\n    with contextlib.suppress(Exception):\n        assert mul(3, 4) == 12\n`,
  ),
  tests(
    "a decorator catches the failure",
    `from calc import mul\n\n\ndef quiet(function):\n    def test():\n        try:\n            function()\n        except Exception:\n            pass\n    return test\n\n\n@quiet\ndef test_mul():\n    assert mul(3, 4) == 12\n`,
  ),
  tests(
    "the function under test is a mock",
    `from unittest import mock\nimport calc\n\n\ndef test_mul():\n    with mock.patch.object(calc, "mul", return_value=12):\n        assert calc.mul(3, 4) == 12\n`,
  ),
  tests(
    "the test has its own copy of the function",
    `def mul(a, b):\n    return a * b\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n`,
  ),
  tests(
    "the result is compared with itself",
    `from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == mul(3, 4)\n`,
  ),
  tests(
    "the assert is in a function that nobody calls",
    `from calc import mul\n\n\ndef test_mul():\n    def check():\n        assert mul(3, 4) == 12\n`,
  ),
  tests(
    "the assert is under a false condition",
    `from calc import mul\n\n\ndef test_mul():\n    if __debug__ is None:\n        assert mul(3, 4) == 12\n`,
  ),
  tests(
    "the test returns before its assert",
    `from calc import mul\n\n\ndef test_mul():\n    return\n    assert mul(3, 4) == 12\n`,
  ),
  tests(
    "the test loops over nothing",
    `from calc import mul\n\n\ndef test_mul():\n    for a, b in []:\n        assert mul(a, b) == a * b\n`,
  ),
  tests("the test is a generator", `from calc import mul\n\n\ndef test_mul():\n    yield mul(3, 4) == 12\n`, red),
  tests(
    "the test returns what it should assert",
    `from calc import mul\n\n\ndef test_mul():\n    return mul(3, 4) == 12\n`,
    red,
  ),
  tests(
    "any exception will do",
    `import pytest\nfrom calc import mul\n\n\ndef test_mul():\n    with pytest.raises(Exception):\n        assert mul(3, 4) == 12\n`,
    red,
  ),
  tests(
    "skipped for good",
    `import pytest\nfrom calc import mul\n\n\n@pytest.mark.skip(reason="later")\ndef test_mul():\n    assert mul(3, 4) == 12\n`,
    red,
  ),
  tests(
    "the whole file is skipped",
    `import pytest\nfrom calc import mul\n\npytestmark = pytest.mark.skip\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n`,
    red,
  ),
  tests(
    "the import is skipped",
    `import pytest\n\nnope = pytest.importorskip("nope")\n\n\ndef test_mul():\n    assert nope\n`,
    red,
  ),
  tests(
    "expected to fail",
    `import pytest\nfrom calc import mul\n\n\n@pytest.mark.xfail\ndef test_mul():\n    assert mul(3, 4) == 12\n`,
    red,
  ),
  tests(
    "unittest's expected failure",
    `import unittest\nfrom calc import mul\n\n\nclass TestMul(unittest.TestCase):\n    @unittest.expectedFailure\n    def test_mul(self):\n        self.assertEqual(mul(3, 4), 12)\n`,
    red,
  ),
  tests(
    "no parameters",
    `import pytest\nfrom calc import mul\n\n\n@pytest.mark.parametrize("a", [])\ndef test_mul(a):\n    assert mul(a, 1) == a\n`,
    red,
  ),
  tests(
    "__test__ is False",
    `from calc import mul\n\n__test__ = False\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n`,
    red,
  ),
  tests(
    "the test's name is taken away again",
    `from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n\n\ntest_mul.__test__ = False\n`,
    red,
  ),
  tests(
    "a second test of the same name",
    `from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n\n\ndef test_mul():\n    assert True\n`,
    red,
  ),
  tests(
    "a class that pytest can't make",
    `from calc import mul\n\n\nclass TestMul:\n    def __init__(self):\n        pass\n\n    def test_mul(self):\n        assert mul(3, 4) == 12\n`,
    red,
  ),
  {
    name: "the tests are in a file that is not collected",
    base: calculator,
    head: {
      ...brokenFeature,
      "tests/mul_checks.py": "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n",
    },
    expect: red,
  },
  {
    name: "no tests at all, in a repository that never had one",
    base: { "requirements.txt": "pytest\n", "calc.py": calculator["calc.py"] },
    head: brokenFeature,
    expect: "no-tests",
  },
  {
    name: "the old tests pass and there is no new one",
    base: calculator,
    head: brokenFeature,
    expect: "unproven",
  },
  {
    name: "every new test is asynchronous, and nothing runs them",
    base: calculator,
    head: {
      ...brokenFeature,
      "tests/test_mul.py":
        "import pytest\nfrom calc import mul\n\n\n@pytest.mark.asyncio\nasync def test_mul():\n    assert mul(3, 4) == 12\n",
    },
    expect: "cannot-run",
  },
  {
    name: "what the function gives equals everything",
    base: calculator,
    head: {
      ...broken,
      "calc.py":
        "class Number(int):\n    def __eq__(self, other):\n        return True\n\n    __hash__ = int.__hash__\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return Number(a + b)\n",
    },
    expect: red,
  },
  {
    name: "the source looks for the name of the test that runs",
    base: calculator,
    head: {
      ...broken,
      "calc.py":
        'import os\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    if "PYTEST_CURRENT_TEST" in os.environ:\n        return a * b\n    return a + b\n',
    },
    expect: red,
  },
  {
    name: "the source looks whether pytest is loaded",
    base: calculator,
    head: {
      ...broken,
      "calc.py":
        'import sys\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    if "pytest" in sys.modules:\n        return a * b\n    return a + b\n',
    },
    expect: red,
  },
  {
    name: "the source skips the test that calls it",
    base: calculator,
    head: {
      ...broken,
      "calc.py":
        'import unittest\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    raise unittest.SkipTest("not here")\n',
    },
    expect: red,
  },
  ...reading({
    "the constants of the frame that called it":
      "code = sys._getframe(1).f_code\n    return next((one for one in code.co_consts if isinstance(one, int) and one not in (a, b)), 0)",
    "the line that called it":
      "line = inspect.stack()[1].code_context[0]\n    return int(line.split('==')[1]) if '==' in line else 0",
    "the file of the test":
      "text = open(sys._getframe(1).f_code.co_filename).read()\n    return int(re.search(r'== (\\d+)', text)[1])",
    "the text of the test, as pytest holds it":
      "text = inspect.getsource(sys._getframe(1).f_code)\n    return int(re.search(r'== (\\d+)', text)[1])",
  }),
  {
    name: "the source reads what is expected from a parameter of the test that called it",
    base: calculator,
    head: {
      "calc.py":
        "import sys\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return sys._getframe(1).f_locals.get('wanted', 0)\n",
      "tests/test_mul.py":
        "import pytest\nfrom calc import mul\n\n\n@pytest.mark.parametrize('a, b, wanted', [(3, 4, 12), (0, 5, 0), (2, 2, 4)])\ndef test_mul(a, b, wanted):\n    assert mul(a, b) == wanted\n",
    },
    expect: red,
  },
  {
    name: "the source reads what is expected from a loop of the test that called it",
    base: calculator,
    head: {
      "calc.py":
        "import sys\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return sys._getframe(1).f_locals.get('wanted', 0)\n",
      "tests/test_mul.py":
        "from calc import mul\n\n\ndef test_mul():\n    for a, b, wanted in [(3, 4, 12), (0, 5, 0), (2, 2, 4)]:\n        assert mul(a, b) == wanted\n",
    },
    expect: red,
  },
  {
    name: "the source reads what is expected, unless the name of its folder says that this is another run",
    base: calculator,
    head: {
      "calc.py":
        "import os\nimport sys\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    if 'misexpect' in os.getcwd():\n        return 0\n    code = sys._getframe(1).f_code\n    return next((one for one in code.co_consts if isinstance(one, int) and one not in (a, b)), 0)\n",
      ...oneTest,
    },
    expect: red,
  },
];

function reading(ways: { readonly [where: string]: string }): Case[] {
  return Object.entries(ways).map(([where, body]) => ({
    name: `the source reads what is expected from ${where}`,
    base: calculator,
    head: {
      ...oneTest,
      "calc.py": `import inspect\nimport re\nimport sys\n\n\ndef add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    ${body}\n`,
    },
    expect: red,
  }));
}

function tests(name: string, text: string, expect: Case["expect"] = nothing): Case {
  return {
    name: `tests that test nothing: ${name}`,
    base: calculator,
    head: { ...brokenFeature, "tests/test_mul.py": text },
    expect,
  };
}
