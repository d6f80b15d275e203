import { join } from "node:path";
import { isSupport, type Lab } from "./lab.js";
import type { TestRun } from "./test-run.js";

/** Which of the lines that the change added the new tests ran. */
export interface ChangedLines {
  readonly lines: number;
  readonly covered: number;
  readonly missed: { readonly [path: string]: readonly number[] };
}

/** Source files that the change added lines to. */
export function changedSources(lab: Lab): string[] {
  return lab.changed
    .filter(({ path, lines }) => path.endsWith(".py") && lines.length > 0 && !isSupport(lab, path))
    .map(({ path }) => path);
}

/** Counts the changed lines that can run and did, from the run that noted them in the named tree. */
export function changedLines(lab: Lab, tree: string, { lines }: TestRun): ChangedLines | undefined {
  if (!lines) return undefined;
  let total = 0;
  const missed: Record<string, number[]> = {};
  for (const { path, lines: changed } of lab.changed) {
    const seen = new Set(lines.seen[join(tree, path)]);
    const code = new Set(lines.code[join(tree, path)]);
    const running = changed.filter((line) => code.has(line));
    const misses = running.filter((line) => !seen.has(line));
    total += running.length;
    if (misses.length > 0) missed[path] = misses;
  }
  const count = Object.values(missed).reduce((sum, misses) => sum + misses.length, 0);
  return { lines: total, covered: total - count, missed };
}
