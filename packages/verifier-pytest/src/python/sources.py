"""Rewriting a Python file of a tree."""

import ast
import os


def rewrite(tree, path, change):
    """
    Lets `change` alter a file's module, and writes the file when it says that it did.

    Gives what `change` gave, a list; empty for what is a link, no file, or no Python.
    """
    full = os.path.join(tree, path)
    if os.path.islink(full) or not os.path.isfile(full):
        return []
    try:
        with open(full, "rb") as source:
            module = ast.parse(source.read())
        found = change(module)
        text = ast.unparse(ast.fix_missing_locations(module)) if found else ""
    except (SyntaxError, ValueError, RecursionError):
        return []
    if found:
        with open(full, "w", encoding="utf-8") as target:
            target.write(text + "\n")
    return found
