import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Verdict } from "@aifactory/core";
import { verifyCommit } from "../src/index.js";
import { type Case, makeCase } from "./case.js";
import { cache } from "./judge.js";

/** Makes a case's repository and has it judged. */
export async function judgeCase(one: Case): Promise<Verdict> {
  const made = await makeCase(one);
  const outside = await mkdtemp(join(tmpdir(), "aifactory-acceptance-"));
  try {
    const files: string[] = [];
    for (const [name, text] of Object.entries(one.acceptance ?? {})) {
      await mkdir(outside, { recursive: true });
      await writeFile(join(outside, name), text);
      files.push(join(outside, name));
    }
    return await verifyCommit({
      repo: made.repo,
      base: made.base,
      head: made.head,
      timeoutMs: 120_000,
      cache,
      ...(files.length > 0 && { acceptance: { files } }),
      ...one.options,
    });
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
}

/** What stands in a failed test: enough to see why without running it again. */
export function told({ status, summary, findings }: Verdict): string {
  const list = findings.map(({ severity, code, message }) => `  ${severity} ${code}: ${message.slice(0, 300)}`);
  return [`${status}: ${summary}`, ...list].join("\n");
}
