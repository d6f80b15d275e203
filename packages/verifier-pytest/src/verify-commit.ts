import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AifactoryError, type Verdict } from "@aifactory/core";
import { git } from "@aifactory/core/git";
import { inquire, type Inquiry } from "./inquiry.js";
import { parseOptions, type VerifyCommitInput, type VerifyCommitOptions } from "./options.js";
import { cannotRun } from "./verdict.js";

/** A verification, whoever wrote the commits: no run of AIFactory is needed. */
export type VerifyCommitRequest = VerifyCommitInput & {
  readonly signal?: AbortSignal | undefined;
  /** A line of progress for a person. */
  readonly onProgress?: ((line: string) => void) | undefined;
};

/**
 * Judges what a commit made of another one. The repository is only read. What the code under test does decides the
 * verdict and nothing else.
 *
 * @returns The verdict; see docs/verification.md for what each status stands on.
 * @throws `invalid-spec` for bad arguments, `aborted` when the signal ended it, and nothing else.
 */
export async function verifyCommit({ signal, onProgress, ...input }: VerifyCommitRequest): Promise<Verdict> {
  const stop = signal ?? new AbortController().signal;
  const { options, trees } = await resolved(parseOptions(input), stop);
  const startedAt = performance.now();
  const folder = await realpath(await mkdtemp(join(tmpdir(), "aifactory-verify-")));
  try {
    return await inquire({ options, trees, folder, startedAt, signal: stop, progress: onProgress ?? (() => {}) });
  } catch (error) {
    if (stop.aborted) throw new AifactoryError("aborted", "The verification was stopped.", { cause: error });
    return cannotRun(options, startedAt, error);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Full ids in place of the names of both commits, and the ids of their trees. */
async function resolved(
  options: VerifyCommitOptions,
  signal: AbortSignal,
): Promise<Pick<Inquiry, "options" | "trees">> {
  const { repo, base, head } = options;
  const asked = [base, head].flatMap((commit) => [`${commit}^{commit}`, `${commit}^{tree}`]);
  const answer = await git({ cwd: repo }, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    signal,
    input: `${asked.join("\n")}\n`,
  }).catch((cause: unknown) => {
    if (signal.aborted) throw new AifactoryError("aborted", "The verification was stopped.", { cause });
    throw new AifactoryError("invalid-spec", `${repo} is no git repository that can be read.`, { cause });
  });
  const ids = answer.split("\n").map((line) => /^([0-9a-f]{40,64}) (?:commit|tree)$/.exec(line)?.[1]);
  const idOf = (at: number, commit: string): string => {
    const id = ids[at];
    if (id !== undefined) return id;
    throw new AifactoryError(
      "invalid-spec",
      `There is no commit ${commit} in ${repo}: is it a git repository that has it?`,
    );
  };
  return {
    options: { ...options, base: idOf(0, base), head: idOf(2, head) },
    trees: { base: idOf(1, base), head: idOf(3, head) },
  };
}
