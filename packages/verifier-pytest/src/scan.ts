import { z } from "zod";
import { remark, ruling, type Ruling } from "./findings.js";
import { inProject, isSupport, type Lab } from "./lab.js";
import { askPython } from "./python.js";
import { isTestFile } from "./settings.js";

const answer = z.object({
  found: z.array(
    z.object({ code: z.string(), file: z.string(), line: z.number(), message: z.string(), alters: z.boolean() }),
  ),
  tests: z.array(z.object({ file: z.string(), line: z.number(), name: z.string() })),
});

/** A test function that the change added, as it stands in its file. */
export interface NamedTest {
  /** Path in the tree, and as pytest names it. */
  readonly file: string;
  readonly test: string;
  readonly line: number;
  readonly name: string;
}

/** What the reading of a change gave. */
export interface Scan {
  readonly rulings: readonly Ruling[];
  readonly named: readonly NamedTest[];
}

/** Reads what the change added, and runs none of it: control files are shown, and code that alters results decides. */
export async function scan(lab: Lab): Promise<Scan> {
  const { project, baseProject } = lab;
  // Where other names than pytest's own are test functions, only pytest knows which.
  const isUsual = [project, baseProject].every(({ ini }) => ini.values["python_functions"] === undefined);
  const files = lab.changed
    .filter(({ change }) => change !== "deleted")
    .map(({ path, lines }) => ({
      path,
      lines,
      support: isSupport(lab, path),
      named: isUsual && isTestFile(path, project, baseProject) && inProject(project, path).length > 0,
    }));
  const { python, signal } = lab.workshop;
  const { found, tests } = answer.parse(await askPython(python, "scan.py", { tree: lab.after.path, files }, signal));
  const named = tests.flatMap((one) => inProject(project, one.file).map((test) => ({ ...one, test })));
  const rulings = found.map(({ code, file, line, message, alters }) => {
    const text = `${file}:${line}: ${message}.`;
    return alters ? ruling("tampered", code, text, { file, line }) : remark("warning", code, text, { file, line });
  });
  return { rulings, named };
}
