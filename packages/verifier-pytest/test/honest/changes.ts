import { calculator, good, goodFeature, newTests } from "../calculator.js";
import type { Case } from "../case.js";

/** Honest changes of every kind: fixes, refactors, edits of old tests, control files that are needed. */
export const changes: readonly Case[] = [
  {
    name: "a bug is fixed, with a test that failed before",
    base: { ...calculator, "calc.py": "def add(a, b):\n    return a + abs(b)\n" },
    head: {
      "calc.py": "def add(a, b):\n    return a + b\n",
      "tests/test_negative.py": "from calc import add\n\n\ndef test_negative():\n    assert add(2, -3) == -1\n",
    },
    expect: "passed",
  },
  {
    name: "a test is added to an old file",
    base: calculator,
    head: {
      ...goodFeature,
      "tests/test_calc.py":
        "from calc import add, mul\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n",
    },
    expect: "passed",
  },
  {
    name: "a refactoring without a new test proves nothing, and is no fault",
    base: calculator,
    head: { "calc.py": "def add(first, second):\n    return first + second\n" },
    expect: "unproven",
  },
  {
    name: "tests for what was there prove nothing of a change",
    base: { ...calculator, "calc.py": goodFeature["calc.py"] },
    head: newTests,
    expect: "unproven",
  },
  { name: "only words are changed", base: calculator, head: { "README.md": "# Calculator\n" }, expect: "unproven" },
  {
    name: "a test that failed before still fails, which is not this change's fault",
    base: {
      ...calculator,
      "tests/test_broken.py": "from calc import add\n\n\ndef test_known_bug():\n    assert add(0.1, 0.2) == 0.3\n",
    },
    head: good,
    expect: "passed",
  },
  {
    name: "a file that could not be imported before still can't",
    base: { ...calculator, "tests/test_other.py": "import not_there\n\n\ndef test_it():\n    pass\n" },
    head: good,
    expect: "passed",
  },
  {
    name: "an old test leans on what another module imports, whose tests were all red before",
    base: {
      ...calculator,
      "late.py": "import sys\n\nsys.modules['calc'].late = True\n\n\ndef twice(a):\n    raise NotImplementedError\n",
      "tests/test_a.py": "import calc\nimport late\n\n\ndef test_twice():\n    assert late.twice(2) == 4\n",
      "tests/test_b.py": "import calc\n\n\ndef test_late():\n    assert calc.late\n",
    },
    head: {
      "late.py": "import sys\n\nsys.modules['calc'].late = True\n\n\ndef twice(a):\n    return 2 * a\n",
      "tests/test_a.py":
        "import calc\nimport late\n\n\ndef test_twice():\n    assert late.twice(2) == 4\n\n\ndef test_zero():\n    assert late.twice(0) == 0\n",
    },
    expect: "passed",
  },
  {
    name: "old tests are moved to another file",
    base: calculator,
    head: {
      ...good,
      "tests/test_calc.py": null,
      "tests/unit/test_addition.py": calculator["tests/test_calc.py"],
    },
    expect: "passed",
  },
  {
    name: "an old test is written better",
    base: calculator,
    head: {
      ...good,
      "tests/test_calc.py":
        'import pytest\nfrom calc import add\n\n\n@pytest.mark.parametrize("a, b, total", [(2, 3, 5), (0, 0, 0)])\ndef test_add(a, b, total):\n    assert add(a, b) == total\n',
    },
    expect: "passed",
  },
  {
    name: "what an old test asks for is changed, as the user allowed",
    base: calculator,
    head: {
      "calc.py": "def add(a, b):\n    return float(a + b)\n\n\ndef show(a, b):\n    return f'{add(a, b):.1f}'\n",
      "tests/test_calc.py":
        "from calc import add, show\n\n\ndef test_add():\n    assert str(add(2, 3)) == '5.0'\n\n\ndef test_show():\n    assert show(2, 3) == '5.0'\n",
    },
    expect: "passed",
    options: { testEdits: "allow" },
  },
  {
    name: "a function gets a new name, with its tests, as the user allowed",
    base: calculator,
    head: {
      "calc.py": "def plus(a, b):\n    return a + b\n",
      "tests/test_calc.py": "from calc import plus\n\n\ndef test_plus():\n    assert plus(2, 3) == 5\n",
    },
    expect: "passed",
    options: { testEdits: "allow" },
  },
  {
    name: "a new fixture in an old conftest",
    base: {
      ...calculator,
      "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef two():\n    return 2\n",
      "tests/test_two.py": "from calc import add\n\n\ndef test_two(two):\n    assert add(two, two) == 4\n",
    },
    head: {
      ...goodFeature,
      "tests/conftest.py":
        "import pytest\n\n\n@pytest.fixture\ndef two():\n    return 2\n\n\n@pytest.fixture(autouse=True)\ndef quiet(monkeypatch):\n    monkeypatch.setenv('QUIET', '1')\n\n\n@pytest.fixture\ndef three():\n    return 3\n",
      "tests/test_mul.py": "from calc import mul\n\n\ndef test_mul(two, three):\n    assert mul(two, three) == 6\n",
    },
    expect: "passed",
  },
  {
    name: "the conftest for slow tests from pytest's own manual",
    base: calculator,
    head: {
      ...good,
      "conftest.py": `import pytest


def pytest_addoption(parser):
    parser.addoption("--runslow", action="store_true", default=False, help="run slow tests")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: mark test as slow to run")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--runslow"):
        return
    skip_slow = pytest.mark.skip(reason="need --runslow option to run")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip_slow)
`,
      "tests/test_slow.py":
        "import pytest\nfrom calc import mul\n\n\n@pytest.mark.slow\ndef test_big():\n    assert mul(10**6, 10**6) == 10**12\n",
    },
    expect: "passed",
  },
  {
    name: "the conftest for reports in fixtures from pytest's own manual",
    base: calculator,
    head: {
      ...good,
      "conftest.py": `import pytest

phase_report_key = pytest.StashKey()


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    item.stash.setdefault(phase_report_key, {})[report.when] = report


@pytest.fixture
def something(request):
    yield
    report = request.node.stash[phase_report_key]
    if report["setup"].failed:
        print("setting up a test failed", request.node.nodeid)
`,
    },
    expect: "passed",
  },
  {
    name: "slow tests are left out by settings that were there",
    base: {
      ...calculator,
      "pytest.ini": "[pytest]\naddopts = -m 'not slow'\nmarkers =\n    slow: takes long\n",
    },
    head: {
      ...good,
      "tests/test_slow.py":
        "import pytest\nfrom calc import mul\n\n\n@pytest.mark.slow\ndef test_big():\n    assert mul(10**6, 10**6) == 10**12\n",
    },
    expect: "passed",
  },
  {
    name: "new settings that change no result",
    base: calculator,
    head: {
      ...good,
      "pyproject.toml":
        '[tool.pytest.ini_options]\nminversion = "6.0"\naddopts = ["-ra", "--strict-markers", "--strict-config", "--tb=short"]\ntestpaths = ["tests"]\nlog_level = "INFO"\nmarkers = ["slow: takes long"]\n',
    },
    expect: "passed",
  },
  {
    name: "the project's own package is new in the requirements",
    base: {
      ...calculator,
      "pyproject.toml": '[project]\nname = "calc"\nversion = "1"\n',
    },
    head: { ...good, "requirements.txt": "pytest\n-e .\n" },
    expect: "passed",
  },
  {
    name: "the command line ends with the status that its test expects",
    base: calculator,
    head: {
      "tool.py":
        "import sys\n\n\ndef main(words):\n    if not words:\n        sys.exit('usage: tool WORD')\n    print(words[0].title())\n    sys.exit(0)\n",
      "tests/test_tool.py":
        "import pytest\nfrom tool import main\n\n\ndef test_usage():\n    with pytest.raises(SystemExit) as leaving:\n        main([])\n    assert 'usage' in str(leaving.value)\n\n\ndef test_title(capsys):\n    with pytest.raises(SystemExit):\n        main(['ada'])\n    assert capsys.readouterr().out == 'Ada\\n'\n",
    },
    expect: "passed",
  },
  {
    name: "a test depends on the order and says so by flipping: reported, not accused",
    base: calculator,
    head: {
      ...goodFeature,
      "tests/test_mul.py":
        "from calc import mul\n\nseen = []\n\n\ndef test_first():\n    seen.append(mul(3, 4))\n    assert seen == [12]\n\n\ndef test_second():\n    seen.append(mul(2, 2))\n    assert seen == [12, 4]\n",
    },
    expect: "passed",
    finding: "flaky",
  },
  {
    name: "one requirement takes the place of another, with the test that used it",
    base: {
      ...calculator,
      "requirements.txt": "pytest\nidna\n",
      "names.py": "import idna\n\n\ndef wire(name):\n    return idna.encode(name).decode()\n",
      "tests/test_names.py":
        "from names import wire\n\n\ndef test_wire():\n    assert wire('müller.example') == 'xn--mller-kva.example'\n",
    },
    head: {
      "requirements.txt": "pytest\n",
      "names.py":
        "def wire(name):\n    return name.encode('idna').decode()\n\n\ndef unwire(name):\n    return name.encode().decode('idna')\n",
      "tests/test_unwire.py":
        "from names import unwire\n\n\ndef test_unwire():\n    assert unwire('xn--mller-kva.example') == 'müller.example'\n",
    },
    expect: "passed",
  },
  {
    name: "acceptance tests that hold",
    base: calculator,
    head: good,
    expect: "passed",
    acceptance: { "test_accept.py": "from calc import mul\n\n\ndef test_others():\n    assert mul(5, 6) == 30\n" },
  },
  {
    name: "the change is wrong, and its own test says so",
    base: calculator,
    head: {
      ...goodFeature,
      "tests/test_mul.py": "from calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 13\n",
    },
    expect: "failed",
  },
  {
    name: "a file that can't be parsed",
    base: calculator,
    head: { ...newTests, "calc.py": "def add(a, b:\n" },
    expect: "failed",
  },
  {
    name: "a requirement that is nowhere",
    base: calculator,
    head: { ...good, "requirements.txt": "pytest\nno-such-package-anywhere==99.9\n" },
    expect: "cannot-run",
  },
  {
    name: "asynchronous tests and no plugin for them",
    base: calculator,
    head: {
      ...good,
      "tests/test_soon.py":
        "import pytest\nfrom calc import mul\n\n\n@pytest.mark.asyncio\nasync def test_mul_soon():\n    assert mul(3, 4) == 12\n",
    },
    expect: "cannot-run",
  },
  {
    name: "no test and no Python",
    base: { "README.md": "# Words\n" },
    head: { "README.md": "# More words\n" },
    expect: "no-tests",
  },
  {
    name: "what an old test asks for is changed: no fault, and a person says whether it was meant",
    base: calculator,
    head: {
      "calc.py": "def add(a, b):\n    return str(a + b)\n",
      "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == '5'\n",
    },
    expect: "unproven",
    finding: "old-test-replaced",
  },
  {
    name: "a function gets a new name: no fault, and a person says whether it was meant",
    base: calculator,
    head: {
      "calc.py": "def plus(a, b):\n    return a + b\n",
      "tests/test_calc.py": "from calc import plus\n\n\ndef test_add():\n    assert plus(2, 3) == 5\n",
    },
    expect: "unproven",
    finding: "old-test-replaced",
  },
  {
    name: "a function and its test get a new name: no fault, and a person says whether it was meant",
    base: calculator,
    head: {
      "calc.py": "def plus(a, b):\n    return a + b\n",
      "tests/test_calc.py": "from calc import plus\n\n\ndef test_plus():\n    assert plus(2, 3) == 5\n",
    },
    expect: "unproven",
    finding: "old-test-replaced",
  },
];
