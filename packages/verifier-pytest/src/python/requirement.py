"""Lines that ask for a package, and the tables of Poetry and Pipenv as such lines."""

import re

PLAIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[A-Za-z0-9,._\s-]*\])?\s*\(?([<>=!~][^;@$/\\()]*)?\)?\s*(;[^$]*)?$")


def is_plain(line):
    """Whether a line asks for a package of an index and for nothing else: one line, lest the next be an option."""
    return bool(PLAIN.match(line)) and len(line.splitlines()) == 1


def table_line(name, value):
    table = value if isinstance(value, dict) else {"version": value}
    place = next((key for key in ("git", "path", "url", "file") if key in table), None)
    if place:
        return f"{name} @ {table[place]}"
    extras = f"[{','.join(map(str, table['extras']))}]" if table.get("extras") else ""
    marker = f" ; {table['markers']}" if table.get("markers") else ""
    return name + extras + poetry_range(table.get("version", "*")) + marker


def poetry_range(text):
    if not isinstance(text, str) or text == "*":
        return ""
    parts = []
    for part in text.split(","):
        part = part.strip()
        numbers = re.findall(r"\d+", part)
        if part.startswith("^") and numbers:
            first = next((i for i, n in enumerate(numbers) if n != "0"), len(numbers) - 1)
            upper = numbers[:first] + [str(int(numbers[first]) + 1)]
            parts.append(f">={part[1:].strip()},<{'.'.join(upper)}")
        elif part.startswith("~") and not part.startswith("~=") and numbers:
            upper = [numbers[0], str(int(numbers[1]) + 1)] if len(numbers) > 1 else [str(int(numbers[0]) + 1)]
            parts.append(f">={part[1:].strip()},<{'.'.join(upper)}")
        else:
            parts.append(part if part[:1] in "<>=!~" else f"=={part}")
    return ",".join(parts)
