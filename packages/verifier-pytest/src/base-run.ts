import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Ruling } from "./findings.js";
import { type Lab, layOut, test } from "./lab.js";
import type { TestRun } from "./test-run.js";
import { cacheFolder } from "./virtualenv.js";

/** The run before the change. */
export interface BaseRun {
  readonly run: TestRun;
  /** Judges by it. What a record holds against the change has the tests run again, and it is judged by that. */
  judge(by: (base: TestRun) => readonly Ruling[]): Promise<readonly Ruling[]>;
}

/**
 * Runs the tests of the base, or takes the record of an earlier run of the same files in the same environment by the same
 * verifier. Records are kept where only a sandbox kept the tests away from them, and only of runs that are clean: nothing
 * failed, nothing was hidden. So a record can excuse nothing, however unsteady the base's tests are.
 */
export async function runBase(lab: Lab, tree: string): Promise<BaseRun> {
  const path = lab.baseWorkshop.sandbox.kind === "none" ? undefined : await recordOf(lab, tree);
  let run = (path === undefined ? undefined : await read(path)) ?? (await runAndKeep(lab, path));
  return {
    get run() {
      return run;
    },
    async judge(by) {
      const rulings = by(run);
      if (!run.cached || !rulings.some(accuses)) return rulings;
      run = await runAndKeep(lab, path);
      return by(run);
    },
  };
}

function accuses({ code, status }: Ruling): boolean {
  return status !== undefined && ["regression", "test-lost", "old-test-replaced"].includes(code);
}

async function runAndKeep(lab: Lab, path: string | undefined): Promise<TestRun> {
  const tree = await layOut(lab, "base", lab.before);
  const run = await test({ ...lab, workshop: lab.baseWorkshop }, { name: "base", tree, own: lab.baseProject });
  const clean = cleanRun.safeParse({ ...run, tests: [...run.tests.values()] }).data;
  // A cache that can't be written to costs the next verification time, and this one nothing.
  if (path !== undefined && clean) await keep(path, JSON.stringify(clean)).catch(() => {});
  return run;
}

/** Where the record of this base lies: another place for everything that could make its tests come out otherwise. */
async function recordOf({ baseWorkshop, baseProject, options }: Lab, tree: string): Promise<string> {
  const { python, virtualenv, sandbox, limits } = baseWorkshop;
  const user = process.getuid?.();
  const parts = [await ownDigest(), tree, virtualenv.fingerprint, python, sandbox, limits, user, baseProject];
  return join(cacheFolder(options), "bases", `${sha256(JSON.stringify(parts))}.json`);
}

let own: Promise<string> | undefined;

/** A digest of this package's own program, recorder included. */
function ownDigest(): Promise<string> {
  return (own ??= (async () => {
    const folder = dirname(fileURLToPath(import.meta.url));
    const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(ts|js|py)$/.test(file)).toSorted();
    const texts = await Promise.all(files.map(async (file) => readFile(join(folder, file), "utf8")));
    return sha256(JSON.stringify(texts));
  })());
}

const none = z.array(z.never());

const cleanTest = z.object({
  id: z.string(),
  outcome: z.enum(["passed", "skipped", "xfailed", "xpassed"]),
  rewritten: z.literal(false),
  called: z.boolean(),
  async: z.boolean(),
  file: z.string(),
  line: z.number(),
  seconds: z.number(),
  message: z.string(),
});

/** The only runs that are kept. */
const cleanRun = z.object({
  command: z.array(z.string()),
  tests: z.array(cleanTest.refine(({ outcome, called }) => called || outcome !== "passed")),
  uncollected: none,
  deselected: z.array(z.string()),
  hidden: none,
  over: z.array(z.string()),
  // Everything passed, or there was nothing to run.
  exitCode: z.literal([0, 5]),
  doubts: none,
  versions: z.object({ python: z.string(), pytest: z.string(), plugins: z.array(z.string()) }),
  durationMs: z.number(),
  output: z.string(),
});

/** Reads a record, of which the first line is the digest of the rest; one that is not whole is none. */
async function read(path: string): Promise<TestRun | undefined> {
  const [digest, text = ""] = (await readFile(path, "utf8").catch(() => "")).split("\n");
  const known = digest === sha256(text) ? cleanRun.safeParse(JSON.parse(text)).data : undefined;
  if (!known) return undefined;
  return {
    ...known,
    tests: new Map(known.tests.map((one) => [one.id, one])),
    stopped: undefined,
    crash: undefined,
    trouble: undefined,
    last: undefined,
    lines: undefined,
    cached: true,
  };
}

/** Writes a record in one step. */
async function keep(path: string, text: string): Promise<void> {
  const fresh = `${path}.${randomBytes(6).toString("hex")}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(fresh, `${sha256(text)}\n${text}`);
  await rename(fresh, path);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
