"""What a project declares: its requirements, from whichever files it has, and the folders that it imports from."""

import ast
import configparser
import os
import re

from locks import normal, read_lock
from places import place_of, uv_places
from requirement import is_plain, table_line

try:
    import tomllib
except ImportError:
    try:
        from pip._vendor import tomli as tomllib
    except ImportError:
        tomllib = None

EXTRAS = {"test", "tests", "testing", "dev", "develop", "development", "ci", "pytest"}
FILES = [
    *(f"requirements{part}.txt" for part in ("", "-dev", "_dev", "-test", "_test", "-tests", "_tests")),
    *("dev-requirements.txt", "test-requirements.txt", "tests/requirements.txt", "test/requirements.txt"),
    *(f"requirements/{name}.txt" for name in ("base", "main", "requirements", "dev", "test", "tests")),
]


class Project:
    def __init__(self, root, folder):
        self.root, self.folder = root, folder
        self.name = self.version = None
        self.requirements, self.constraints, self.sources, self.left, self.notes = [], [], [], [], []
        self.scripts, self.roots, self.seen = {}, [], set()
        self.toml, self.lock, self.places = {}, None, {}

    def text(self, name):
        """A file of the project; none that leads out of the tree."""
        path = os.path.realpath(os.path.join(self.folder, name))
        if not path.startswith(self.root + os.sep) or not os.path.isfile(path) or os.path.getsize(path) > 5_000_000:
            return None
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read()

    def add(self, source, lines):
        lines = [line for line in lines if isinstance(line, str)]
        if lines and source not in self.sources:
            self.sources.append(source)
        for line in lines:
            line = line.strip()
            own = re.match(r"([A-Za-z0-9._-]+)\s*(\[(.*?)\])?\s*$", line)
            if own and self.name and normal(own[1]) == normal(self.name):
                for extra in (own[3] or "").split(","):
                    self.extra(extra.strip())
            elif line and not self.beside(place_of(line, self.places)):
                self.ask(source, line, self.requirements)

    def ask(self, source, line, into):
        if is_plain(line):
            into.append(line)
        else:
            self.left.append({"source": source, "line": line[:300]})

    def beside(self, place):
        """
        Takes in another project of the tree that this one needs: it is imported from where it stands, and what it needs is
        needed too. False when the place is none of the tree's.
        """
        folder = place and os.path.realpath(os.path.join(self.folder, place))
        if not folder or not f"{folder}/".startswith(f"{self.root}/") or not os.path.isdir(folder):
            return False
        if ("beside", folder) in self.seen or folder == self.folder:
            return True
        self.seen.add(("beside", folder))
        other = Project(self.root, folder)
        other.seen = self.seen
        for read in (other.pyproject, other.setup_cfg, other.setup_py):
            read()
        named = os.path.relpath(folder, self.folder)
        self.sources.append(named)
        self.requirements += other.requirements
        self.left += other.left
        self.notes += [f"{named}: {note}" for note in other.notes]
        self.roots += [os.path.join(named, path) for path in other.paths() or ["."]]
        return True

    def extra(self, name):
        lines = self.toml.get("project", {}).get("optional-dependencies", {}).get(name)
        if lines and ("extra", name) not in self.seen:
            self.seen.add(("extra", name))
            self.add(f"pyproject.toml [project.optional-dependencies] {name}", lines)

    def group(self, name):
        groups = {normal(key): value for key, value in self.toml.get("dependency-groups", {}).items()}
        if ("group", normal(name)) in self.seen:
            return
        self.seen.add(("group", normal(name)))
        lines = groups.get(normal(name), [])
        self.add(f"pyproject.toml [dependency-groups] {name}", lines)
        for line in lines:
            if isinstance(line, dict) and "include-group" in line:
                self.group(line["include-group"])

    def pyproject(self):
        text = self.text("pyproject.toml")
        if text is None:
            return
        if tomllib is None:
            raise RuntimeError("this Python has neither tomllib nor pip")
        self.toml = toml = tomllib.loads(text)
        project = toml.get("project", {})
        self.name, self.version = project.get("name"), project.get("version")
        self.places = uv_places(self, tomllib)
        self.scripts.update(project.get("scripts", {}))
        self.add("pyproject.toml [project]", project.get("dependencies", []))
        for name in project.get("optional-dependencies", {}):
            if name.lower() in EXTRAS:
                self.extra(name)
        for name in toml.get("dependency-groups", {}):
            if name.lower() in EXTRAS:
                self.group(name)
        tool = toml.get("tool", {})
        self.add("pyproject.toml [tool.uv]", tool.get("uv", {}).get("dev-dependencies", []))
        for lines in tool.get("pdm", {}).get("dev-dependencies", {}).values():
            self.add("pyproject.toml [tool.pdm]", lines)
        self.poetry(tool.get("poetry", {}))
        setuptools = tool.get("setuptools", {})
        self.roots += [path for path in setuptools.get("package-dir", {}).values()]
        find = setuptools.get("packages", {})
        if isinstance(find, dict):
            self.roots += find.get("find", {}).get("where", [])

    def poetry(self, poetry):
        self.name = self.name or poetry.get("name")
        self.version = self.version or poetry.get("version")
        self.scripts.update({k: v for k, v in poetry.get("scripts", {}).items() if isinstance(v, str)})
        tables = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
        tables += [g.get("dependencies", {}) for n, g in poetry.get("group", {}).items() if n.lower() in EXTRAS]
        self.tables("pyproject.toml [tool.poetry]", tables)

    def tables(self, source, tables):
        """Requirements as Poetry and Pipenv write them: a table of names, each with a range or a table of its own."""
        self.add(source, [
            table_line(name, value) for table in tables for name, value in table.items() if name.lower() != "python"
        ])

    def pipfile(self):
        text = self.text("Pipfile")
        if text is not None:
            toml = tomllib.loads(text)
            self.tables("Pipfile", [toml.get("packages", {}), toml.get("dev-packages", {})])

    def lock_file(self):
        lock = read_lock(self, tomllib)
        if lock is None:
            return
        name = self.lock = lock["file"]
        if lock["unclear"]:
            self.notes.append(f"{name} does not say plainly which version is meant: {', '.join(lock['unclear'])[:300]}")
        self.constraints += lock["pins"]
        # These two say of themselves what is installed. In the others stand packages for extras that nobody asked for.
        if not self.requirements and os.path.basename(name) in ("pylock.toml", "Pipfile.lock"):
            self.sources.append(name)
            self.requirements += lock["pins"]
        for line in [line for line in self.requirements if normal(re.match(r"[\w.-]+", line)[0]) in lock["elsewhere"]]:
            self.requirements.remove(line)
            self.left.append({"source": name, "line": f"{line}, which it does not take from an index"[:300]})

    def setup_cfg(self):
        config = self.parsed("setup.cfg")
        if config is None or not config.has_section("options"):
            return
        if config.has_section("metadata"):
            self.name = self.name or config.get("metadata", "name", fallback=None)
            self.version = self.version or config.get("metadata", "version", fallback=None)
        options = config["options"]
        self.add("setup.cfg", options.get("install_requires", "").splitlines())
        self.add("setup.cfg", options.get("tests_require", "").splitlines())
        if config.has_section("options.extras_require"):
            for name, value in config["options.extras_require"].items():
                if name.lower() in EXTRAS:
                    self.add(f"setup.cfg [options.extras_require] {name}", value.splitlines())
        for line in options.get("package_dir", "").splitlines():
            self.roots.append(line.split("=")[-1].strip())
        if config.has_section("options.entry_points"):
            for line in config["options.entry_points"].get("console_scripts", "").splitlines():
                name, _, target = line.partition("=")
                if target:
                    self.scripts[name.strip()] = target.strip()

    def setup_py(self):
        text = self.text("setup.py")
        if text is None:
            return
        for call in ast.walk(ast.parse(text)):
            if not isinstance(call, ast.Call) or getattr(call.func, "attr", getattr(call.func, "id", "")) != "setup":
                continue
            given = {}
            for word in call.keywords:
                try:
                    given[word.arg] = ast.literal_eval(word.value)
                except ValueError:
                    if word.arg in ("install_requires", "tests_require", "extras_require"):
                        self.notes.append(f"setup.py computes {word.arg}: put it into pyproject.toml to have it installed")
            self.name = self.name or given.get("name")
            self.version = self.version or given.get("version")
            self.add("setup.py", given.get("install_requires", []))
            self.add("setup.py", given.get("tests_require", []))
            for name, lines in given.get("extras_require", {}).items():
                if name.lower() in EXTRAS:
                    self.add(f"setup.py extras_require {name}", lines)
            self.roots += [path for path in given.get("package_dir", {}).values()]

    def requirement_files(self):
        for name in FILES:
            self.requirement_file(name, self.requirements)

    def requirement_file(self, name, into):
        text = self.text(name)
        if text is None or ("file", name) in self.seen:
            return
        self.seen.add(("file", name))
        self.sources.append(name)
        for line in re.sub(r"\\\r?\n", " ", text).splitlines():
            line = re.sub(r"(^|\s)#.*$", "", line).strip()
            line = re.sub(r"\s--hash[= ]\S+", "", line).strip()
            other = re.match(r"(-r|--requirement|-c|--constraint)[ =]?\s*(\S+)$", line)
            if other:
                path = os.path.normpath(os.path.join(os.path.dirname(name), other[2]))
                self.requirement_file(path, self.constraints if other[1] in ("-c", "--constraint") else into)
            elif re.match(r"(-e|--editable)[ =]?\s*\.(\[.*\])?$|\.(\[.*\])?$", line):
                for extra in (re.findall(r"\[(.*)\]", line) or [""])[0].split(","):
                    self.extra(extra.strip())
            elif line and not self.beside(place_of(line, self.places)):
                self.ask(name, line, into)

    def parsed(self, name):
        text = self.text(name)
        if text is None:
            return None
        config = configparser.ConfigParser(interpolation=None, strict=False)
        config.read_string(text)
        return config

    def paths(self):
        """Folders that an installation would make importable, relative to the project."""
        found = []
        for path in [*self.roots, *(["src"] if os.path.isdir(os.path.join(self.folder, "src")) else [])]:
            real = os.path.realpath(os.path.join(self.folder, str(path)))
            if real.startswith(self.root) and os.path.isdir(real) and os.path.relpath(real, self.folder) not in found:
                found.append(os.path.relpath(real, self.folder))
        return [path for path in found if path != "." and not os.path.exists(os.path.join(self.folder, path, "__init__.py"))]
