import type { Verifier } from "@aifactory/core";
import { checkOptions, requireIds } from "./options.js";
import { verifyCommit } from "./verify-commit.js";

export { verifyCommit, type VerifyCommitRequest } from "./verify-commit.js";

/** Settings for every verification of one verifier; those of a task win. See docs/verification.md. */
export type PytestVerifierOptions = Omit<
  import("./verify-commit.js").VerifyCommitRequest,
  "repo" | "base" | "head" | "signal" | "onProgress"
>;

/** The verifier `pytest`. */
export default function pytestVerifier(options: PytestVerifierOptions = {}): Verifier {
  return {
    apiVersion: 1,
    name: "pytest",
    check: (given) => checkOptions({ ...options, ...given }),
    async verify(request) {
      const { repo, base, head, signal } = request;
      requireIds(request);
      const onProgress = (line: string): void => request.onProgress?.(line);
      return verifyCommit({ ...options, ...request.options, repo, base, head, signal, onProgress });
    },
  };
}
