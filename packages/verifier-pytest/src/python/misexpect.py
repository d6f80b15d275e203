"""Makes tests expect something else, so that each of them must fail.

A literal becomes another one of its kind, and so does a name that stands for nothing but the expectation, before the test
begins: what reads its answer from the test itself (its frame, its file) then gives the wrong one, and passes. Any other
expectation is worked out and replaced by an object that equals nothing; an assertion of another kind becomes its opposite.

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
            names = OwnNames(part)
            # An assertion on the way to a raise that is asked for may never be reached.
            if sum(misexpect(statement, names) for statement in part.body) > 0:
                names.apply()
                yield prefix + part.name


def misexpect(statement, names):
    """Alters the assertions that always run when the test does; tells how many."""
    if isinstance(statement, ast.Assert):
        test = statement.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            test.left, test.comparators[0] = unequal(test.left, test.comparators[0], names)
        else:
            statement.test = ast.UnaryOp(ast.Not(), test)
        return 1
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return misexpect_call(statement.value, names)
    if isinstance(statement, ast.For) and isinstance(statement.iter, (ast.List, ast.Tuple)) and statement.iter.elts:
        own = OwnNames(statement, names)
        altered = sum(misexpect(inner, own) for inner in statement.body)
        own.apply()
        return altered
    if isinstance(statement, (ast.With, ast.AsyncWith)) and "raises" not in ast.dump(statement.items[0]).lower():
        return sum(misexpect(inner, names) for inner in statement.body)
    return 0


def misexpect_call(call, names):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name in ("assertEqual", "assertListEqual", "assertDictEqual", "assertTupleEqual") and len(call.args) >= 2:
        call.args[:2] = unequal(*call.args[:2], names)
        return 1
    if name in ("assertTrue", "assertFalse"):
        call.func.attr = "assertFalse" if name == "assertTrue" else "assertTrue"
        return 1
    return 0


def unequal(left, right, names):
    """Both sides of an equality, one of them altered."""
    for side in (right, left):
        if shift_literal(side) or (isinstance(side, ast.Name) and names.take(side.id)):
            return left, right
    other = ast.parse("type('Other', (), {})()", mode="eval").body
    return left, ast.Subscript(ast.Tuple([right, other], ast.Load()), ast.Constant(1), ast.Load())


LITERAL = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.USub, ast.Load)


def shift_literal(node):
    """Alters the first value in a literal that can be altered; tells whether there was one."""
    parts = list(ast.walk(node))
    if not all(isinstance(part, LITERAL) for part in parts):
        return False
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, (int, float, str, bytes)):
            part.value = shifted(part.value)
            return True
    return False


def shifted(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1009 if abs(value) < 2**40 else -value
    return value + (b"x" if isinstance(value, bytes) else "x")


class OwnNames:
    """Names that stand for nothing but what is expected: used once, and given by a parameter, a loop or a literal."""

    def __init__(self, scope, outer=None):
        self.scope, self.outer, self.before = scope, outer, []
        if outer is None:
            arguments = scope.args
            given = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
            self.uses = {}
            for part in ast.walk(scope):
                if isinstance(part, ast.Name):
                    self.uses[part.id] = self.uses.get(part.id, 0) + 1
            self.given = {name for name in given if self.uses.get(name) == 1}
        else:
            self.uses = outer.uses
            targets = {part.id for part in ast.walk(scope.target) if isinstance(part, ast.Name)}
            self.given = {name for name in targets if self.uses[name] == 2}
        self.literals = {
            part.targets[0].id: part.value
            for part in scope.body
            if isinstance(part, ast.Assign) and len(part.targets) == 1 and isinstance(part.targets[0], ast.Name)
        }

    def take(self, name):
        """Has a name stand for something else; false when more than the expectation hangs on it."""
        if name in self.given:
            self.before.append(name)
            return True
        if name in self.literals and self.uses[name] == 2 and shift_literal(self.literals[name]):
            return True
        return self.outer is not None and self.outer.take(name)

    def apply(self):
        """Puts what alters the names before all that is done with them."""
        body = self.scope.body
        first = 1 if self.outer is None and ast.get_docstring(self.scope, clean=False) is not None else 0
        body[first:first] = [part for name in self.before for part in ast.parse(SHIFT.format(name=name)).body]


# The same as `shifted`; what is none of these becomes an object that equals nothing.
SHIFT = """
if type({name}) is bool:
    {name} = not {name}
elif type({name}) in (int, float):
    {name} = {name} + 1009 if abs({name}) < 2**40 else -{name}
elif type({name}) is str:
    {name} = {name} + "x"
else:
    {name} = type("Other", (), {{}})()
"""


main()
