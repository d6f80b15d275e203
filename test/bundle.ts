import { basename, join } from "node:path";
import { build } from "tsup";

/**
 * Makes one file of a program: a process that is started a thousand times should not compile each time.
 *
 * @param source Its path, a `.ts` file.
 * @returns The path of the file that was made in the folder.
 */
export async function bundle(source: string, folder: string): Promise<string> {
  await build({
    entry: [source],
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
  return join(folder, `${basename(source, ".ts")}.mjs`);
}
