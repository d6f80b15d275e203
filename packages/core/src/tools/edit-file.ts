import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { editSays, toolSays } from "../prompts.js";
import type { Tool } from "../types.js";
import { insideWorktree, shown } from "./jail.js";
import { textFile } from "./read-file.js";
import { ToolTrouble } from "./trouble.js";
import { replaceFile } from "./write-file.js";

const input = z.strictObject({
  path: z.string().min(1).describe("File to change, relative to the repository's root."),
  old_text: z
    .string()
    .min(1)
    .describe("Text to replace, exactly as it stands in the file, indentation included. It must occur once."),
  new_text: z.string().describe("Text to put in its place."),
  replace_all: z.boolean().optional().describe("Replace every occurrence. Default false."),
});

const largest = 10 * 1024 * 1024;

/** Replaces a piece of text that occurs exactly once. */
export const editFile: Tool<typeof input> = {
  name: "edit_file",
  description: toolSays.editFile,
  effect: "write",
  input,
  async run({ path, old_text: wanted, new_text: replacement, replace_all: all = false }, { root }) {
    const file = await insideWorktree(root, path);
    const { size } = await textFile(file, path);
    if (size > largest) throw new ToolTrouble(editSays.tooLarge(path, size));
    const text = await readFile(file, "utf8");
    const [before, after] = withLineEndsOf(text, wanted, replacement);
    if (before === after) throw new ToolTrouble(editSays.same);
    const places = countOf(text, before);
    if (places === 0) throw new ToolTrouble(editSays.notFound(path, nearest(text, before)));
    if (places > 1 && !all) throw new ToolTrouble(editSays.ambiguous(path, linesWith(text, before)));
    // Not `replace`: it would read `$&` and its like in the new text.
    await replaceFile(file, text.split(before).join(after), (await stat(file)).mode);
    return editSays.edited(shown(root, file), places);
  },
};

/** Models write `\n`; in a file with `\r\n` they mean that. */
function withLineEndsOf(text: string, wanted: string, replacement: string): [string, string] {
  if (!text.includes("\r\n") || text.includes(wanted)) return [wanted, replacement];
  return [withReturns(wanted), withReturns(replacement)];
}

function withReturns(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

function linesWith(text: string, part: string): number[] {
  const lines: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && lines.length < 10; at = text.indexOf(part, at + part.length)) {
    lines.push(text.slice(0, at).split("\n").length);
  }
  return lines;
}

/** The place that was probably meant: where the first line stands but for white space. */
function nearest(text: string, part: string): { line: number; text: string } | undefined {
  const first = part
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "");
  if (first === undefined) return undefined;
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.trim() === first);
  const found = at >= 0 ? at : lines.findIndex((line) => line.includes(first));
  if (found < 0) return undefined;
  return {
    line: found + 1,
    text: lines.slice(found, found + Math.min(part.split("\n").length + 1, 12)).join("\n"),
  };
}
