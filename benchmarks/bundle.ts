import { join } from "node:path";
import { build } from "tsup";

/**
 * Makes one file of a program of this folder: a process that is started a thousand times should not compile each time.
 *
 * @returns Its path.
 */
export async function bundle(name: string, folder: string): Promise<string> {
  await build({
    entry: [join(import.meta.dirname, `${name}.ts`)],
    outDir: folder,
    format: "esm",
    platform: "node",
    noExternal: [/./],
    splitting: false,
    silent: true,
    config: false,
    outExtension: () => ({ js: ".mjs" }),
    esbuildOptions: (options) => void (options.conditions = ["aifactory-source"]),
  });
  return join(folder, `${name}.mjs`);
}
