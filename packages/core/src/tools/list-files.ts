import { z } from "zod";
import { tryGit } from "../git.js";
import { namesIn } from "../git/listed.js";
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
/** Milliseconds. A million files take five seconds; what a model made of the folders may keep git waiting for ever. */
const patience = 60_000;

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
      { signal, timeoutMs: patience },
    );
    if (listed.exitCode !== 0) throw new ToolTrouble(listSays.failed(listed.stderr));
    const gone = await tryGit(place, ["ls-files", "-z", "--deleted", "--", pathspec(folder, pattern)], {
      signal,
      timeoutMs: patience,
    });
    const deleted = new Set(namesIn(gone.stdout));
    const first = new Set<string>();
    let count = 0;
    for (const file of namesIn(listed.stdout)) {
      if (deleted.has(file) || first.has(file)) continue;
      count += 1;
      first.add(file);
      if (first.size === 4 * most) keepFirst(first);
    }
    if (count === 0) return listSays.none(path, pattern);
    keepFirst(first);
    const shownFiles = [...first].map(printable);
    return count > most ? `${shownFiles.join("\n")}\n${listSays.cut(most, count)}` : shownFiles.join("\n");
  },
};

/** Of many names only the first are shown, and only so many are kept. */
function keepFirst(names: Set<string>): void {
  const first = [...names].toSorted().slice(0, most);
  names.clear();
  for (const name of first) names.add(name);
}

/** Git's own words for a folder and a glob in it. */
export function pathspec(folder: string, pattern?: string): string {
  const prefix = folder === "." ? "" : `${folder.replace(/[*?[\\]/g, "\\$&")}/`;
  if (pattern === undefined) return folder === "." ? "." : `:(literal)${folder}`;
  // A pattern without a slash means a file of that name anywhere below, as it does in .gitignore.
  return `:(glob)${prefix}${pattern.includes("/") ? pattern.replace(/^\.?\/+/, "") : `**/${pattern}`}`;
}
