import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile as write } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { toError } from "../errors.js";
import { toolSays, writeSays } from "../prompts.js";
import type { Tool } from "../types.js";
import { insideWorktree, shown } from "./jail.js";
import { ToolTrouble } from "./trouble.js";

const input = z.strictObject({
  path: z.string().min(1).describe("File to write, relative to the repository's root. Folders on the way are made."),
  content: z.string().describe("The whole content of the file."),
});

/** Writes a whole file. */
export const writeFile: Tool<typeof input> = {
  name: "write_file",
  description: toolSays.writeFile,
  effect: "write",
  input,
  async run({ path, content }, { root }) {
    const file = await insideWorktree(root, path);
    const before = await stat(file).catch(() => undefined);
    if (before?.isDirectory()) throw new ToolTrouble(writeSays.folder(path));
    await replaceFile(file, content, before?.mode);
    return writeSays.wrote(shown(root, file), content, before !== undefined);
  },
};

/** Puts a file in place in one move: whoever reads it, or a crash, finds the old content or the new one. */
export async function replaceFile(file: string, content: string, mode = 0o644): Promise<void> {
  const folder = dirname(file);
  const draft = join(folder, `.aifactory-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await write(draft, content, { flag: "wx", mode: mode & 0o777 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new ToolTrouble(writeSays.failed(toError(error).message));
  }
}
