import type { CommandResult } from "./process.js";
import type { Subtask } from "./events.js";
import type { NudgeFacts } from "./nudge.js";
import type { Finding, Verdict } from "./types.js";

// Every word that is said to a model stands here. Each says what is wrong and what to do next.

/** Who the model is and how it works here. */
export function systemPrompt(): string {
  return `You are a software engineer at work in a git repository. You work alone: nobody can answer questions, so decide yourself and go on.

- Work with the tools. Paths are relative to the repository's root. Nothing that you describe in text happens; only tool calls do.
- Read what you need, then write. Follow the style and the layout of the code that is there.
- Change files with write_file and edit_file. Write whole, working code: no placeholders, no "rest unchanged".
- When you can, run the tests with run_command before you finish. Do not weaken, skip or delete tests that are there.
- Do not commit; that is done for you.
- When everything asked for is done, call finish with a short summary. Do not call it before.`;
}

/** The first message of a stretch of work. */
export function workPrompt(prompt: string, subtasks: readonly Subtask[], index: number): string {
  const subtask = subtasks[index];
  if (!subtask || (subtasks.length === 1 && subtask.title === prompt)) return prompt;
  const list = subtasks
    .map((item, at) => `${at + 1}. ${item.title}${at < index ? " (done)" : at === index ? " (now)" : ""}`)
    .join("\n");
  const doneWhen = subtask.doneWhen ? `\nIt is done when: ${subtask.doneWhen}` : "";
  return `The whole task:\n${prompt}\n\nIts parts:\n${list}\n\nDo part ${index + 1} now, and only that part: ${subtask.title}${doneWhen}`;
}

/** The message of a reviewer who wants changes. */
export function reviewPrompt(prompt: string, asked: string): string {
  return `The task was:\n${prompt}\n\nIt was done; the result is what stands in the repository now. A reviewer asks for this change:\n${asked}\n\nMake it.`;
}

/** What was found by whoever judged the result. */
export function fixPrompt(prompt: string, verdict: Verdict): string {
  const findings = verdict.findings.filter((finding) => finding.severity !== "info").slice(0, 30);
  return `The task was:\n${prompt}\n\nThe result was judged in a clean checkout and is not accepted: ${verdict.summary}\n${findings.map(findingLine).join("\n")}\n\nFix the cause of each in the repository. Do not delete, skip or weaken tests to get there.`;
}

function findingLine({ message, file, line, test }: Finding): string {
  const place = [test, file && (line ? `${file}:${line}` : file)].filter(Boolean).join(" in ");
  return `- ${place ? `${place}: ` : ""}${message}`;
}

/** Asks for a plan. */
export function planPrompt(prompt: string): string {
  return `Make a plan for this task; do not do it, and change no file.\n\n${prompt}\n\nLook at the repository as far as you need. Then give between 1 and 12 parts, in the order in which they are to be done, each a piece of work that leaves the repository working, with what must be true when it is done.`;
}

/** How the plan is given: by a model that has the tool, and by an agent. */
export const planAnswer = {
  byTool: "Give the plan by calling submit_plan.",
  byText: `Answer with JSON only, in this shape: {"subtasks":[{"title":"…","done_when":"…"}]}`,
};

/** Put in place of a result that never came, so that the history stays valid. */
export const callSays = {
  aborted: "Not run: the work was stopped.",
  afterEnd: "Not run: the work was ended by the finish call beside it.",
  unknownTool: (name: string, offered: readonly string[]): string =>
    `There is no tool ${name}. The tools are: ${offered.join(", ")}.`,
  notOffered: (name: string): string => `${name} is not available right now. Use one of the tools that are offered.`,
  notJson: (name: string, text: string): string =>
    `The arguments of ${name} were not JSON: ${text.slice(0, 200)}${text.length > 200 ? "…" : ""} Call it again with a JSON object.`,
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

/** What a nudge says, by rule; the level says how firmly (1 is the first). */
export const nudgeSays: { readonly [rule: string]: (level: number, facts: NudgeFacts) => string } = {
  "only-reading": (level) =>
    level === 1
      ? "You have read enough to begin. Nothing has been written yet, and the task needs files to be written. Write the first one now with write_file or edit_file."
      : 'Still nothing has been written. Your next reply must be one call: write_file with the arguments {"path": "<file>", "content": "<its whole content>"}.',
  repeating: (level, { tool }) =>
    level === 1
      ? `You have made the same ${tool} call again and got the same result. It will not change. Use what you know: take the next step, with another call.`
      : `The same ${tool} call again, with the same result. It is not offered for the next turn. Write what is missing with write_file, or call finish if everything asked for is done.`,
  "code-in-text": (level) =>
    level === 1
      ? "Your reply contains code, but text changes no file. Put it into the repository now with write_file."
      : 'Nothing was written: code in a reply is lost. Your next reply must be one call: write_file with the arguments {"path": "<file>", "content": "<the code>"}.',
  announcing: (level) =>
    level === 1
      ? "You said what you will do next, and stopped. Nothing happens between turns: do it now, by calling a tool."
      : "Again you announced work instead of doing it. Call the tool in this reply; or, if everything asked for is done, call finish.",
  empty: (level) =>
    level === 1
      ? "Your reply was empty. Take the next step by calling a tool; if everything asked for is done, call finish."
      : "Your reply was empty again. Call a tool in this reply: write_file to write what is missing, or finish if everything is done.",
  "cut-off": (level) =>
    level === 1
      ? "Your reply was cut off because it was too long, and nothing of the unfinished part was done. Go on in smaller steps: one file, or one part of a file, per call."
      : "Cut off again. Write a short file first (a skeleton that works), then extend it with edit_file in small pieces.",
  "near-miss": (_level, { hint }) =>
    `Your reply looks like a tool call but can't be read as one, so nothing was run. ${hint}`,
  "nothing-written": (level) =>
    level === 1
      ? "You ended, but no file has been changed, and the task needs that. Make the change now with write_file or edit_file."
      : 'Still no file has been changed, so the task is not done. Your next reply must be one call: write_file with the arguments {"path": "<file>", "content": "<its whole content>"}.',
};
