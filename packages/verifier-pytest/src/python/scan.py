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
    tests = []
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
        if file["named"]:
            tests += [{"file": path, "line": node.lineno, "name": node.name} for node in named(module, lines)]
        for node in ast.walk(module):
            where = set(range(getattr(node, "lineno", 0), (getattr(node, "end_lineno", 0) or 0) + 1))
            if where & lines:
                found += [
                    {"code": code, "file": path, "line": node.lineno, "message": message, "alters": alters}
                    for code, message, alters in look(node, file["support"])
                ]
    print(json.dumps({"found": [found[at] for at in range(len(found)) if found[at] not in found[:at]], "tests": tests}))


def named(module, lines):
    """New test functions that stand in a module for pytest to find. Of two with one name, Python knows the last only."""
    functions = [part for part in module.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for function in functions:
        twins = [other for other in functions if other.name == function.name]
        is_fixture = any("fixture" in ast.dump(decorator) for decorator in function.decorator_list)
        if function.name.startswith("test") and len(twins) == 1 and not is_fixture and function.lineno in lines:
            yield function


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
    if not support and any(asks_for_tests(part) for part in conditions(node)):
        yield "detects-tests", "the code looks whether a test is running", True
    if not support and isinstance(node, ast.Attribute) and node.attr == "ANY":
        yield "equals-everything", "this compares equal to everything, and so does with what a test expects", True
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


def conditions(node):
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        return [node.test]
    if isinstance(node, (ast.Compare, ast.BoolOp)):
        return [node]
    if isinstance(node, ast.comprehension):
        return node.ifs
    name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
    return [node] if name in ("any", "all", "get", "getenv", "startswith", "bool") else []


def asks_for_tests(condition):
    """Whether a condition names both the tests' tools and a place where a running program can find them."""
    names, words = set(), []
    for part in ast.walk(condition):
        if isinstance(part, ast.Attribute):
            names.add(part.attr)
        elif isinstance(part, ast.Name):
            names.add(part.id)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            words.append(part.value.lower())
    tool = any(word.startswith(("pytest", "_pytest", "py.test")) for word in words)
    unit = "modules" in names and "unittest" in words
    caller = any(word.startswith("test") for word in words) and names & {"stack", "_getframe", "currentframe"}
    return bool((tool and names & PLACES) or unit or caller)


PLACES = {"modules", "environ", "getenv", "stack", "_getframe", "currentframe", "argv", "find_spec"}


def is_constant(value, wanted):
    return isinstance(value, ast.Constant) and value.value is wanted


main()
