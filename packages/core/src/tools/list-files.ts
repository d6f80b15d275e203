import { z } from "zod";
import { tryGit } from "../git.js";
import { printable } from "../output.js";
import { listSays, toolSays } from "../prompts.js";
import type { Tool } from "../types.js";
import { insideWorktree, shown } from "./jail.js";
import { ToolTrouble } from "./trouble.js";

const input = z.strictObject({
  path: z
    .string()
    .optional()
    .describe("Folder to list, relative to the repository's root. Default: the whole repository."),
  pattern: z.string().optional().describe("Only files whose path in that folder matches this glob, such as '**/*.py'."),
});

const most = 1_000;

/** Lists files, those that git ignores left out. */
export const listFiles: Tool<typeof input> = {
  name: "list_files",
  description: toolSays.listFiles,
  effect: "read",
  input,
  async run({ path = ".", pattern }, { root, git: place, signal }) {
    const folder = shown(root, await insideWorktree(root, path));
    const listed = await tryGit(
      place,
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pathspec(folder, pattern)],
      { signal },
    );
    if (listed.exitCode !== 0) throw new ToolTrouble(listSays.failed(listed.stderr));
    const gone = await tryGit(place, ["ls-files", "-z", "--deleted", "--", pathspec(folder, pattern)], { signal });
    const deleted = new Set(gone.stdout.split("\0"));
    const files = [...new Set(listed.stdout.split("\0"))]
      .filter((file) => file !== "" && !deleted.has(file))
      .toSorted();
    if (files.length === 0) return listSays.none(path, pattern);
    const shownFiles = files.slice(0, most).map(printable);
    return files.length > most
      ? `${shownFiles.join("\n")}\n${listSays.cut(most, files.length)}`
      : shownFiles.join("\n");
  },
};

/** Git's own words for a folder and a glob in it. */
export function pathspec(folder: string, pattern?: string): string {
  const prefix = folder === "." ? "" : `${folder.replace(/[*?[\\]/g, "\\$&")}/`;
  if (pattern === undefined) return folder === "." ? "." : `:(literal)${folder}`;
  // A pattern without a slash means a file of that name anywhere below, as it does in .gitignore.
  return `:(glob)${prefix}${pattern.includes("/") ? pattern.replace(/^\.?\/+/, "") : `**/${pattern}`}`;
}
