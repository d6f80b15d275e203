"""Requirements that stand in the same tree: folders beside the project, and members of its workspace."""

import glob
import os
import re

from locks import normal


def place_of(line, places):
    """The folder that a requirement line means, relative to the project; None for a package of an index."""
    name = re.match(r"[A-Za-z0-9._-]+", line)
    if name and normal(name[0]) in places:
        return places[normal(name[0])]
    path = re.match(r"(?:-e|--editable)[ =]?\s*(\S+)$|(\.{1,2}/\S*)$|[A-Za-z0-9._-]+(?:\[.*\])?\s*@\s*(\S+)$", line)
    written = path and re.sub(r"\[[^\]]*\]$", "", path[1] or path[2] or path[3])
    return written.removeprefix("file:") if written and "://" not in written else None


def uv_places(project, tomllib):
    """Folders by the names that `[tool.uv.sources]` gives them: of this project, or of the workspace that it is a member of."""
    places, members = {}, None
    declarations = list(upwards(project, tomllib))
    for folder, toml in declarations:
        for name, source in toml.get("tool", {}).get("uv", {}).get("sources", {}).items():
            if isinstance(source, dict) and isinstance(source.get("path"), str):
                places.setdefault(normal(name), os.path.relpath(os.path.join(folder, source["path"]), project.folder))
            elif isinstance(source, dict) and source.get("workspace"):
                members = members if members is not None else members_of(project, declarations, tomllib)
                places.setdefault(normal(name), members.get(normal(name)))
    return {name: place for name, place in places.items() if place}


def members_of(project, declarations, tomllib):
    """The folders of a workspace's members, by their names."""
    found = {}
    for folder, toml in declarations:
        for pattern in toml.get("tool", {}).get("uv", {}).get("workspace", {}).get("members", []):
            for path in sorted(glob.glob(os.path.join(glob.escape(folder), pattern))):
                name = load(project, path, tomllib).get("project", {}).get("name", "")
                found.setdefault(normal(name), os.path.relpath(path, project.folder))
    return found


def upwards(project, tomllib):
    """The declarations from the project's folder up to the tree's, with their folders."""
    folder = project.folder
    while folder == project.root or folder.startswith(project.root + os.sep):
        yield folder, load(project, folder, tomllib)
        folder = os.path.dirname(folder)


def load(project, folder, tomllib):
    text = project.text(os.path.relpath(os.path.join(folder, "pyproject.toml"), project.folder))
    return tomllib.loads(text) if text is not None else {}
