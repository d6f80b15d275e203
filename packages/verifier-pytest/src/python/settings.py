"""Pytest's settings of a project."""


def pytest_settings(project):
    """The file that pytest would take its settings from, and those of them that choose which tests count."""
    for name in ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"):
        try:
            values = table_in(project, name)
        except Exception as trouble:
            project.notes.append(f"{name} could not be read: {trouble}")
            continue
        if values is not None:
            return {"file": name, "values": {key: flat(value) for key, value in values.items()}}
    return {"file": None, "values": {}}


def table_in(project, name):
    if name == "pyproject.toml":
        table = project.toml.get("tool", {}).get("pytest")
        if table is None:
            return None
        return table.get("ini_options", table)
    config = project.parsed(name)
    section = "tool:pytest" if name == "setup.cfg" else "pytest"
    if config is None:
        return None
    if config.has_section(section):
        return dict(config[section])
    return {} if name.endswith("pytest.ini") else None


def flat(value):
    return value if isinstance(value, str) else " ".join(map(str, value)) if isinstance(value, list) else str(value)
