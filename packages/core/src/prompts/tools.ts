import { startOf } from "../output.js";
import type { CommandResult } from "../process.js";

/** Put in place of a result that never came, so that the history stays valid. */
export const callSays = {
  aborted: "Not run: the work was stopped.",
  left: (name: string): string =>
    `${name} did not stop when the work was stopped, and was left behind; it may still go on. Look before you repeat it.`,
  interrupted:
    "The work was interrupted before this gave a result; it may have been done or not. Look before you repeat it.",
  afterEnd: "Not run: the work was ended by the finish call beside it.",
  tooMany: (most: number): string =>
    `Not run, and neither is what came after it: at most ${most} calls of one reply are. Call again what you still need, a few at a time.`,
  unknownTool: (name: string, offered: readonly string[]): string =>
    `There is no tool ${name}. The tools are: ${offered.join(", ")}.`,
  notOffered: (name: string): string => `${name} is not available right now. Use one of the tools that are offered.`,
  notJson: (name: string, text: string): string =>
    `The arguments of ${name} were not JSON: ${startOf(text, 200)}${text.length > 200 ? "…" : ""} Call it again with a JSON object.`,
  tooDeep: (levels: number): string => `[objects and lists that are nested more than ${levels} levels deep]`,
  badInput: (name: string, problems: string): string =>
    `The arguments of ${name} don't fit: ${problems}. Call it again with these corrected.`,
  broken: (name: string, message: string): string => `${name} failed: ${message}`,
  blocked: (name: string): string =>
    `Not run: this exact ${name} call has failed five times in the same way. Do something else: read the file again, or write it whole with write_file.`,
};

/** What tools do, for the model. */
export const toolSays = {
  readFile: "Read a text file, or some of its lines.",
  writeFile: "Write a whole file: make it, or replace all of its content.",
  editFile: "Replace one piece of text in a file by another.",
  listFiles: "List the files of the repository, ignored ones left out.",
  searchFiles: "Search the contents of the repository's files; gives file:line:text.",
  runCommand: "Run a shell command, such as the tests; gives its exit code and output.",
  finish: "Say that everything asked for is done.",
  submitPlan: "Give the plan.",
};

/** What the path jail refuses. */
export const pathSays = {
  nul: "A path can't contain a NUL character.",
  absolute: (path: string): string =>
    `${path} is outside the repository. Use a path relative to the repository's root.`,
  outside: (path: string): string => `${path} leads out of the repository. Stay inside it.`,
  linksOut: (path: string): string =>
    `${path} is, or goes through, a symbolic link that leads out of the repository or nowhere. Use another path.`,
  git: (path: string): string => `${path} is git's own; it can't be read or written. Commits are made for you.`,
  notAFolder: (path: string): string => `A part of ${path} is a file, not a folder.`,
  unreachable: (path: string, why: string): string => `${path} can't be reached: ${why}`,
};

/** What reading says. */
export const readSays = {
  missing: (path: string): string => `There is no file ${path}. Use list_files to see what there is.`,
  folder: (path: string): string => `${path} is a folder. Use list_files to see what is in it.`,
  special: (path: string): string => `${path} is not a regular file.`,
  binary: (path: string, bytes: number): string => `${path} is a binary file (${bytes} bytes); only text can be read.`,
  empty: (path: string): string => `[${path} is empty]`,
  backwards: (from: number, to: number): string => `to_line (${to}) must not be before from_line (${from}).`,
  beyond: (path: string, from: number, lines: number): string =>
    `${path} has ${lines} lines, so there is no line ${from}.`,
  cut: (from: number, last: number): string =>
    `[cut here: these are lines ${from} to ${last}; go on with from_line ${last + 1}]`,
  longLine: (line: number): string => `[cut here: line ${line} is too long to show whole]`,
};

/** What writing says. */
export const writeSays = {
  folder: (path: string): string => `${path} is a folder, so no file can be written there.`,
  failed: (why: string): string => `The file was not written: ${why}`,
  wrote: (path: string, content: string, existed: boolean): string =>
    `${existed ? "Replaced" : "Wrote"} ${path} (${content.split("\n").length} lines).`,
};

/** What editing says. */
export const editSays = {
  tooLarge: (path: string, bytes: number): string => `${path} is too large to edit (${bytes} bytes).`,
  same: "old_text and new_text are the same, so there is nothing to change.",
  notFound: (path: string, near: { line: number; text: string } | undefined): string =>
    near
      ? `old_text does not occur in ${path} exactly as given. Near line ${near.line} the file reads:\n${near.text}\nCopy the text from there, white space included.`
      : `old_text does not occur in ${path}. Read the file, then copy the text to replace exactly.`,
  ambiguous: (path: string, lines: readonly number[]): string =>
    `old_text occurs more than once in ${path} (lines ${lines.join(", ")}). Give more of the text around the one you mean, or set replace_all.`,
  edited: (path: string, places: number): string => `Edited ${path}${places > 1 ? ` in ${places} places` : ""}.`,
};

/** What listing says. */
export const listSays = {
  failed: (why: string): string => `The files can't be listed: ${why.trim()}`,
  none: (path: string, pattern: string | undefined): string =>
    pattern === undefined ? `[no files in ${path}]` : `[no file in ${path} matches ${pattern}]`,
  cut: (shown: number, all: number): string => `[cut here: ${shown} of ${all} files; narrow it with path or pattern]`,
};

/** What searching says. */
export const searchSays = {
  none: (pattern: string): string => `[nothing matches ${pattern}]`,
  failed: (pattern: string, why: string): string =>
    `Can't search for ${pattern}: ${why.trim().split("\n")[0]}. With literal: true it is taken as plain text.`,
  large: (paths: readonly string[], bytes: number): string =>
    `[not searched because they are larger than ${bytes} bytes: ${paths.join(", ")}]`,
  slow: (limitMs: number): string =>
    `The search took longer than ${limitMs / 1_000} seconds and was stopped. Narrow it with path or files.`,
  cut: (shown: number, all: number): string => `[cut here: ${shown} of ${all} matches; narrow it with path or files]`,
};

/** What a command gave. */
export const commandSays = {
  result({ exitCode, signal, stdout, stderr, stopped }: CommandResult, limitMs: number): string {
    const end =
      stopped === "timeout"
        ? `[stopped after ${limitMs / 1_000} seconds; what it printed until then:]`
        : `[exit code ${exitCode ?? `none: ended by ${signal}`}]`;
    const parts = [end, stdout.trimEnd(), stderr.trimEnd() && `[stderr]\n${stderr.trimEnd()}`];
    return parts.filter((part) => part !== "").join("\n");
  },
};
