"""Looks through the lines that a change added for what alters results and serves nothing else. JSON in, JSON out.

It is a second net, and small on purpose: most of what it does not know comes to light in the runs.
"""

import ast
import json
import os
import sys

STARTUP = ("sitecustomize.py", "usercustomize.py")
TOOLS = ("pytest", "_pytest", "pluggy", "iniconfig", "py", "coverage", "pytest_asyncio")


def main():
    asked = json.load(sys.stdin)
    found = []
    for file in asked["files"]:
        path, lines = file["path"], set(file["lines"])
        found += by_name(path)
        full = os.path.join(asked["tree"], path)
        if not path.endswith(".py") or os.path.islink(full) or not os.path.isfile(full):
            continue
        try:
            with open(full, "rb") as source:
                module = ast.parse(source.read())
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(module):
            where = set(range(getattr(node, "lineno", 0), (getattr(node, "end_lineno", 0) or 0) + 1))
            if where & lines:
                found += [
                    {"code": code, "file": path, "line": node.lineno, "message": message, "alters": alters}
                    for code, message, alters in look(node, file["support"])
                ]
    print(json.dumps(found))


def by_name(path):
    name = os.path.basename(path)
    first = path.split("/")[0]
    message = None
    if name in STARTUP or name.endswith(".pth"):
        message = "Python would run this file at every start: it is not loaded here"
    elif first in TOOLS or first.removesuffix(".py") in TOOLS:
        message = "this has the name of a tool of the tests, which is loaded from the environment instead"
    elif any(part.endswith((".dist-info", ".egg-info")) for part in path.split("/")):
        message = "this looks like an installed package, whose plugins are not loaded"
    elif name.endswith((".pyc", ".pyo")):
        message = "compiled code is not run"
    elif name in ("conftest.py", "pytest.ini", ".pytest.ini", "tox.ini"):
        message = "this decides how tests are run; old tests were run without the change to it as well"
    return [{"code": "control-file", "file": path, "line": 1, "message": message, "alters": False}] if message else []


def look(node, support):
    if isinstance(node, ast.Constant) and node.value == "PYTEST_CURRENT_TEST" and not support:
        yield "detects-tests", "the code looks whether a test is running", True
    if isinstance(node, ast.Compare) and not support and is_modules(node.comparators[-1]):
        if isinstance(node.left, ast.Constant) and node.left.value in ("pytest", "_pytest", "unittest"):
            yield "detects-tests", "the code looks whether a test is running", True
    if not support and isinstance(node, ast.FunctionDef) and node.name in ("__eq__", "__ne__"):
        body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
        if len(body) == 1 and isinstance(body[0], ast.Return) and is_constant(body[0].value, node.name == "__eq__"):
            yield "equals-everything", "this compares equal to everything, and so does with what a test expects", True
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        if any(name.split(".")[0] == "_pytest" for name in names):
            yield "pytest-internals", "pytest's internals are used here", False
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("pytest_"):
        yield from hook(node)


def hook(node):
    for part in ast.walk(node):
        targets = part.targets if isinstance(part, ast.Assign) else []
        if any(isinstance(target, ast.Attribute) and target.attr in ("outcome", "excinfo") for target in targets):
            yield "hook-alters-outcome", f"{node.name} writes over what came out of a test", True
            return
        if isinstance(part, ast.Call) and getattr(part.func, "attr", "") == "force_result":
            yield "hook-alters-outcome", f"{node.name} writes over what came out of a test", True
            return


def is_modules(node):
    return isinstance(node, ast.Attribute) and node.attr == "modules" and getattr(node.value, "id", "") == "sys"


def is_constant(value, wanted):
    return isinstance(value, ast.Constant) and value.value is wanted


main()
