"""Reads which exact versions a lock file names. An installer gets them as constraints: they bind what is asked for."""

import json
import os
import re

NAMES = ("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*( ; [\w\s.,'\"()<>=!~+*-]+)?")


def read_lock(project, tomllib):
    """The first lock file from the project's folder up, as {file, pins, elsewhere}; None without one."""
    folder = project.folder
    while folder == project.root or folder.startswith(project.root + os.sep):
        for name in NAMES:
            path = os.path.relpath(os.path.join(folder, name), project.folder)
            text = project.text(path)
            if text is not None:
                packages = packages_of(json.loads(text) if name == "Pipfile.lock" else tomllib.loads(text))
                return {"file": path, **pinned(packages)}
        folder = os.path.dirname(folder)
    return None


def packages_of(lock):
    """(name, version, marker, whether it comes from an index) of every package, in whichever format."""
    for group in ("default", "develop"):
        for name, package in lock.get(group, {}).items():
            version = str(package.get("version", "")).removeprefix("==")
            yield name, version, package.get("markers", ""), not PLACES & package.keys()
    for package in [*lock.get("package", []), *lock.get("packages", [])]:
        yield package["name"], package.get("version", ""), marker_of(package), not has_place(package)


# How the formats say that a package comes from git, an address or a folder.
PLACES = {"vcs", "git", "url", "archive", "path", "file", "directory", "editable", "virtual"}


def has_place(package):
    source = package.get("source", {})
    # Poetry's sources have a type, and an address that may be an index.
    return bool(PLACES & ({*package, source["type"]} if "type" in source else {*package, *source}))


def marker_of(package):
    """When this version is the one: pylock.toml and pdm have one marker, uv a list, poetry one or one for each group."""
    marker = package.get("marker", package.get("resolution-markers", package.get("markers", "")))
    many = list(marker.values()) if isinstance(marker, dict) else marker
    return many if isinstance(many, str) else " or ".join(f"({one})" for one in many)


def pinned(packages):
    pins, elsewhere = {}, set()
    for name, version, marker, indexed in packages:
        if indexed and version:
            pins.setdefault(normal(name), {})[str(version)] = marker
        elif not indexed:
            elsewhere.add(normal(name))
    lines, unclear = [], []
    for name, versions in pins.items():
        # A constraint on what nobody asks for binds nothing, so a marker is needed only to choose between versions.
        mine = [f"{name}=={version}" + (f" ; {marker}" if len(versions) > 1 else "") for version, marker in versions.items()]
        known = all(PIN.fullmatch(line) and not re.search(r"\b(extras?|dependency_groups)\b", line) for line in mine)
        (lines if known else unclear).extend(mine)
    return {"pins": sorted(lines), "unclear": sorted(unclear), "elsewhere": sorted(elsewhere)}


def normal(name):
    return re.sub(r"[-_.]+", "-", str(name)).lower()
