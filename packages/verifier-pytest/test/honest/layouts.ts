import { calculator, good } from "../calculator.js";
import type { Case } from "../case.js";

const mul = "\n\ndef mul(a, b):\n    return a * b\n";
const testMul = (module: string): string =>
  `from ${module} import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n`;

/** Honest work in the layouts and with the settings that people use. */
export const layouts: readonly Case[] = [
  { name: "flat, with requirements.txt", base: calculator, head: good, expect: "passed" },
  {
    name: "src layout, declared in pyproject.toml with an extra for tests",
    base: {
      "pyproject.toml":
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "shop"\nversion = "1.2"\ndependencies = []\n\n[project.optional-dependencies]\ntest = ["pytest"]\n',
      "src/shop/__init__.py": "",
      "src/shop/calc.py": calculator["calc.py"],
      "tests/test_calc.py": "from shop.calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    },
    head: {
      "src/shop/calc.py": calculator["calc.py"] + mul,
      "tests/test_mul.py": testMul("shop.calc"),
    },
    expect: "passed",
  },
  {
    name: "dependency groups and a package at the top",
    base: {
      "pyproject.toml":
        '[project]\nname = "shop"\nversion = "1.2"\n\n[dependency-groups]\ndev = ["pytest>=7"]\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\naddopts = "-ra -q --strict-markers"\n',
      "shop/__init__.py": "",
      "shop/calc.py": calculator["calc.py"],
      "tests/__init__.py": "",
      "tests/test_calc.py": "from shop.calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    },
    head: { "shop/calc.py": calculator["calc.py"] + mul, "tests/test_mul.py": testMul("shop.calc") },
    expect: "passed",
  },
  {
    name: "setup.cfg and setup.py",
    base: {
      "setup.py": "from setuptools import setup\n\nsetup()\n",
      "setup.cfg":
        "[metadata]\nname = shop\nversion = 1.0\n\n[options]\npackages = find:\npackage_dir =\n    = src\n\n[options.packages.find]\nwhere = src\n\n[options.extras_require]\ntesting =\n    pytest\n\n[tool:pytest]\ntestpaths = tests\naddopts = -q\n",
      "src/shop/__init__.py": calculator["calc.py"],
      "tests/test_calc.py": "from shop import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    },
    head: { "src/shop/__init__.py": calculator["calc.py"] + mul, "tests/test_mul.py": testMul("shop") },
    expect: "passed",
  },
  {
    name: "tests inside of the package, relative imports",
    base: {
      "requirements-dev.txt": "pytest\n",
      "shop/__init__.py": "",
      "shop/calc.py": calculator["calc.py"],
      "shop/tests/__init__.py": "",
      "shop/tests/test_calc.py": "from ..calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    },
    head: { "shop/calc.py": calculator["calc.py"] + mul, "shop/tests/test_mul.py": testMul("..calc") },
    expect: "passed",
  },
  {
    name: "a project in a folder of a bigger repository",
    base: {
      "README.md": "# All of it\n",
      "web/package.json": "{}\n",
      "services/api/requirements.txt": "pytest\n",
      "services/api/calc.py": calculator["calc.py"],
      "services/api/tests/test_calc.py": calculator["tests/test_calc.py"],
    },
    head: {
      "services/api/calc.py": calculator["calc.py"] + mul,
      "services/api/tests/test_mul.py": testMul("calc"),
    },
    expect: "passed",
  },
  {
    name: "two projects in one repository, one of them changed",
    base: {
      "one/pyproject.toml": '[project]\nname = "one"\nversion = "1"\n[dependency-groups]\ntest = ["pytest"]\n',
      "one/src/one/__init__.py": calculator["calc.py"],
      "one/tests/test_one.py": "from one import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
      "two/pyproject.toml": '[project]\nname = "two"\nversion = "1"\n[dependency-groups]\ntest = ["pytest"]\n',
      "two/src/two/__init__.py": calculator["calc.py"],
      "two/tests/test_two.py": "from two import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    },
    head: { "two/src/two/__init__.py": calculator["calc.py"] + mul, "two/tests/test_mul.py": testMul("two") },
    expect: "passed",
  },
  {
    name: "a member of a uv workspace that needs another one",
    base: {
      "pyproject.toml": '[tool.uv.workspace]\nmembers = ["libs/*", "app"]\n',
      "libs/sums/pyproject.toml": '[project]\nname = "the-sums"\nversion = "1"\ndependencies = ["iniconfig"]\n',
      "libs/sums/src/sums.py": "import iniconfig\n\n\ndef add(a, b):\n    return a + b\n",
      "app/pyproject.toml":
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["the-sums"]\n\n[dependency-groups]\ndev = ["pytest"]\n\n[tool.uv.sources]\nthe-sums = { workspace = true }\n',
      "app/app.py": "from sums import add\n\n\ndef one(a):\n    return add(a, 1)\n",
      "app/tests/test_app.py": "from app import one\n\n\ndef test_one():\n    assert one(1) == 2\n",
    },
    head: {
      "app/app.py":
        "from sums import add\n\n\ndef one(a):\n    return add(a, 1)\n\n\ndef two(a):\n    return add(a, 2)\n",
      "app/tests/test_two.py": "from app import two\n\n\ndef test_two():\n    assert two(1) == 3\n",
    },
    options: { project: "app" },
    expect: "passed",
  },
  ...(
    [
      ["requirements.txt", "-e ../sums\npytest\n"],
      ["requirements.txt", "sums @ ../sums\npytest\n"],
      [
        "pyproject.toml",
        '[tool.poetry]\nname = "app"\nversion = "1"\n\n[tool.poetry.dependencies]\npython = "^3.8"\nsums = { path = "../sums", develop = true }\npytest = "*"\n',
      ],
    ] as const
  ).map(([file, text]) => ({
    name: `a project that needs the one beside it, by ${file}: ${text.split("\n")[0]}`,
    base: {
      "sums/setup.cfg": "[metadata]\nname = sums\n\n[options]\ninstall_requires = iniconfig\n",
      "sums/sums.py": "import iniconfig\n\n\ndef add(a, b):\n    return a + b\n",
      [`app/${file}`]: text,
      "app/app.py": "from sums import add\n\n\ndef one(a):\n    return add(a, 1)\n",
      "app/test_app.py": "from app import one\n\n\ndef test_one():\n    assert one(1) == 2\n",
    },
    head: {
      "app/app.py":
        "from sums import add\n\n\ndef one(a):\n    return add(a, 1)\n\n\ndef two(a):\n    return add(a, 2)\n",
      "app/test_two.py": "from app import two\n\n\ndef test_two():\n    assert two(1) == 3\n",
    },
    options: { project: "app" },
    expect: "passed" as const,
  })),
  {
    name: "a namespace package without __init__",
    base: {
      "requirements.txt": "pytest\n",
      "acme/shop/calc.py": calculator["calc.py"],
      "tests/test_calc.py": "from acme.shop.calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    },
    head: { "acme/shop/calc.py": calculator["calc.py"] + mul, "tests/test_mul.py": testMul("acme.shop.calc") },
    expect: "passed",
  },
  {
    name: "importlib mode, two test files of one name",
    base: {
      ...calculator,
      "pytest.ini": "[pytest]\naddopts = --import-mode=importlib\npythonpath = .\n",
      "tests/one/test_it.py": calculator["tests/test_calc.py"],
    },
    head: {
      "calc.py": calculator["calc.py"] + mul,
      "tests/two/test_it.py": testMul("calc"),
    },
    expect: "passed",
  },
  {
    name: "scripts without a package, started as programs",
    base: {
      "requirements.txt": "pytest\n",
      "greet.py":
        'import sys\n\n\ndef main():\n    print(f"Hello, {sys.argv[1]}")\n\n\nif __name__ == "__main__":\n    main()\n',
      "test_greet.py":
        'import subprocess\nimport sys\n\n\ndef test_hello():\n    done = subprocess.run([sys.executable, "greet.py", "Ada"], capture_output=True, text=True, check=True)\n    assert done.stdout == "Hello, Ada\\n"\n',
    },
    head: {
      "greet.py":
        'import sys\n\n\ndef shout(text):\n    return text.upper() + "!"\n\n\ndef main():\n    words = sys.argv[1:]\n    if words[0] == "--shout":\n        print(shout(f"Hello, {words[1]}"))\n    else:\n        print(f"Hello, {words[0]}")\n\n\nif __name__ == "__main__":\n    main()\n',
      "test_greet.py":
        'import subprocess\nimport sys\n\n\ndef run(*arguments):\n    return subprocess.run([sys.executable, "greet.py", *arguments], capture_output=True, text=True, check=True)\n\n\ndef test_hello():\n    assert run("Ada").stdout == "Hello, Ada\\n"\n\n\ndef test_shout():\n    assert run("--shout", "Ada").stdout == "HELLO, ADA!\\n"\n',
    },
    expect: "passed",
  },
  {
    name: "a console script of the project",
    base: {
      "pyproject.toml":
        '[project]\nname = "greeter"\nversion = "1"\n[project.scripts]\ngreet = "greeter:main"\n[project.optional-dependencies]\ndev = ["pytest"]\n',
      "src/greeter/__init__.py": 'def main():\n    print("Hello")\n',
      "tests/test_cli.py":
        'import subprocess\n\n\ndef test_hello():\n    assert subprocess.run(["greet"], capture_output=True, text=True).stdout == "Hello\\n"\n',
    },
    head: {
      "src/greeter/__init__.py":
        'import sys\n\n\ndef word():\n    return "Bye" if sys.argv[1:] == ["--bye"] else "Hello"\n\n\ndef main():\n    print(word())\n',
      "tests/test_bye.py":
        'import subprocess\n\n\ndef test_bye():\n    assert subprocess.run(["greet", "--bye"], capture_output=True, text=True).stdout == "Bye\\n"\n',
    },
    expect: "passed",
  },
  {
    name: "paths with spaces and letters of other alphabets",
    base: { ...calculator, "tests/größe und maß/test_größe.py": calculator["tests/test_calc.py"] },
    head: {
      "calc.py": calculator["calc.py"] + mul,
      "tests/größe und maß/test_mal nehmen.py": testMul("calc"),
    },
    expect: "passed",
  },
  {
    name: "the first tests of a project, with their settings",
    base: { "calc.py": calculator["calc.py"] },
    head: {
      "calc.py": calculator["calc.py"] + mul,
      "requirements.txt": "pytest\n",
      "pytest.ini": "[pytest]\ntestpaths = tests\naddopts = -ra --strict-markers\nmarkers =\n    slow: takes long\n",
      "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef three():\n    return 3\n",
      "tests/test_mul.py": "from calc import mul\n\n\ndef test_mul(three):\n    assert mul(three, 4) == 12\n",
    },
    expect: "passed",
  },
  {
    name: "a new module in an empty repository",
    base: { "README.md": "# Nothing yet\n" },
    head: { ...calculator, "calc.py": calculator["calc.py"] },
    expect: "passed",
  },
  {
    name: "settings in tox.ini, test files with a name of their own",
    base: {
      "tox.ini": "[tox]\nenvlist = py3\n\n[testenv]\ndeps = pytest\n\n[pytest]\npython_files = check_*.py\n",
      "calc.py": calculator["calc.py"],
      "checks/check_calc.py": calculator["tests/test_calc.py"],
      "requirements.txt": "pytest\n",
    },
    head: { "calc.py": calculator["calc.py"] + mul, "checks/check_mul.py": testMul("calc") },
    expect: "passed",
  },
  {
    name: "a constraints file and requirements that include others",
    base: {
      ...calculator,
      "requirements.txt": "-r requirements/base.txt\n",
      "requirements/base.txt": "iniconfig  # read by pytest too\n",
      "requirements/test.txt": "-r base.txt\n-c constraints.txt\npytest ; python_version >= '3.8'\n",
      "requirements/constraints.txt": "pytest>=6\n",
    },
    head: good,
    expect: "passed",
  },
];
