import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AifactoryError } from "../src/errors.js";
import {
  runVerifierBehaviour,
  verifierBehaviours,
  verifierContract,
  type VerifierSubject,
} from "../src/testing/verifier-contract.js";
import type { Verdict, Verifier, VerifyRequest } from "../src/types.js";
import { shellVerifier } from "./shell-verifier.js";

const scripts = {
  passes: () => "echo ok one\n",
  fails: () => "echo ok one\necho not ok two\n",
  "no-tests": () => "true\n",
  hangs: (mark: string) => `sh -c 'sleep 600; : ${mark}'\n`,
  "looks-for-secret": () => '[ -z "$VERIFIER_SECRET" ] && echo ok one || echo not ok one\n',
};

const subject: VerifierSubject = {
  make: shellVerifier,
  shortly: { timeoutMs: 1_000 },
  files: (scene, mark) => ({ base: { "check.sh": "true\n" }, head: { "check.sh": scripts[scene](mark) } }),
};

verifierContract({ describe, it: it.concurrent, ...subject });

/** A verifier that does one thing wrong, and the behaviour that must notice. */
const mutants: readonly (readonly [what: string, noticedBy: string, make: () => Verifier])[] = [
  ["has no name", "speaks version 1", () => ({ ...shellVerifier(), name: "" })],
  ["never passes anything", "tests that pass", changed({ status: "unproven" })],
  ["passes everything", "a test that fails", changed({ status: "passed" })],
  ["passes what has no tests", "no tests", turned("no-tests", "passed")],
  ["passes what changed nothing", "nothing changed", turned("unproven", "passed")],
  ["says nothing can be fixed", "a test that fails", changed({ fixable: false })],
  ["has a date in its verdict", "plain JSON", changed({ evidence: { at: new Date() } })],
  ["judges other commits than asked for", "plain JSON", changed({ base: "0".repeat(40) })],
  ["calls code correct", "the summary is one line", changed({ summary: "The code is correct." })],
  ["names a file that there is not", "findings have", changed({ findings: [finding("nowhere.py")] })],
  ["names its findings by sentences", "findings have", changed({ findings: [{ ...finding(), code: "It failed" }] })],
  ["gives another verdict each time", "the same commits", alternating()],
  ["prints progress in paragraphs", "progress", during((request) => request.onProgress?.("one\ntwo"))],
  ["has no time limit", "tests that hang: ", limited(20_000)],
  ["resolves when it is aborted", "aborted before it begins", whenAborted("resolves")],
  ["rejects with something else when it is aborted", "aborted before it begins", whenAborted("rejects")],
  ["ignores an abort while tests run", "aborted while tests run", deaf()],
  ["takes any option", "an option that there is not", withoutOptions()],
  ["takes any option at first", "an option that there is not", () => ({ ...shellVerifier(), check() {} })],
  ["takes no option at first", "an option that there is not", () => ({ ...shellVerifier(), check: refusing })],
  ["judges commits that there are not", "a commit or a repository", credulous()],
  ["takes names of branches", "a name where", naming()],
  ["shows its environment", "does not see the environment", leaking()],
  ["leaves a branch", "the repository is as it was: ", inRepository("branch", "left")],
  ["writes a setting", "the repository is as it was: ", inRepository("config", "left.over", "yes")],
  ["leaves a branch after a hang", "after tests that hang", inRepository("branch", "left")],
  ["checks out in the repository", "hooks, filters", inRepository("checkout", "--quiet", "--detach", "HEAD~0")],
  ["judges the working tree", "the commit is judged", judgingFiles()],
  ["works in checkouts only", "bare repositories", during(({ repo }) => appendFileSync(join(repo, ".git/config"), ""))],
];

function refusing(): never {
  throw new AifactoryError("invalid-spec", "noSuchOption: there are no options.");
}

describe("the contract notices a verifier that", () => {
  it.concurrent.each(mutants)("%s", { timeout: 90_000 }, async (_, noticedBy, make) => {
    const behaviours = verifierBehaviours.filter(({ name }) => name.includes(noticedBy));
    expect(behaviours).toHaveLength(1);
    await expect(runVerifierBehaviour(behaviours[0]!, { ...subject, make }, 6_000)).rejects.toBeInstanceOf(Error);
  });

  it("has a mutant for every behaviour", () => {
    const noticed = verifierBehaviours.filter(({ name }) => mutants.some(([, by]) => name.includes(by)));
    expect(verifierBehaviours.filter((behaviour) => !noticed.includes(behaviour))).toEqual([]);
  });
});

function finding(file?: string): Verdict["findings"][number] {
  return { code: "test-failed", message: "It fails.", severity: "error", ...(file !== undefined && { file }) };
}

function wrapped(verify: (request: VerifyRequest, real: Verifier["verify"]) => Promise<Verdict>): () => Verifier {
  return () => {
    const real = shellVerifier();
    return { ...real, verify: async (request) => verify(request, async (inner) => real.verify(inner)) };
  };
}

function changed(change: object): () => Verifier {
  return wrapped(async (request, real) => ({ ...(await real(request)), ...change }));
}

function turned(from: Verdict["status"], to: Verdict["status"]): () => Verifier {
  return wrapped(async (request, real) => {
    const verdict = await real(request);
    return verdict.status === from ? { ...verdict, status: to } : verdict;
  });
}

function alternating(): () => Verifier {
  let count = 0;
  return wrapped(async (request, real) => {
    const status = count++ % 2 === 0 ? "passed" : "failed";
    return { ...(await real(request)), status };
  });
}

function during(act: (request: VerifyRequest) => void): () => Verifier {
  return wrapped(async (request, real) => {
    act(request);
    return real(request);
  });
}

function limited(timeoutMs: number): () => Verifier {
  return wrapped(async (request, real) => real({ ...request, options: { timeoutMs } }));
}

function whenAborted(how: "resolves" | "rejects"): () => Verifier {
  return wrapped(async (request, real) => {
    if (!request.signal.aborted) return real(request);
    if (how === "rejects") throw new Error("stopped");
    return real({ ...request, signal: new AbortController().signal });
  });
}

function deaf(): () => Verifier {
  return wrapped(async (request, real) =>
    real({ ...request, signal: new AbortController().signal, options: { timeoutMs: 3_000 } }),
  );
}

function withoutOptions(): () => Verifier {
  return wrapped(async (request, real) => real({ ...request, options: {} }));
}

function credulous(): () => Verifier {
  return wrapped(async (request, real) =>
    real(request).catch(async () => ({
      ...(await real({ ...request, repo: join(import.meta.dirname, ".."), ...ownHead() })),
    })),
  );
}

function ownHead(): { base: string; head: string } {
  const head = execFileSync("git", ["rev-parse", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  return { base: head, head };
}

function naming(): () => Verifier {
  return wrapped(async (request, real) => {
    const id = (name: string): string =>
      execFileSync("git", ["rev-parse", name], { cwd: request.repo, encoding: "utf8" }).trim();
    return real({ ...request, base: id(request.base), head: id(request.head) });
  });
}

function leaking(): () => Verifier {
  return changed({ status: "failed" });
}

function inRepository(...command: readonly string[]): () => Verifier {
  return during(({ repo }) => {
    execFileSync("git", command, { cwd: repo, stdio: "ignore" });
  });
}

function judgingFiles(): () => Verifier {
  return wrapped(async (request, real) => {
    const verdict = await real(request);
    const files = execFileSync("git", ["status", "--porcelain"], { cwd: request.repo, encoding: "utf8" });
    return files === "" ? verdict : { ...verdict, status: "passed" };
  });
}
