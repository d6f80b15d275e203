import { z } from "zod";
import { type GitResult, tryGit } from "../git.js";
import { textOf, toByteName } from "../git/byte-names.js";
import { largerThan, namesIn } from "../git/listed.js";
import { printable, startOf } from "../output.js";
import { searchSays, toolSays } from "../prompts.js";
import type { Tool, ToolContext } from "../types.js";
import { insideWorktree, shown } from "./jail.js";
import { pathspec } from "./list-files.js";
import { ToolTrouble } from "./trouble.js";

const input = z.strictObject({
  pattern: z.string().min(1).describe("What to look for: a regular expression (Perl syntax), matched line by line."),
  path: z
    .string()
    .optional()
    .describe("Folder or file to look in, relative to the repository's root. Default: the whole repository."),
  files: z.string().optional().describe("Only files whose path matches this glob, such as '*.py'."),
  literal: z.boolean().optional().describe("Take the pattern as plain text. Default false."),
  ignore_case: z.boolean().optional().describe("Default false."),
});

type Input = z.output<typeof input>;

const mostMatches = 200;
const longestLine = 300;
const patience = 20_000;
/** Git reads a file whole before it looks whether there is text in it, and several at once. */
const largest = 64 * 1024 * 1024;

/** Searches file contents with git's own search: no ignored files, no binaries. */
export const searchFiles: Tool<typeof input> = {
  name: "search_files",
  description: toolSays.searchFiles,
  effect: "read",
  input,
  async run(request, context) {
    const folder = shown(context.root, await insideWorktree(context.root, request.path ?? "."));
    const large = await largeFiles(pathspec(folder, request.files), context);
    const found = await search(request, folder, large, "--perl-regexp", context);
    const result =
      found.stderr.includes("perl-regexp") || found.stderr.includes("PCRE")
        ? await search(request, folder, large, "--extended-regexp", context)
        : found;
    const left = large.length === 0 ? "" : `\n${searchSays.large(large.map(printable), largest)}`;
    if (result.exitCode === 1) return searchSays.none(request.pattern) + left;
    if (result.exitCode !== 0) throw new ToolTrouble(searchSays.failed(request.pattern, result.stderr));
    const lines = result.stdout.trimEnd().split("\n");
    const kept = lines
      .slice(0, mostMatches)
      .map((line) => (line.length > longestLine ? `${startOf(line, longestLine)}…` : line));
    const cut = lines.length > mostMatches ? `\n${searchSays.cut(mostMatches, lines.length)}` : "";
    return kept.join("\n") + cut + left;
  },
};

async function search(
  request: Input,
  folder: string,
  large: readonly string[],
  dialect: string,
  { git: place, signal }: ToolContext,
): Promise<GitResult> {
  const args = [
    "grep",
    "--untracked",
    "--no-recurse-submodules",
    "-I",
    "--line-number",
    "--no-color",
    "--no-textconv",
    request.literal ? "--fixed-strings" : dialect,
    ...(request.ignore_case ? ["--ignore-case"] : []),
    "-e",
    request.pattern,
    "--",
    pathspec(folder, request.files),
    ...large.map((path) => `:(exclude,literal)${path}`),
  ];
  const slow = AbortSignal.timeout(patience);
  try {
    return await tryGit(place, args, { signal: AbortSignal.any([signal, slow]) });
  } catch (error) {
    if (slow.aborted && !signal.aborted) throw new ToolTrouble(searchSays.slow(patience));
    throw error;
  }
}

/** At most a hundred: a command line has an end. */
async function largeFiles(spec: string, { git: place, root, signal }: ToolContext): Promise<string[]> {
  const listed = await tryGit(place, ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", spec], {
    signal,
    timeoutMs: 3 * patience,
    bytes: true,
  });
  const large = await largerThan(largest, toByteName(root), namesIn(listed.stdout), signal);
  return large.slice(0, 100).map(textOf);
}
