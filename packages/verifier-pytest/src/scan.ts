import { z } from "zod";
import { remark, ruling, type Ruling } from "./findings.js";
import { isSupport, type Lab } from "./lab.js";
import { askPython } from "./python.js";

const found = z.array(
  z.object({
    code: z.string(),
    file: z.string(),
    line: z.number(),
    message: z.string(),
    alters: z.boolean(),
  }),
);

/** Reads what the change added, and runs none of it: control files are shown, and code that alters results decides. */
export async function scan(lab: Lab, tree: string): Promise<Ruling[]> {
  const files = lab.changed
    .filter(({ change }) => change !== "deleted")
    .map(({ path, lines }) => ({ path, lines, support: isSupport(lab, path) }));
  const { python, signal } = lab.workshop;
  const seen = found.parse(await askPython(python, "scan.py", { tree, files }, signal));
  return seen.map(({ code, file, line, message, alters }) => {
    const text = `${file}:${line}: ${message}.`;
    return alters ? ruling("tampered", code, text, { file, line }) : remark("warning", code, text, { file, line });
  });
}
