"""Runs pytest on a tree and reports every event on descriptor 3, each with a number and a keyed digest.

Started as `python -I -B launch.py` with its orders as JSON on standard input. Pytest and its plugins are loaded before
the tree can be imported from, and Python's own modules never come from there: nothing in the tree can stand in for them.
"""

import sys

_real_exit = __import__("os")._exit


def main():
    import hashlib
    import hmac
    import json
    import os

    orders = json.loads(sys.stdin.buffer.read())
    give_up_rights(orders)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    channel = os.dup(3)
    os.close(3)
    os.set_inheritable(channel, False)

    key = bytes.fromhex(orders.pop("key"))
    state = {"number": 0}
    write, new, dumps = os.write, hmac.new, json.dumps

    def emit(kind, **facts):
        text = dumps({"event": kind, "number": state["number"], **facts})
        state["number"] += 1
        line = f"{new(key, text.encode(), hashlib.sha256).hexdigest()} {text}\n".encode()
        while line:
            line = line[write(channel, line):]

    os.chdir(orders["directory"])
    keep_standard()
    try:
        import pytest
        recorder = make_recorder(pytest, emit, orders)
    except BaseException as trouble:
        emit("broken", message=f"{type(trouble).__name__}: {trouble}")
        _real_exit(3)
    seen = watch_lines(orders["watched"]) if orders.get("watched") else None
    try:
        code = int(pytest.main(orders["arguments"], plugins=[recorder]))
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
        emit("left", message=f"SystemExit({leaving.code!r}) out of pytest")
    except BaseException as trouble:
        code = 3
        emit("left", message=f"{type(trouble).__name__}: {trouble}")
    if seen is not None:
        sys.settrace(None)
        emit("lines", seen={path: sorted(lines) for path, lines in seen.items()}, code=code_lines(orders["watched"]))
    emit("end", code=code)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    _real_exit(code)


def give_up_rights(orders):
    """Sets the limits and, where root runs us, becomes the user that the orders name."""
    import os
    import resource

    for name, value in orders["limits"].items():
        limit = getattr(resource, f"RLIMIT_{name}", None)
        if limit is None:
            continue
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
    user = orders.get("user")
    if user is None:
        return
    for folder in orders["owned"]:
        for parent, folders, files in os.walk(folder):
            os.chown(parent, user, user, follow_symlinks=False)
            for name in folders + files:
                os.chown(os.path.join(parent, name), user, user, follow_symlinks=False)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def watch_lines(paths):
    """Notes which lines of a few files run, in this thread and in those that it starts."""
    import threading

    seen = {path: set() for path in paths}

    def enter(frame, event, argument):
        lines = seen.get(frame.f_code.co_filename)
        if lines is None:
            return None
        lines.add(frame.f_lineno)

        def step(frame, event, argument):
            lines.add(frame.f_lineno)
            return step

        return step

    threading.settrace(enter)
    sys.settrace(enter)
    return seen


def code_lines(paths):
    """The lines of each file that can run at all."""
    found = {}
    for path in paths:
        try:
            with open(path, "rb") as source:
                waiting = [compile(source.read(), path, "exec", dont_inherit=True)]
        except (OSError, SyntaxError, ValueError):
            continue
        lines = set()
        while waiting:
            code = waiting.pop()
            pairs = code.co_lines() if hasattr(code, "co_lines") else ()
            lines.update(line for _, _, line in pairs if line)
            waiting += [part for part in code.co_consts if isinstance(part, type(code))]
        found[path] = sorted(lines)
    return found


def keep_standard():
    """Python's own modules come from where they come from now, whatever a tree that is asked first has of their names."""
    from importlib.machinery import PathFinder

    find, own = PathFinder.find_spec, list(sys.path)

    def find_spec(_, name, path=None, target=None):
        is_ours = path is None and (name in STANDARD or name.startswith("_"))
        return is_ours and find(name, own, target) or find(name, path, target)

    # Not one more finder: pytest puts one of its own before all others, which asks this one.
    PathFinder.find_spec = classmethod(find_spec)


def called_from(frame, tree):
    while frame is not None:
        if frame.f_code.co_filename.startswith(tree + "/"):
            return True
        frame = frame.f_back
    return False


# What pytest, its plugins and the modules that they use import, now or later on.
STANDARD = frozenset((
    "abc annotationlib argparse array ast asyncio base64 bdb binascii bisect bz2 calendar cmd code codecs codeop "
    "collections compression concurrent contextlib contextvars copy copyreg csv ctypes dataclasses datetime decimal "
    "difflib dis doctest email encodings enum fcntl fnmatch fractions functools genericpath getpass gettext glob grp gzip "
    "hashlib heapq hmac html http importlib inspect io ipaddress json keyword linecache locale logging lzma math "
    "multiprocessing ntpath numbers opcode operator os pathlib pdb pickle pkgutil platform plistlib posixpath pprint "
    "pyexpat queue quopri random re readline reprlib rlcompleter select selectors shlex shutil signal site socket "
    "sre_compile sre_constants sre_parse ssl stat statistics string struct subprocess sysconfig tempfile termios textwrap "
    "threading timeit token tokenize tomllib traceback tracemalloc types typing unicodedata unittest urllib uu uuid "
    "warnings weakref xml zipfile zipimport zlib"
).split())


def make_recorder(pytest, emit, orders):
    import importlib.metadata
    import inspect
    import unittest

    skips = (pytest.skip.Exception, unittest.SkipTest)
    expected = pytest.xfail.Exception
    raised = {}
    found = []
    chosen = set()

    def kind_of(excinfo):
        if excinfo is None:
            return None
        value = excinfo.value
        if isinstance(value, skips):
            return "skip"
        return "xfail" if isinstance(value, expected) else "error"

    def note(item, when, kind):
        if kind is not None:
            raised.setdefault((item.nodeid, when), kind)

    def is_async(item):
        function = getattr(item, "obj", None)
        function = inspect.unwrap(function) if callable(function) else None
        return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)

    class Recorder:
        started = False

        def pytest_plugin_registered(self, plugin, manager):
            if self.started:
                return
            self.started = True
            manager.load_setuptools_entrypoints("pytest11")
            sys.path[:0] = orders["paths"]

        @pytest.hookimpl(trylast=True)
        def pytest_configure(self, config):
            plugins = sorted({
                f"{dist.project_name}-{dist.version}" for _, dist in config.pluginmanager.list_plugin_distinfo()
            })
            emit(
                "start",
                python=sys.version.split()[0],
                pytest=pytest.__version__,
                plugins=plugins,
                ini=str(getattr(config, "inipath", None) or ""),
            )

        def pytest_collectreport(self, report):
            if report.failed:
                emit("uncollected", id=report.nodeid, message=str(report.longreprtext)[-4000:])
            elif report.skipped:
                emit("over", ids=[report.nodeid])

        def pytest_itemcollected(self, item):
            found.append(item.nodeid)

        def pytest_deselected(self, items):
            # Options leave tests out by this hook, and so can code of the tree, which is another matter.
            if not called_from(sys._getframe(1), orders["tree"]):
                chosen.update(item.nodeid for item in items)
                emit("deselected", ids=[item.nodeid for item in items])

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items):
            if orders.get("backwards"):
                items.reverse()

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session):
            if orders.get("switch"):
                setattr(__import__("builtins"), orders["switch"], True)
            kept = {item.nodeid for item in session.items}
            emit("hidden", ids=[name for name in found if name not in kept and name not in chosen])
            emit("collected", ids=[item.nodeid for item in session.items])

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logstart(self, nodeid, location):
            for when in ("setup", "call", "teardown"):
                raised.pop((nodeid, when), None)
            emit("test", id=nodeid)

        @pytest.hookimpl(hookwrapper=True, trylast=True)
        def pytest_pyfunc_call(self, pyfuncitem):
            outcome = yield
            error = getattr(outcome, "excinfo", None)
            if error is not None and isinstance(error[1], Exception):
                value = error[1]
                kind = "skip" if isinstance(value, skips) else "xfail" if isinstance(value, expected) else "error"
                note(pyfuncitem, "call", kind)

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item, call):
            note(item, call.when, kind_of(call.excinfo))
            value = call.excinfo.value if call.excinfo is not None else None
            unsupported = value is not None and "async def function" in str(value) and is_async(item)
            yield
            note(item, call.when, kind_of(call.excinfo))
            if unsupported:
                emit("async", id=item.nodeid)

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logreport(self, report):
            emit(
                "report",
                id=report.nodeid,
                when=report.when,
                outcome=report.outcome,
                raised=raised.get((report.nodeid, report.when)),
                expected=hasattr(report, "wasxfail"),
                seconds=round(report.duration, 4),
                file=report.location[0],
                line=(report.location[1] or 0) + 1,
                message="" if report.passed else str(report.longreprtext)[-4000:],
            )

        def pytest_internalerror(self, excrepr):
            emit("internal", message=str(excrepr)[-4000:])

    return Recorder()


main()
