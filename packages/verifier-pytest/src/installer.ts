import { childEnvironment, type Command, type Environment, run } from "@aifactory/core/process";
import type { Python } from "./python.js";
import type { Wanted } from "./virtualenv.js";

/** The program that fills an environment. It is the only one that sees the settings of pip and uv. */
export interface Installer {
  readonly name: "uv" | "pip";
  commands(wanted: Wanted, directory: string): readonly Command[];
  environment(): Environment;
  /** What went wrong, and what to type, from what it printed. */
  problem(log: string): string;
}

/** uv when it is on PATH and looks for packages where pip would, else the interpreter's own venv and pip. */
export async function installer(python: Python): Promise<Installer> {
  return (await answers("uv", ["--version"])) && !(await onlyPipKnows(python)) ? uv : pip;
}

/** Whether only pip was told where packages are: uv reads neither pip's files nor its variables. */
async function onlyPipKnows({ path }: Python): Promise<boolean> {
  const told = await answers(path, ["-I", "-m", "pip", "config", "list"]);
  const places = /\.(index-url|extra-index-url|find-links|no-index|constraint)=/;
  const isUvTold = Object.keys(process.env).some((name) =>
    /^UV_(INDEX|DEFAULT_INDEX|EXTRA_INDEX|FIND_LINKS|NO_INDEX|CONFIG_FILE)/.test(name),
  );
  return places.test(told ?? "") && !isUvTold;
}

/** What a program prints when it is there and succeeds. */
async function answers(command: string, args: readonly string[]): Promise<string | undefined> {
  return run({ command, args, env: installing({}), timeoutMs: 30_000, trusted: true }).then(
    ({ exitCode, stdout }) => (exitCode === 0 ? stdout : undefined),
    () => undefined,
  );
}

const pip: Installer = {
  name: "pip",
  commands: ({ python, systemPackages, builds }, directory) => [
    {
      command: python.path,
      args: ["-I", "-m", "venv", "--without-pip", ...(systemPackages ? ["--system-site-packages"] : []), directory],
    },
    {
      // The new environment needs no pip of its own, whose installation would take seconds: pip 22.3 and later can do this.
      command: python.path,
      args: [
        "-I",
        "-m",
        "pip",
        "--python",
        `${directory}/bin/python`,
        "install",
        "--no-input",
        "--disable-pip-version-check",
        ...(builds ? [] : ["--only-binary", ":all:"]),
        ...files(directory),
      ],
    },
  ],
  environment: () => installing({ PIP_RETRIES: process.env["PIP_RETRIES"] ?? "1", PIP_NO_COLOR: "1" }),
  problem(log) {
    if (/No module named (pip|venv|ensurepip)/.test(log))
      return "This Python has no pip or no venv. Debian and Ubuntu: apt install python3-venv python3-pip. Or install uv.";
    return notFound(
      log,
      /(?:No matching distribution found for|that satisfies the requirement) ([^\n]+?)(?: \(from|\n|$)/,
    );
  },
};

const uv: Installer = {
  name: "uv",
  // In its own folder: it takes settings from the project that it is started in, whose code may be what is judged.
  commands: ({ python, systemPackages, builds }, directory) => [
    {
      command: "uv",
      cwd: directory,
      args: [
        "venv",
        "--quiet",
        "--allow-existing",
        "--no-project",
        "--python",
        python.path,
        ...(systemPackages ? ["--system-site-packages"] : []),
        directory,
      ],
    },
    {
      command: "uv",
      cwd: directory,
      args: [
        "pip",
        "install",
        "--python",
        `${directory}/bin/python`,
        // Linked files would be uv's cache itself.
        "--link-mode",
        "copy",
        "--compile-bytecode",
        ...(builds ? [] : ["--no-build"]),
        ...files(directory),
      ],
    },
  ],
  environment: () => installing({ UV_PYTHON_DOWNLOADS: "never", UV_NO_PROGRESS: "1" }),
  problem: (log) =>
    // It breaks its sentences into lines.
    notFound(
      log.replace(/\s+/g, " "),
      /(?:there is no version of |Because (?=\S+ was not found)|is available and you require |Failed to fetch: \S+\/(?=[^/]+\/`))([^\s,/`]+)/,
    ),
};

function files(directory: string): string[] {
  return ["-r", `${directory}/requirements.txt`, "-c", `${directory}/constraints.txt`];
}

/** Settings under which pip would install somewhere else. */
const misleading =
  /^PIP_(USER|TARGET|PREFIX|ROOT|PYTHON|REQUIRE_VIRTUALENV|REPORT|DRY_RUN)$|^UV_(PROJECT|PYTHON|SYSTEM|TARGET)/;

function installing(extra: Environment): Environment {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const wanted = /^(PIP_|UV_|SSL_CERT_|REQUESTS_CA_BUNDLE|NETRC|XDG_C)|^(https?|all|no)_proxy$/i.test(name);
    if (wanted && !misleading.test(name) && value !== undefined) settings[name] = value;
  }
  return { ...childEnvironment(), ...settings, ...extra };
}

function notFound(log: string, pattern: RegExp): string {
  const requirement = pattern.exec(log)?.[1]?.trim();
  const conflict = /The conflict is caused by:\n([\s\S]*?)\n\s*\n/.exec(log)?.[1];
  if (conflict !== undefined) {
    const words = conflict
      .trim()
      .replace(/\s*\n\s*/g, "; ")
      .slice(0, 500);
    const bound = /\(constraint\) (\S+)/.exec(words)?.[1];
    return (
      `The requirements contradict each other or what the index has: ${words}.` +
      `${bound === undefined ? "" : ` ${toSee(bound)}`} Change one of them.`
    );
  }
  if (requirement === undefined) {
    const errors = log.split("\n").filter((line) => /error/i.test(line));
    const why = /Because .*/.exec(log)?.[0] ?? errors.at(-1) ?? log.split("\n").at(-1) ?? "";
    return `The requirements could not be installed: ${why.slice(0, 500)}`;
  }
  return (
    `The requirement ${requirement} could not be installed: no index in the settings of pip or uv has a wheel of it for this ` +
    `Python. ${toSee(requirement)} ` +
    "Change the requirement, or name an index that has it (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS)."
  );
}

function toSee(requirement: string): string {
  return `To see it: python3 -m pip download --only-binary :all: --no-deps '${requirement.replaceAll("'", "")}'.`;
}
