import { createHmac, randomBytes, randomInt } from "node:crypto";
import { lstat, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Command, run, type SandboxProbe, sandboxed } from "@aifactory/core/process";
import type { StandIn } from "./project.js";
import { type Python, pythonFile } from "./python.js";
import { readRun, type TestRun } from "./test-run.js";
import type { Virtualenv } from "./virtualenv.js";

/** What the code under test may use. */
export interface RunLimits {
  readonly processes: number;
  readonly memoryBytes: number;
  readonly fileBytes: number;
}

/** Everything that stays the same over the runs of one verification. */
export interface Workshop {
  readonly python: Python;
  readonly virtualenv: Virtualenv;
  readonly sandbox: SandboxProbe;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
  readonly project: StandIn;
  /** A folder of our own that goes with the verification. */
  readonly folder: string;
}

/** One run of pytest. */
export interface RunRequest {
  readonly name: string;
  /** The tree's folder. */
  readonly tree: string;
  /** The project's folder in the tree, where pytest is started. */
  readonly directory: string;
  /** Folders to import from besides the project's. */
  readonly paths: readonly string[];
  readonly arguments: readonly string[];
  /** Further folders that may be read. */
  readonly readable?: readonly string[];
  readonly timeoutMs: number;
  /** Runs the tests in the opposite order. */
  readonly backwards?: boolean | undefined;
  /** Files, by absolute path, of which the lines that run are noted. */
  readonly watched?: readonly string[] | undefined;
  /** A name that is set in Python's `builtins` once the tests are collected: it turns the feature off. */
  readonly switch?: string | undefined;
}

const salt = randomBytes(16);

/** The folder of a run. What runs in it must not learn from its name which run it is in, so the name says nothing. */
export function roomOf({ folder }: Pick<Workshop, "folder">, name: string): string {
  return join(folder, createHmac("sha256", salt).update(name).digest("hex").slice(0, 12));
}

/** Runs pytest on a tree under our recorder, shut in when this machine can. */
export async function runPytest(workshop: Workshop, request: RunRequest): Promise<TestRun> {
  const out = roomOf(workshop, request.name);
  const junit = join(out, "junit.xml");
  await mkdir(join(out, "home"), { recursive: true });
  await mkdir(join(out, "tmp"), { recursive: true });
  await writeFile(join(out, "none.ini"), "[pytest]\n");
  const key = randomBytes(32).toString("hex");
  const paths = [request.directory, ...request.paths, workshop.project.path];
  const orders = {
    key,
    tree: request.tree,
    directory: request.directory,
    paths,
    arguments: [`--junitxml=${junit}`, `--basetemp=${join(out, "tmp", "pytest")}`, ...request.arguments],
    limits: {
      NPROC: workshop.limits.processes,
      AS: workshop.limits.memoryBytes,
      FSIZE: workshop.limits.fileBytes,
      NOFILE: 1024,
      CORE: 0,
    },
    backwards: request.backwards,
    watched: request.watched,
    switch: request.switch,
    ...userOf(workshop, [request.tree, out]),
  };
  const command: Command = {
    command: workshop.virtualenv.python,
    args: ["-I", "-B", pythonFile("launch.py")],
    cwd: request.directory,
    input: JSON.stringify(orders),
    channel: true,
    timeoutMs: request.timeoutMs,
    graceMs: 300,
    signal: workshop.signal,
    env: environment(workshop, out, paths),
  };
  const result = await run(shutIn(workshop, command, [request.tree, out], request.readable));
  workshop.signal.throwIfAborted();
  const written = await readPlain(junit);
  return { ...readRun(result, key, written), command: ["python -I -B launch.py", ...orders.arguments] };
}

/** Reads a file that the code under test could put anything in place of: a pipe that never ends, a link, a disk full. */
async function readPlain(path: string): Promise<string | undefined> {
  const there = await lstat(path).catch(() => undefined);
  return there?.isFile() && there.size < 64 * 1024 ** 2 ? readFile(path, "utf8") : undefined;
}

function shutIn(
  workshop: Workshop,
  command: Command,
  writable: readonly string[],
  more: readonly string[] = [],
): Command {
  if (workshop.sandbox.kind === "none") return command;
  const readable = [
    ...workshop.python.folders,
    workshop.virtualenv.directory,
    dirname(workshop.project.path),
    pythonFile(""),
    ...more,
  ];
  return sandboxed(command, { view: "strict", readable, writable });
}

/** All that the code under test gets to know: nothing of the user's environment. */
function environment({ virtualenv, project }: Workshop, out: string, paths: readonly string[]): Record<string, string> {
  return {
    PATH: `${project.bin}:${join(virtualenv.directory, "bin")}:/usr/local/bin:/usr/bin:/bin`,
    HOME: join(out, "home"),
    TMPDIR: join(out, "tmp"),
    LANG: "C.UTF-8",
    TZ: "UTC",
    CI: "1",
    PYTHONHASHSEED: "0",
    PYTHONDONTWRITEBYTECODE: "1",
    // For the programs that tests start; the recorder's own Python ignores it.
    PYTHONPATH: paths.join(":"),
    PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1",
  };
}

/** Root runs tests as a user that does not exist, so that limits count and nothing of root's can be reached. */
function userOf({ sandbox }: Workshop, owned: readonly string[]): object {
  const isRoot = process.getuid?.() === 0;
  return isRoot && sandbox.kind === "bubblewrap" ? { user: 61_184 + randomInt(4_000), owned } : {};
}
