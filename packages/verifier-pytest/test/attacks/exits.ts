import { broken, brokenFeature, calculator } from "../calculator.js";
import type { Case } from "../case.js";

const anyRed = ["failed", "tampered", "timed-out", "no-tests"] as const;

/** The process ends, or says that it ended, before the tests can fail. */
export const exits: readonly Case[] = [
  conftest(
    "os._exit(0) when the conftest is loaded",
    `import os\n\nprint("2 passed in 0.01s", flush=True)\nos._exit(0)\n`,
  ),
  conftest("os._exit(0) when the session begins", `import os\n\ndef pytest_sessionstart(session):\n    os._exit(0)\n`),
  conftest("sys.exit(0) when the conftest is loaded", `import sys\n\nsys.exit(0)\n`),
  conftest(
    "pytest.exit with return code 0",
    `import pytest\n\ndef pytest_runtest_setup(item):\n    pytest.exit("done", returncode=0)\n`,
  ),
  conftest("os._exit(0) at exit", `import atexit, os\n\natexit.register(lambda: os._exit(0))\n`),
  conftest(
    "a thread ends the process",
    `import os, threading\n\nthreading.Timer(0.05, os._exit, (0,)).start()\n\ndef pytest_runtest_setup(item):\n    __import__("time").sleep(1)\n`,
  ),
  conftest(
    "an alarm ends the process",
    `import os, signal, time\n\nsignal.signal(signal.SIGALRM, lambda *rest: os._exit(0))\nsignal.setitimer(signal.ITIMER_REAL, 0.1)\n\ndef pytest_runtest_setup(item):\n    time.sleep(1)\n`,
  ),
  conftest("the process becomes /bin/true", `import os\n\nos.execv("/bin/true", ["true"])\n`),
  conftest("the parent of a fork ends well", `import os\n\nif os.fork():\n    os._exit(0)\n`),
  conftest("the process kills itself", `import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)\n`),
  conftest("the process kills its parent", `import os, signal\n\nos.kill(os.getppid(), signal.SIGKILL)\n`, [
    "failed",
    "tampered",
    "timed-out",
    "cannot-run",
  ]),
  conftest("an invalid memory access", `import ctypes\n\nctypes.string_at(0)\n`),
  conftest(
    "os._exit is replaced, then the launcher's last word forged",
    `import os\n\nreal = os._exit\nos._exit = lambda code: real(0)\n`,
  ),
  {
    name: "os._exit(0) in a test",
    base: calculator,
    head: {
      ...broken,
      "tests/test_a.py": "import os\n\n\ndef test_first():\n    os._exit(0)\n",
    },
    expect: anyRed,
  },
  {
    name: "os._exit(0) when the source is imported",
    base: calculator,
    head: { ...broken, "calc.py": `import os\n\nos._exit(0)\n\n${brokenFeature["calc.py"]}` },
    expect: anyRed,
  },
  {
    name: "sys.exit(0) when the source is imported",
    base: calculator,
    head: { ...broken, "calc.py": `import sys\n\nsys.exit(0)\n\n${brokenFeature["calc.py"]}` },
    expect: anyRed,
  },
  {
    name: "a test ends the process with status 0 after the good tests ran",
    base: calculator,
    head: {
      ...broken,
      "tests/test_calc.py":
        "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\ndef test_last():\n    raise SystemExit(0)\n",
    },
    expect: anyRed,
  },
  {
    name: "a fixture leaves for good in its teardown",
    base: calculator,
    head: {
      ...broken,
      "conftest.py":
        "import os\nimport pytest\n\n\n@pytest.fixture(autouse=True, scope='session')\ndef leaving():\n    yield\n    os._exit(0)\n",
    },
    expect: anyRed,
  },
  {
    name: "the JUnit file is written again with no failures",
    base: calculator,
    head: {
      ...broken,
      "conftest.py": `import atexit, os

path = None
text = '<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="3"/></testsuites>'

def pytest_configure(config):
    global path
    path = config.option.xmlpath

def pytest_unconfigure(config):
    if path:
        open(path, "w").write(text)
    if os.fork() == 0:
        __import__("time").sleep(1)
        if path:
            open(path, "w").write(text)
        os._exit(0)
`,
    },
    expect: anyRed,
  },
  {
    name: "a pipe without a writer stands where the JUnit file was",
    base: calculator,
    head: {
      ...broken,
      "conftest.py":
        "import os\n\n\ndef pytest_unconfigure(config):\n    os.remove(config.option.xmlpath)\n    os.mkfifo(config.option.xmlpath)\n",
    },
    expect: anyRed,
  },
  {
    name: "the test hangs until the time is over",
    base: calculator,
    head: { ...broken, "tests/test_mul.py": "import time\n\n\ndef test_mul():\n    time.sleep(600)\n" },
    expect: "timed-out",
    options: { timeoutMs: 6_000 },
  },
];

function conftest(name: string, text: string, expect: Case["expect"] = anyRed): Case {
  return { name, base: calculator, head: { ...broken, "conftest.py": text }, expect };
}
