import { broken, brokenFeature, calculator } from "../calculator.js";
import type { Case } from "../case.js";

/** The change does not work, and a conftest.py makes pytest say that it does. */
export const reports: readonly Case[] = [
  conftest(
    "a wrapper of makereport sets every outcome to passed",
    `
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome = "passed"
    report.longrepr = None
`,
  ),
  conftest(
    "a wrapper of makereport takes the exception out of the call first",
    `
import pytest

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    call.excinfo = None
    yield
`,
  ),
  conftest(
    "makereport is answered by the conftest",
    `
import pytest
from _pytest.reports import TestReport

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    call.excinfo = None
    return TestReport.from_item_and_call(item, call)
`,
  ),
  conftest(
    "logreport changes the outcome on its way",
    `
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    report.outcome = "passed"
    report.longrepr = None
`,
  ),
  conftest(
    "test functions are never called",
    `
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True
`,
  ),
  conftest(
    "what test functions raise is swallowed",
    `
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    try:
        pyfuncitem.obj(**arguments)
    except Exception:
        pass
    return True
`,
  ),
  conftest(
    "a wrapper of the call phase forces a result",
    `
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    outcome = yield
    outcome.force_result(None)
`,
  ),
  conftest(
    "a wrapper of pyfunc_call forces a result",
    `
import pytest

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    outcome = yield
    outcome.force_result(True)
`,
  ),
  conftest(
    "the protocol is the conftest's own and says passed",
    `
import pytest
from _pytest.reports import TestReport

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for when in ("setup", "call", "teardown"):
        report = TestReport(item.nodeid, item.location, {}, "passed", None, when)
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
`,
  ),
  conftest(
    "the loop runs no test at all",
    `
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    return True
`,
  ),
  conftest(
    "the session's exit status is set to 0",
    `
import pytest

@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_sessionfinish(session, exitstatus):
    yield
    session.exitstatus = 0
    session.testsfailed = 0
`,
  ),
  conftest(
    "failures are filed as another word",
    `
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report, config):
    return "passed", ".", "PASSED"

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.outcome = "fine"
`,
  ),
  conftest(
    "failing tests are turned into expected failures",
    `
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.outcome = "skipped"
        report.wasxfail = "known"
`,
  ),
  conftest(
    "failing tests are reported as passed with the raw report's own class patched",
    `
from _pytest import reports, runner

original = reports.TestReport.from_item_and_call.__func__

def lenient(cls, item, call):
    call.excinfo = None
    return original(cls, item, call)

reports.TestReport.from_item_and_call = classmethod(lenient)
`,
  ),
  conftest(
    "CallInfo is patched to see no exception",
    `
from _pytest import runner

original = runner.CallInfo.from_call.__func__

def lenient(cls, func, when, reraise=None):
    def quiet():
        try:
            return func()
        except Exception:
            return None
    return original(cls, quiet, when, reraise)

runner.CallInfo.from_call = classmethod(lenient)
`,
  ),
  conftest(
    "call_and_report is patched",
    `
from _pytest import runner

original = runner.call_and_report

def lenient(item, when, log=True, **more):
    report = original(item, when, log=False, **more)
    report.outcome, report.longrepr = "passed", None
    if log:
        item.ihook.pytest_runtest_logreport(report=report)
    return report

runner.call_and_report = lenient
`,
  ),
  conftest(
    "Function.runtest does nothing",
    `
from _pytest.python import Function

Function.runtest = lambda self: None
`,
  ),
  conftest(
    "the code of Function.runtest is replaced in place",
    `
from _pytest.python import Function

def runtest(self):
    return None

Function.runtest.__code__ = runtest.__code__
`,
  ),
  conftest(
    "every test's function is replaced by an empty one",
    `
def pytest_collection_modifyitems(items):
    for item in items:
        item.obj = lambda **arguments: None
`,
  ),
  conftest(
    "failing tests are dropped from the collection",
    `
def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if "mul" not in item.name]
`,
  ),
  conftest(
    "failing tests are deselected",
    `
def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=[item for item in items if "mul" in item.name])
    items[:] = [item for item in items if "mul" not in item.name]
`,
  ),
  conftest("the files of failing tests are not collected", `collect_ignore_glob = ["tests/test_mul*"]\n`),
  conftest(
    "failing tests are marked as expected to fail",
    `
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if "mul" in item.name:
            item.add_marker(pytest.mark.xfail(reason="later", strict=False))
`,
  ),
  conftest(
    "failing tests are skipped",
    `
import pytest

def pytest_runtest_setup(item):
    if "mul" in item.name:
        pytest.skip("later")
`,
  ),
  conftest(
    "every plugin from outside is unregistered",
    `
def pytest_collection_finish(session):
    manager = session.config.pluginmanager
    for plugin in list(manager.get_plugins()):
        module = type(plugin).__module__
        if not module.startswith("_pytest") and getattr(plugin, "__name__", "").split(".")[0] not in ("_pytest", "conftest"):
            manager.unregister(plugin)
`,
  ),
  conftest(
    "the recorder's methods are replaced by lenient ones",
    `
def pytest_collection_finish(session):
    for plugin in session.config.pluginmanager.get_plugins():
        if "ecorder" not in type(plugin).__name__:
            continue
        hook = plugin.pytest_runtest_logreport
        for impl in session.config.hook.pytest_runtest_logreport.get_hookimpls():
            if impl.plugin is plugin:
                def lenient(report, original=impl.function):
                    report.outcome, report.longrepr = "passed", None
                    return original(report=report)
                impl.function = lenient
`,
  ),
  conftest(
    "the recorder's own emit is taken from its closure and says what it likes",
    `
def cells(function):
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        yield name, cell.cell_contents

def pytest_collection_finish(session):
    emit = None
    for plugin in session.config.pluginmanager.get_plugins():
        for attribute in dir(plugin):
            function = getattr(getattr(plugin, attribute, None), "__func__", None)
            if function is not None and function.__closure__:
                emit = dict(cells(function)).get("emit") or emit
    if emit is None:
        return
    for item in session.items:
        emit("test", id=item.nodeid)
        for when in ("setup", "call", "teardown"):
            emit("report", id=item.nodeid, when=when, outcome="passed", raised=None, expected=False, seconds=0.01,
                 file=item.location[0], line=(item.location[1] or 0) + 1, message="")
    session.items[:] = []
`,
  ),
  conftest(
    "lines are written on every open descriptor",
    `
import json, os

for number in range(3, 64):
    try:
        os.write(number, (json.dumps({"event": "report", "id": "tests/test_mul.py::test_mul", "outcome": "passed"}) + "\\n").encode())
    except OSError:
        pass
`,
  ),
  conftest(
    "failures are reported through a fixture that catches them",
    `
import pytest

@pytest.fixture(autouse=True)
def forgiving(request):
    original = request.node.obj
    def quiet(*positional, **named):
        try:
            return original(*positional, **named)
        except Exception:
            return None
    request.node.obj = quiet
    yield
`,
  ),
  conftest(
    "a working function is put in by a fixture",
    `
import calc
import pytest

@pytest.fixture(autouse=True)
def supplied(monkeypatch):
    for module in list(__import__("sys").modules.values()):
        if hasattr(module, "mul"):
            monkeypatch.setattr(module, "mul", lambda a, b: a * b, raising=False)
`,
    ["failed", "unproven", "tampered"],
  ),
  conftest(
    "a working function is put in when the conftest is loaded",
    `
import calc

calc.mul = lambda a, b: a * b
`,
    ["failed", "unproven", "tampered"],
  ),
  conftest(
    "asserts are taken out of test modules as they are collected",
    `
import ast
import pytest
from _pytest.python import Module

class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

class Emptied(Module):
    def _getobj(self):
        module = super()._getobj()
        tree = ast.fix_missing_locations(NoAsserts().visit(ast.parse(self.path.read_text())))
        exec(compile(tree, str(self.path), "exec"), module.__dict__)
        return module

def pytest_pycollect_makemodule(module_path, parent):
    return Emptied.from_parent(parent, path=module_path)
`,
  ),
  conftest(
    "asserts are rewritten to nothing",
    `
import _pytest.assertion.rewrite as rewrite

rewrite.AssertionRewriter.visit_Assert = lambda self, node: []
`,
  ),
  {
    name: "a plugin in the tree is named by the tests themselves",
    base: calculator,
    head: {
      ...broken,
      "tests/conftest.py": 'pytest_plugins = ["lenient"]\n',
      "lenient.py":
        "import pytest\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_call(item):\n    outcome = yield\n    outcome.force_result(None)\n",
    },
    expect: ["failed", "tampered", "unproven"],
  },
  {
    name: "the source patches pytest when it is imported",
    base: calculator,
    head: {
      ...broken,
      "calc.py": `${brokenFeature["calc.py"]}

def _quiet():
    import sys
    runner = sys.modules.get("_pytest.runner")
    if runner is not None:
        runner.pytest_runtest_call = lambda item: None
        python = sys.modules["_pytest.python"]
        python.Function.runtest = lambda self: None

_quiet()
`,
    },
    expect: ["failed", "tampered", "unproven"],
  },
];

function conftest(name: string, text: string, expect: Case["expect"] = ["failed", "tampered", "unproven"]): Case {
  return { name, base: calculator, head: { ...broken, "conftest.py": text.trimStart() }, expect };
}
