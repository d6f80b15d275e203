"""Makes tests expect what nothing can give: an equality gets an object of its own, any other assertion its opposite.

Reads {tree, files} as JSON and rewrites those files; answers with the tests that expect something else now.
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
    altered = []
    for path in asked["files"]:
        found = rewrite(asked["tree"], path, lambda module: list(alter(module.body, "")))
        altered += [{"file": path, "name": test} for test in found]
    print(json.dumps(altered))


def alter(body, prefix):
    for part in body:
        if isinstance(part, ast.ClassDef):
            yield from alter(part.body, f"{prefix}{part.name}::")
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name.startswith("test"):
            # An assertion on the way to a raise that is asked for may never be reached.
            if sum(misexpect(statement) for statement in part.body) > 0:
                yield prefix + part.name


def misexpect(statement):
    """Alters the assertions that always run when the test does; tells how many."""
    if isinstance(statement, ast.Assert):
        statement.test = opposite(statement.test)
        return 1
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return misexpect_call(statement.value)
    if isinstance(statement, (ast.With, ast.AsyncWith)) and "raises" not in ast.dump(statement.items[0]).lower():
        return sum(misexpect(inner) for inner in statement.body)
    return 0


def misexpect_call(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in ("assertEqual", "assertListEqual", "assertDictEqual", "assertTupleEqual") and len(call.args) >= 2:
        call.args[1] = nothing_like(call.args[1])
        return 1
    if name in ("assertTrue", "assertFalse"):
        call.func.attr = "assertFalse" if name == "assertTrue" else "assertTrue"
        return 1
    return 0


def opposite(test):
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        test.comparators[0] = nothing_like(test.comparators[0])
        return test
    return ast.UnaryOp(ast.Not(), test)


def nothing_like(expected):
    """The expectation is still worked out, and then something is expected that equals nothing but itself."""
    other = ast.parse("type('Other', (), {})()", mode="eval").body
    return ast.Subscript(ast.Tuple([expected, other], ast.Load()), ast.Constant(1), ast.Load())


main()
