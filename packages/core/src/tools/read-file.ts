import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { z } from "zod";
import { startOf } from "../output.js";
import { readSays, toolSays } from "../prompts.js";
import type { Tool } from "../types.js";
import { insideWorktree } from "./jail.js";
import { ToolTrouble } from "./trouble.js";

const input = z.strictObject({
  path: z.string().describe("File to read, relative to the repository's root."),
  from_line: z.int().min(1).optional().describe("First line to read, counted from 1. Default 1."),
  to_line: z.int().min(1).optional().describe("Last line to read. Default: as many as fit."),
});

const mostLines = 2_000;
const mostCharacters = 60_000;

/** Reads a text file, or some of its lines; says where it cut. */
export const readFile: Tool<typeof input> = {
  name: "read_file",
  description: toolSays.readFile,
  effect: "read",
  input,
  async run({ path, from_line: from = 1, to_line: to = Infinity }, { root, signal }) {
    if (to < from) throw new ToolTrouble(readSays.backwards(from, to));
    const file = await insideWorktree(root, path);
    const { size } = await textFile(file, path);
    if (size === 0) return readSays.empty(path);
    return readLines(file, path, from, to, signal);
  },
};

/** Throws trouble unless it is a file with text in it. */
export async function textFile(file: string, path: string): Promise<{ size: number }> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts) throw new ToolTrouble(readSays.missing(path));
  if (facts.isDirectory()) throw new ToolTrouble(readSays.folder(path));
  // A pipe or a device may never end.
  if (!facts.isFile()) throw new ToolTrouble(readSays.special(path));
  if (await looksBinary(file)) throw new ToolTrouble(readSays.binary(path, facts.size));
  return { size: facts.size };
}

async function looksBinary(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8_000), 0, 8_000, 0);
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await handle.close();
  }
}

async function readLines(file: string, path: string, from: number, to: number, signal: AbortSignal): Promise<string> {
  const kept: string[] = [];
  let characters = 0;
  let last = 0;
  for await (const { line, bytes } of linesFrom(createReadStream(file, { signal }), from)) {
    last = line;
    if (bytes === undefined) break;
    const text = bytes.toString("utf8").replace(/\r$/, "");
    if (kept.length === mostLines || (characters + text.length > mostCharacters && kept.length > 0)) {
      return `${kept.join("\n")}\n${readSays.cut(from, line - 1)}`;
    }
    if (text.length > mostCharacters) {
      return `${startOf(text, mostCharacters)}\n${readSays.longLine(line)}`;
    }
    kept.push(text);
    if (line === to) return kept.join("\n");
    characters += text.length + 1;
  }
  if (kept.length === 0) throw new ToolTrouble(readSays.beyond(path, from, last));
  return kept.join("\n");
}

/** Bytes of a line that are kept: more than enough for as many characters as are shown. */
const keptBytes = 4 * mostCharacters + 4;

interface NumberedLine {
  readonly line: number;
  /** Absent behind the last line. */
  readonly bytes?: Buffer;
}

/**
 * The lines of a file from one on, each cut to what can be shown, and at last how many there are. Those before are counted
 * and never made into text: a model may ask for the end of a file of gigabytes, or of one line.
 */
async function* linesFrom(stream: AsyncIterable<Buffer>, from: number): AsyncGenerator<NumberedLine> {
  let line = 1;
  let begun = false;
  let bytes = Buffer.alloc(0);
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      const newline = chunk.indexOf(10, at);
      const end = newline < 0 ? chunk.length : newline;
      begun = true;
      if (line >= from && bytes.length < keptBytes) {
        bytes = Buffer.concat([bytes, chunk.subarray(at, Math.min(end, at + keptBytes - bytes.length))]);
        // Nobody reads on behind a line that can't be shown whole.
        if (bytes.length === keptBytes) return yield { line, bytes };
      }
      at = end + 1;
      if (newline < 0) break;
      if (line >= from) yield { line, bytes };
      line += 1;
      begun = false;
      bytes = Buffer.alloc(0);
    }
  }
  if (begun && line >= from) yield { line, bytes };
  yield { line: begun ? line : line - 1 };
}
