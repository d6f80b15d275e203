import { run } from "@aifactory/core/process";
import { type Python, pythonFile } from "./python.js";

/** What a project says about itself, read without running any of it. */
export interface Declaration {
  /** The project's folder, relative to the tree; `.` is the tree itself. */
  readonly folder: string;
  readonly name: string | null;
  readonly version: string | null;
  /** Requirement lines that name packages of an index, sorted. */
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  /** Where they stand. */
  readonly sources: readonly string[];
  /** Lines that are not installed: paths, URLs, options. */
  readonly left: readonly { readonly source: string; readonly line: string }[];
  /** What could not be read. */
  readonly notes: readonly string[];
  /** Console scripts, `module:function` by name. */
  readonly scripts: { readonly [name: string]: string };
  /** Folders that an installation would make importable, relative to the project. */
  readonly paths: readonly string[];
  /** The file that pytest takes its settings from, relative to the project, and its settings as text. */
  readonly ini: {
    readonly file: string | null;
    readonly values: { readonly [name: string]: string };
  };
}

/**
 * Reads pyproject.toml, setup.cfg, setup.py, requirements files and pytest's settings.
 *
 * @param changed Paths that the change touched: they decide which project of several is meant.
 */
export async function readDeclaration(
  python: Python,
  tree: string,
  { changed, project, signal }: { changed: readonly string[]; project?: string | undefined; signal: AbortSignal },
): Promise<Declaration> {
  const result = await run({
    command: python.path,
    args: ["-I", "-B", pythonFile("declaration.py")],
    env: { PATH: "/usr/bin:/bin" },
    input: JSON.stringify({ tree, changed, project }),
    timeoutMs: 20_000,
    signal,
    keepBytes: 4_000_000,
  });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw new Error(`declaration.py: ${result.stderr.trim()}`);
  return JSON.parse(result.stdout) as Declaration;
}
