import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Declaration } from "./declaration.js";
import type { Virtualenv } from "./virtualenv.js";

/** What stands in for an installation of the project, without running its build. */
export interface StandIn {
  /** Folder with the project's metadata, to import from. */
  readonly path: string;
  /** Folder with its console scripts. */
  readonly bin: string;
}

/**
 * Writes what `pip install -e .` would leave behind: metadata, so that `importlib.metadata` knows the project, and console
 * scripts. No build backend, setup.py or plugin of the change gets to run, and no `.pth` file is made.
 */
export async function standIn(project: Declaration, virtualenv: Virtualenv, folder: string): Promise<StandIn> {
  const made = { path: join(folder, "site"), bin: join(folder, "bin") };
  await mkdir(made.path, { recursive: true });
  await mkdir(made.bin, { recursive: true });
  if (project.name !== null && /^[A-Za-z0-9._-]+$/.test(project.name)) {
    const version = /^[\w.+!-]+$/.test(project.version ?? "") ? project.version : "0.0.0";
    const info = join(made.path, `${project.name.replace(/[-.]+/g, "_")}-${version}.dist-info`);
    const scripts = Object.entries(project.scripts).map(([name, target]) => `${name} = ${target}`);
    await mkdir(info);
    await writeFile(join(info, "METADATA"), `Metadata-Version: 2.1\nName: ${project.name}\nVersion: ${version}\n`);
    await writeFile(join(info, "entry_points.txt"), ["[console_scripts]", ...scripts, ""].join("\n"));
  }
  for (const [name, target] of Object.entries(project.scripts)) {
    const [, module, object] = /^([\w.]+):([\w.]+)/.exec(target) ?? [];
    if (module === undefined || object === undefined || !/^[\w.-]+$/.test(name)) continue;
    const script = [
      `#!${virtualenv.python}`,
      "import importlib, operator, sys",
      `sys.exit(operator.attrgetter("${object}")(importlib.import_module("${module}"))())`,
    ];
    await writeFile(join(made.bin, name), `${script.join("\n")}\n`);
    await chmod(join(made.bin, name), 0o755);
  }
  return made;
}
