import { z } from "zod";
import { askPython, type Python } from "./python.js";
import type { Tree } from "./tree.js";

const declaration = z.object({
  /** The project's folder, relative to the tree; `.` is the tree itself. */
  folder: z.string(),
  name: z.string().nullable(),
  version: z.string().nullable(),
  /** Requirement lines that name packages of an index, sorted. */
  requirements: z.array(z.string()),
  constraints: z.array(z.string()),
  /** The lock file whose versions are among the constraints. */
  lock: z.string().nullable(),
  /** Where they stand. */
  sources: z.array(z.string()),
  /** Lines that are not installed: paths, URLs, options. */
  left: z.array(z.object({ source: z.string(), line: z.string() })),
  /** What could not be read. */
  notes: z.array(z.string()),
  /** Console scripts, `module:function` by name. */
  scripts: z.record(z.string(), z.string()),
  /** Folders that an installation would make importable, relative to the project. */
  paths: z.array(z.string()),
  /** The file that pytest takes its settings from, relative to the project, and its settings as text. */
  ini: z.object({ file: z.string().nullable(), values: z.record(z.string(), z.string()) }),
});

/** What a project says about itself, read without running any of it. */
export type Declaration = Readonly<z.infer<typeof declaration>>;

/**
 * Reads pyproject.toml, setup.cfg, setup.py, requirements files, Pipfile, lock files and pytest's settings, after the change and before it.
 *
 * @param changed Paths that the change touched: they decide which project of several is meant.
 */
export async function readDeclarations(
  python: Python,
  { after, before }: { readonly after: Pick<Tree, "path">; readonly before: Pick<Tree, "path"> },
  { changed, project, signal }: { changed: readonly string[]; project?: string | undefined; signal: AbortSignal },
): Promise<[Declaration, Declaration]> {
  const asked = { trees: [after.path, before.path], changed, project };
  return z.tuple([declaration, declaration]).parse(await askPython(python, "declaration.py", asked, signal));
}
