import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "@aifactory/core/process";
import { temporaryRepository } from "@aifactory/core/testing";
import { z } from "zod";
import { verifyCommit } from "../src/index.js";

/**
 * Is honest work accused? Takes real projects that ship their tests, leaves one function and its tests out, and judges the
 * commit that puts them in: `npx tsx --conditions=aifactory-source packages/verifier-pytest/bench/real-projects.ts NAME... [--each 2]`.
 * Pip must find the projects. Prints one line for each commit, and how many of them passed.
 */
const usage = "real-projects.ts NAME[==VERSION]... [--each 2]";
const words = process.argv.slice(2);
const at = words.indexOf("--each");
const each = at < 0 ? 2 : Number(words.splice(at, 2)[1]);
if (words.length === 0 || !Number.isInteger(each) || each < 1) {
  console.error(usage);
  process.exit(2);
}

const Evidence = z.object({
  runs: z.object({ base: z.object({ counts: z.object({ passed: z.number() }) }).optional() }).optional(),
});
/** What carve.py says first. */
const Project = z.object({ declaration: z.string() });
/** A commit that puts a function in; `before`: contents of the files that were different then, by path. */
const Carved = z.object({
  name: z.string(),
  file: z.string(),
  tests: z.number(),
  before: z.record(z.string(), z.string()),
});

const counts = new Map<string, number>();
for (const project of words) await judgeProject(project);
console.log([...counts].map(([status, count]) => `${count} ${status}`).join(", "));

async function judgeProject(project: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "real-projects-"));
  try {
    await must("pip", ["download", "--quiet", "--no-deps", "--retries", "0", "--dest", folder, project]);
    const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
    if (wheel === undefined) return console.log(`${project}: no wheel`);
    const script = join(dirname(fileURLToPath(import.meta.url)), "carve.py");
    await must("python3", [script, join(folder, wheel), folder, String(each)]);
    const [first, ...cases] = (await readFile(join(folder, "cases.jsonl"), "utf8")).trim().split("\n");
    const { declaration } = Project.parse(JSON.parse(first ?? ""));
    const files = await filesIn(join(folder, "head"));
    files["pyproject.toml"] = declaration;
    for (const line of cases) await judgeCommit(project, files, Carved.parse(JSON.parse(line)));
    if (cases.length === 0) console.log(`${project}: no function with tests of its own`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judgeCommit(
  project: string,
  files: Record<string, string>,
  carved: z.infer<typeof Carved>,
): Promise<void> {
  const repository = await temporaryRepository({ files: { ...files, ...carved.before } });
  try {
    const base = await repository.head();
    const after = Object.fromEntries(Object.keys(carved.before).map((path) => [path, files[path] ?? ""]));
    const head = await repository.commit(`Add ${carved.name}`, after);
    const startedAt = Date.now();
    const verdict = await verifyCommit({ repo: repository.path, base, head, timeoutMs: 600_000 });
    counts.set(verdict.status, (counts.get(verdict.status) ?? 0) + 1);
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    // A function that is needed for the import leaves nothing that could pass before it is there.
    const { base: first } = Evidence.parse(verdict.evidence).runs ?? {};
    const was = `${first?.counts.passed ?? 0} passed before`;
    console.log(
      `${project} ${carved.file} ${carved.name} (${carved.tests} tests, ${was}): ${verdict.status}, ${seconds} s`,
    );
    if (verdict.status === "passed") return;
    const errors = verdict.findings.filter(({ severity }) => severity === "error");
    for (const { code, message } of errors.slice(0, 4)) console.log(`    ${code}: ${message.slice(0, 300)}`);
  } finally {
    await repository.remove();
  }
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes(".dist-info")) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = await readFile(path, "utf8");
  }
  return files;
}

async function must(command: string, args: readonly string[]): Promise<string> {
  const result = await run({ command, args, timeoutMs: 120_000 });
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`${command} ${args.join(" ")} ended with ${result.exitCode}: ${result.stderr.slice(-400)}`);
}
