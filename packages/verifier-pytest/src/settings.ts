import { join } from "node:path";
import type { Declaration } from "./declaration.js";

/** The settings under which a run counts. */
export interface RunSettings {
  readonly arguments: readonly string[];
  /** Options of the change that choose or hide tests, and so have no say. */
  readonly dropped: readonly string[];
}

/** Where settings come from. */
export interface SettingsRequest {
  /** The project as it stands in the tree that is run. */
  readonly own: Declaration;
  /** The project before the change: what it set stays in force. */
  readonly base: Declaration;
  /** The project's folder in the tree. */
  readonly directory: string;
  /** An empty settings file, for a project without one. */
  readonly emptyIni: string;
  /** Files to run. Absent: what the project runs. */
  readonly files?: readonly string[];
  /** Test files that have to be seen whatever the settings say. */
  readonly seen?: readonly string[];
}

/**
 * Makes pytest's arguments: the tree's own settings file, but what chooses tests or changes how they count is as it was
 * before the change. A change may widen what is run, never narrow it.
 */
export function settingsFor({ own, base, directory, emptyIni, files, seen = [] }: SettingsRequest): RunSettings {
  const mine = own.ini.values;
  const before = base.ini.values;
  const { kept, dropped } = options(words(mine["addopts"]), words(before["addopts"]));
  const overrides = [`addopts=${kept.map(quoted).join(" ")}`];
  for (const [name, standard] of Object.entries(patterns)) {
    if (mine[name] === before[name]) continue;
    overrides.push(`${name}=${[...new Set([...words(before[name] ?? standard), ...words(mine[name])])].join(" ")}`);
  }
  for (const name of fixed)
    if (before[name] !== undefined && mine[name] !== before[name]) overrides.push(`${name}=${before[name]}`);
  if (before["norecursedirs"] === undefined && mine["norecursedirs"] !== undefined)
    overrides.push(`norecursedirs=${leavesOut(words(mine["norecursedirs"]), seen).join(" ")}`);
  const folders = [...new Set([...words(before["testpaths"]), ...words(mine["testpaths"])])];
  if (folders.length > 0) overrides.push(`testpaths=${[...folders, ...outside(folders, seen)].map(quoted).join(" ")}`);
  const ini = own.ini.file === null ? emptyIni : join(directory, own.ini.file);
  return {
    arguments: [
      "-c",
      ini,
      `--rootdir=${directory}`,
      "--maxfail=0",
      "--continue-on-collection-errors",
      ...overrides.flatMap((override) => ["-o", override]),
      ...(files ?? []),
    ],
    dropped,
  };
}

/** Whether a path is a test file by the patterns before or after the change. */
export function isTestFile(path: string, ...projects: readonly Declaration[]): boolean {
  const name = path.split("/").at(-1) ?? "";
  return projects
    .flatMap(({ ini }) => words(ini.values["python_files"] ?? patterns.python_files))
    .some((pattern) => glob(pattern).test(pattern.includes("/") ? path : name));
}

const patterns = { python_files: "test_*.py *_test.py", python_classes: "Test", python_functions: "test" };
const fixed = [
  "norecursedirs",
  "usefixtures",
  "xfail_strict",
  "empty_parameter_set_mark",
  "consider_namespace_packages",
];

/** Options that tell how pytest works for a person, or that write files: they never count. */
const idle =
  /^(-n|--numprocesses|--dist|--tx|--maxprocesses|-x|--exitfirst|--maxfail|--lf|--last-failed|--ff|--failed-first|--nf|--new-first|--sw|--stepwise|--stepwise-skip|--pdb|--pdbcls|--trace|--basetemp|-c|--config-file|--rootdir|--confcutdir|--junit-?xml|--junit-prefix|--html|--self-contained-html|--cov(-.*)?|--no-cov.*|--cache-clear|--cache-show|--co|--collect-only|--fixtures|--funcargs|--fixtures-per-test|--markers|--setup-only|--setup-plan|--setup-show|-h|--help|-V|--version|--color|--debug|--pastebin|--report-log)(=|$)/;
/** Options that choose tests or change how they count: in force when they stood there before the change. */
const choosing =
  /^(-k|-m|--deselect|--ignore|--ignore-glob|--noconftest|-o|--override-ini|--reruns|--only-rerun|--rerun-except|--splits|--group|--testmon|--picked|--runxfail)(=|$|(?<=^-[km]).)/;
const withValue =
  /^(-n|-k|-m|-c|-o|-p|-W|--numprocesses|--dist|--tx|--maxfail|--basetemp|--config-file|--rootdir|--confcutdir|--junit-?xml|--html|--cov-report|--cov-config|--cov-fail-under|--cov-context|--deselect|--ignore|--ignore-glob|--override-ini|--reruns|--splits|--group|--color)$/;

function options(mine: readonly string[], before: readonly string[]): { kept: string[]; dropped: string[] } {
  const known = new Set(pairs(before).map((pair) => pair.join(" ")));
  const kept: string[] = [];
  const dropped: string[] = [];
  for (const pair of pairs(mine)) {
    const [name = "", value = ""] = pair;
    if (idle.test(name) || /^-n\d/.test(name)) continue;
    const blocks = (name === "-p" && value.startsWith("no:")) || name.startsWith("-pno:");
    const narrows = choosing.test(name) || blocks || !name.startsWith("-");
    if (narrows && !known.has(pair.join(" "))) dropped.push(pair.join(" "));
    else kept.push(...pair);
  }
  // What stood there before the change and chose tests still does: taking it away would judge other tests than before.
  const now = new Set(pairs(mine).map((pair) => pair.join(" ")));
  for (const pair of pairs(before)) if (choosing.test(pair[0] ?? "") && !now.has(pair.join(" "))) kept.push(...pair);
  return { kept, dropped };
}

function pairs(tokens: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    found.push(withValue.test(token) && at + 1 < tokens.length ? [token, tokens[++at] ?? ""] : [token]);
  }
  return found;
}

/** Patterns of folders that pytest stays out of, without those that would hide a test file. */
function leavesOut(names: readonly string[], files: readonly string[]): string[] {
  const parts = new Set(["test", "tests", ...files.flatMap((file) => file.split("/").slice(0, -1))]);
  const hides = (name: string): boolean =>
    [...parts].some((part) => glob(name).test(part)) || files.some((file) => glob(`*${name}/*`).test(`/${file}`));
  return names.filter((name) => !hides(name));
}

/** Files that none of the folders, which may be patterns, has in it. */
function outside(folders: readonly string[], files: readonly string[]): string[] {
  const names = folders.map((folder) => folder.replace(/^\.\/|\/$/g, ""));
  return files.filter((file) => !names.some((name) => covers(name, file)));
}

function covers(folder: string, file: string): boolean {
  return folder === "." || folder === "" || glob(folder).test(file) || glob(`${folder}/*`).test(file);
}

/** Splits like a shell does, quotes included. */
function words(text = ""): string[] {
  const parts = text.match(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
  return parts.map((part) => part.replace(/"([^"]*)"|'([^']*)'|\\(.)/g, "$1$2$3"));
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function glob(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${text}$`);
}
