import type { ScriptedTurn } from "@aifactory/core/testing";

/** A turn that writes a file. */
export function write(path: string, content = "1\n"): ScriptedTurn {
  return { calls: [{ name: "write_file", input: { path, content } }] };
}

/** A turn that says that the work is done. */
export const done: ScriptedTurn = { calls: [{ name: "finish", input: { summary: "Done." } }] };
