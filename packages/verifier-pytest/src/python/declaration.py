"""Reads what a project declares about itself, and runs nothing of it. JSON in, JSON out."""

import json
import os
import sys

# Isolated, Python does not look for modules beside this one.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from project import Project  # noqa: E402
from settings import pytest_settings  # noqa: E402

MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "pylock.toml", "pytest.ini", "tox.ini")


def main():
    asked = json.load(sys.stdin)
    folder, found = asked.get("project"), []
    for tree in asked["trees"]:
        root = os.path.realpath(tree)
        folder = folder or find_project(root, asked["changed"])
        found.append(declared(root, folder))
    print(json.dumps(found))


def declared(root, folder):
    project = Project(root, os.path.join(root, folder))
    readers = (project.pyproject, project.setup_cfg, project.setup_py, project.requirement_files, project.pipfile)
    for read in (*readers, project.lock_file):
        try:
            read()
        except Exception as trouble:
            project.notes.append(f"{read.__name__.replace('_', '.')} could not be read: {trouble}")
    return {
        "folder": folder,
        "name": project.name,
        "version": project.version,
        "requirements": sorted(set(project.requirements)),
        "constraints": sorted(set(project.constraints)),
        "lock": project.lock,
        "sources": project.sources,
        "left": project.left,
        "notes": project.notes,
        "scripts": project.scripts,
        "paths": project.paths(),
        "ini": pytest_settings(project),
    }


def find_project(root, changed):
    """The root if it declares anything, else the nearest folder that does above most of the changed files."""
    if any(os.path.exists(os.path.join(root, name)) for name in MARKERS):
        return "."
    votes = {}
    for path in changed:
        folder = os.path.dirname(path)
        while folder:
            if any(os.path.exists(os.path.join(root, folder, name)) for name in MARKERS):
                votes[folder] = votes.get(folder, 0) + 1
                break
            folder = os.path.dirname(folder)
    return max(sorted(votes), key=votes.get) if votes else "."


main()
