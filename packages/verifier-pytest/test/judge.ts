import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Verdict } from "@aifactory/core";
import { type Files, temporaryRepository } from "@aifactory/core/testing";
import { verifyCommit, type VerifyCommitRequest } from "../src/index.js";

/** Environments of this machine's test runs, kept from one run to the next. */
export const cache = join(tmpdir(), "aifactory-verifier-tests");

/** Two commits: the files before, and what the change writes over them; null deletes. */
export interface Change {
  readonly base: Files;
  readonly head: { readonly [path: string]: string | null };
}

/** Makes a repository of a change and has it judged. */
export async function judge({ base, head }: Change, options: Partial<VerifyCommitRequest> = {}): Promise<Verdict> {
  const repository = await temporaryRepository({ files: { "README.md": "# Sums\n", ...base } });
  try {
    const before = await repository.head();
    const written = Object.entries(head).filter((entry): entry is [string, string] => entry[1] !== null);
    const deleted = Object.keys(head).filter((path) => head[path] === null);
    if (deleted.length > 0) await repository.git("rm", "--quiet", "--", ...deleted);
    const after = await repository.commit("Change", Object.fromEntries(written));
    return await verifyCommit({ repo: repository.path, base: before, head: after, cache, ...options });
  } finally {
    await repository.remove();
  }
}
