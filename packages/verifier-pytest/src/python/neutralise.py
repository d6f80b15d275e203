"""Takes a feature away: in each function that a change added or altered, the body is left before it begins.

Reads {tree, files: [{path, lines}], switch, constants} as JSON; answers with what was taken away. With a `switch`, a
function works until the recorder sets that name in `builtins`: what happens at import time still happens. Without one,
nothing works from the beginning. With `constants`, changed names of modules and classes lose their values as well.
"""

import ast
import json
import os
import sys

# Isolated, Python does not look for modules beside this one.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sources import rewrite  # noqa: E402


def main():
    asked = json.load(sys.stdin)
    taken = []
    for file in asked["files"]:
        path, lines = file["path"], set(file["lines"])
        found = rewrite(
            asked["tree"], path, lambda module: neutralise(module, lines, asked.get("switch"), asked["constants"])
        )
        taken += [{"file": path, "name": name, "line": line} for name, line in found]
    print(json.dumps(taken))


def neutralise(module, lines, switch, constants):
    functions = []
    collect(module, "", functions)
    taken = []
    for name, function in functions:
        own = set(span(function))
        for inner in ast.walk(function):
            if inner is not function and isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                own -= set(span(inner))
        if own & lines and not is_empty(function):
            leave = ast.parse(SWITCHED.format(switch=switch) if switch else "if True:\n    return None").body
            # A generator stays one: its yields are still there, behind the return.
            keep = 1 if has_docstring(function) else 0
            function.body[keep:keep] = leave
            taken.append((name, function.lineno))
    if constants:
        taken += take_constants(module, lines)
    return taken


SWITCHED = "if getattr(__import__('builtins'), {switch!r}, False):\n    return None"


def collect(node, prefix, found):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                found.append((name, child))
            collect(child, f"{name}.", found)
        else:
            collect(child, prefix, found)


def span(function):
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return range(first, function.end_lineno + 1)


def has_docstring(function):
    first = function.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def is_empty(function):
    """Nothing can be taken from a function that does nothing."""
    return all(
        isinstance(part, ast.Pass)
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        or (isinstance(part, ast.Return) and (part.value is None or is_none(part.value)))
        for part in function.body
    )


def is_none(value):
    return isinstance(value, ast.Constant) and value.value is None


def take_constants(module, lines):
    taken = []
    for scope in [module, *(node for node in ast.walk(module) if isinstance(node, ast.ClassDef))]:
        for part in scope.body:
            if not isinstance(part, (ast.Assign, ast.AnnAssign)) or part.value is None or is_none(part.value):
                continue
            if not lines & set(range(part.lineno, part.end_lineno + 1)):
                continue
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if all(isinstance(target, ast.Name) and not target.id.startswith("__") for target in targets):
                part.value = ast.Constant(None)
                taken.append((targets[0].id, part.lineno))
    return taken


main()
