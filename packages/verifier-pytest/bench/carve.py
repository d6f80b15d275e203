"""Makes commits out of a real project that ships its tests: its code with one function and that function's tests
left out, and then as it is.

python3 carve.py WHEEL FOLDER HOW_MANY: unpacks the wheel into FOLDER/head and writes FOLDER/cases.jsonl: first how the
project is declared, then one line for each function that can be carved out: its name, how many tests go with it, and the
files of the commit before, by path.
"""

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path


def main(wheel, folder, how_many):
    head = Path(folder, "head")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(head)
    metadata = next(head.glob("*.dist-info/METADATA")).read_text()
    cases = [{"declaration": declaration(metadata)}]
    files = {path: path.read_text() for path in sorted(head.rglob("*.py")) if is_readable(path)}
    tests = {path: text for path, text in files.items() if path.name.startswith("test_") or path.stem.endswith("_test")}
    asked = {path: tests_in(ast.parse(text)) for path, text in tests.items()}
    for path, text in files.items():
        if path in tests or any(part in ("tests", "test") for part in path.parts):
            continue
        for function in ast.parse(text).body:
            if len(cases) <= how_many and is_worthy(function):
                cases += carve(head, path, text, function, tests, asked)
    Path(folder, "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))


def declaration(metadata):
    """A pyproject.toml that says what the wheel says."""
    head = metadata.split("\n\n")[0]
    fields = [line.split(": ", 1) for line in head.splitlines() if ": " in line]
    named = {name: value for name, value in reversed(fields)}
    wanted = [value for name, value in fields if name == "Requires-Dist"]
    needs = [value for value in wanted if "extra" not in value]
    extras = [value.split(";")[0].strip() for value in wanted if re.search(r"extra == ['\"](test|tests|testing)['\"]", value)]
    tests = [value for value in extras if can_be_had(value)]
    return "\n".join([
        "[project]",
        f"name = {json.dumps(named['Name'])}",
        f"version = {json.dumps(named['Version'])}",
        f"dependencies = {json.dumps(needs)}",
        "[dependency-groups]",
        f"test = {json.dumps(['pytest', *tests])}",
        "",
    ])


def can_be_had(requirement):
    asked = ["pip", "install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed", "--retries", "0", requirement]
    return subprocess.run(asked, capture_output=True).returncode == 0


def is_readable(path):
    try:
        ast.parse(path.read_text())
        return True
    except (SyntaxError, UnicodeDecodeError):
        return False


def is_worthy(node):
    """A public function that does something."""
    return isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and len(node.body) > 2


def tests_in(module):
    """Each test with the names that stand in it."""
    return [
        (node, {getattr(part, "id", None) or getattr(part, "attr", None) for part in ast.walk(node)})
        for node in ast.walk(module)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")
    ]


def carve(head, path, text, function, tests, asked):
    """The case, if there are tests that name the function and few enough that they are its own."""
    naming = {test: [node for node, names in asked[test] if function.name in names] for test in tests}
    count = sum(len(nodes) for nodes in naming.values())
    if not 1 <= count <= 6:
        return []
    before = {str(path.relative_to(head)): without_body(text, function)}
    for test, nodes in naming.items():
        if nodes:
            before[str(test.relative_to(head))] = without(tests[test], nodes)
    return [{"name": function.name, "file": str(path.relative_to(head)), "tests": count, "before": before}]


def without_body(text, function):
    lines = text.splitlines(keepends=True)
    first = function.body[0]
    indent = " " * first.col_offset
    return "".join(lines[:first.lineno - 1] + [f"{indent}raise NotImplementedError\n"] + lines[function.end_lineno:])


def without(text, nodes):
    """A file without some of its tests; what would be left empty passes."""
    lines = text.splitlines(keepends=True)
    for node in sorted(nodes, key=lambda node: node.lineno, reverse=True):
        start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        lines[start - 1:node.end_lineno] = [f"{' ' * node.col_offset}pass\n"]
    return "".join(lines)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
