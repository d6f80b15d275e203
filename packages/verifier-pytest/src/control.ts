import { realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { canaryTests, canaryTrouble } from "./canary.js";
import { isSupport, type Lab, layOut, test } from "./lab.js";
import { askPython } from "./python.js";
import type { TestRun } from "./test-run.js";

const takenAway = z.array(z.object({ file: z.string(), name: z.string(), line: z.number() }));

/** The new tests with the feature taken away, beside tests whose outcome is known. */
export interface Control {
  /** `switched`: off once the tests are collected. `absent`: off from the beginning. `constants`: changed values gone too. */
  readonly kind: "switched" | "absent" | "constants";
  readonly run: TestRun;
  readonly taken: z.infer<typeof takenAway>;
  /** New tests that failed, as they should. */
  readonly failed: readonly string[];
  /** New tests that stayed green. */
  readonly green: readonly string[];
  /** What the tests of known outcome did, when it was not what they must do. */
  readonly canary: string | undefined;
}

/** Which tests, and how long they may take. */
export interface ControlRequest {
  readonly files: readonly string[];
  readonly news: readonly string[];
  readonly patience: number;
  /** A word that nobody can know. */
  readonly token: string;
}

/**
 * Takes the feature away in one way after the other until a new test notices. The first way leaves alone what happens at
 * import time, the second takes that too, the last one is for changes that have no function in them.
 */
export async function control(lab: Lab, request: ControlRequest): Promise<Control | undefined> {
  const tried: Control[] = [];
  for (const kind of ["switched", "absent", "constants"] as const) {
    const done = await attempt(lab, request, kind);
    if (done) tried.push(done);
    if (done && (done.failed.length > 0 || done.canary !== undefined)) return done;
  }
  return tried[0];
}

async function attempt(lab: Lab, request: ControlRequest, kind: Control["kind"]): Promise<Control | undefined> {
  const name = `control-${kind}`;
  const tree = await layOut(lab, name, lab.after);
  const off = kind === "switched" ? `off_${request.token}` : undefined;
  const files = lab.changed.filter(
    ({ path, lines }) => path.endsWith(".py") && lines.length > 0 && !isSupport(lab, path),
  );
  const asked = { tree, files, switch: off, constants: kind === "constants" };
  const { python, signal } = lab.workshop;
  const taken = takenAway.parse(await askPython(python, "neutralise.py", asked, signal));
  if (taken.length === 0) return undefined;

  const beside = dirname(request.files[0] ?? ".");
  // A folder that is a link leads out of the tree, where nothing of ours may be written.
  const real = await realpath(join(tree, lab.project.folder, beside)).catch(() => "");
  const canary = join(real.startsWith(`${tree}/`) ? beside : ".", `test_${request.token}.py`);
  await writeFile(join(tree, lab.project.folder, canary), canaryTests(request.token));
  const done = await test(lab, {
    name,
    tree,
    files: [canary, ...request.files],
    timeoutMs: request.patience,
    ...(off !== undefined && { switch: off }),
  });
  const outcomes = request.news.map((id) => ({ id, outcome: done.tests.get(id)?.outcome }));
  return {
    kind,
    run: done,
    taken,
    // A test that never came to run noticed nothing; one that hung or died without the feature did.
    failed: outcomes
      .filter(({ id, outcome }) => (outcome === undefined ? ended(done, id) : outcome !== "passed"))
      .map(({ id }) => id),
    green: outcomes.filter(({ outcome }) => outcome === "passed").map(({ id }) => id),
    canary: canaryTrouble(done, request.token),
  };
}

function ended({ stopped, crash, last }: TestRun, id: string): boolean {
  return (stopped !== undefined || crash !== undefined) && last === id;
}
