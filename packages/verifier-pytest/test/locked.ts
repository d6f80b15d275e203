/** A project that asks for pytest and for one more package, without versions. */
export const declaration = {
  "pyproject.toml":
    '[project]\nname = "sums"\nversion = "1"\ndependencies = ["iniconfig"]\n\n[dependency-groups]\ndev = ["pytest"]\n',
};

const registry = 'source = { registry = "https://pypi.org/simple" }';
const table = (kind: string, name: string, version: string, more = ""): string =>
  `[[${kind}]]\nname = "${name}"\nversion = "${version}"\n${more}\n`;

/** What each tool would write of that project, shortened to what matters: two pins, one with a date of its own. */
export function lockFiles(pytest: string) {
  const pins = (kind: string, more: string): string =>
    table(kind, "iniconfig", "2.3.0", more) + table(kind, "pytest", pytest, more);
  return {
    "uv.lock": `version = 1\nrequires-python = ">=3.8"\n\n${table("package", "sums", "1", 'source = { virtual = "." }')}${pins("package", registry)}`,
    "poetry.lock": `${pins("package", 'optional = false\ngroups = ["main", "dev"]\npython-versions = ">=3.8"')}\n[metadata]\nlock-version = "2.1"\n`,
    "pdm.lock": `[metadata]\nlock_version = "4.5.0"\n\n${pins("package", 'requires_python = ">=3.8"\ngroups = ["default"]')}`,
    "pylock.toml": `lock-version = "1.0"\ncreated-by = "pip"\n\n${pins("packages", 'index = "https://pypi.org/simple"\nmarker = "python_version >= \'3.8\'"')}`,
    "Pipfile.lock": JSON.stringify({
      _meta: { "pipfile-spec": 6 },
      default: { iniconfig: { index: "pypi", version: "==2.3.0", hashes: [] } },
      develop: { pytest: { markers: "python_version >= '3.8'", version: `==${pytest}` } },
    }),
  };
}
