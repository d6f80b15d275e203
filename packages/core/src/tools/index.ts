import { z } from "zod";
import type { Tool, ToolDescription } from "../types.js";
import { editFile } from "./edit-file.js";
import { finish } from "./finish.js";
import { listFiles } from "./list-files.js";
import { readFile } from "./read-file.js";
import { runCommand } from "./run-command.js";
import { searchFiles } from "./search-files.js";
import { writeFile } from "./write-file.js";

/** The tools every model is offered. */
export const builtInTools: readonly Tool[] = [
  readFile,
  writeFile,
  editFile,
  listFiles,
  searchFiles,
  runCommand,
  finish,
];

const described = new WeakMap<Tool, ToolDescription>();

/** A tool as providers see it. Its schema is made once: every turn of a run asks for it. */
export function describeTool(tool: Tool): ToolDescription {
  const known = described.get(tool) ?? describe(tool);
  described.set(tool, known);
  return known;
}

function describe({ name, description, input }: Tool): ToolDescription {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: "input" });
  return { name, description, inputSchema };
}
