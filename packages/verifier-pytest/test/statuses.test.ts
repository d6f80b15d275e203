import { describe, expect, it } from "vitest";
import { temporaryRepository } from "@aifactory/core/testing";
import verifier, { verifyCommit } from "../src/index.js";
import { cache, judge } from "./judge.js";

const base = {
  "sums.py": "def add(a, b):\n    return a + b\n",
  "test_sums.py": "from sums import add\n\ndef test_add():\n    assert add(1, 2) == 3\n",
};
const feature = { "sums.py": `${base["sums.py"]}\ndef double(a):\n    return 2 * a\n` };
const withTest = (body: string): { [path: string]: string } => ({
  ...feature,
  "test_double.py": `from sums import double\n\ndef test_double():\n    ${body}\n`,
});

describe("each status, on real git and a real pytest", () => {
  it("passed", async () => {
    const verdict = await judge({ base, head: withTest("assert double(4) == 8") });
    expect(verdict).toMatchObject({ status: "passed", fixable: false, counts: { total: 2, passed: 2 } });
    expect(verdict.evidence).toMatchObject({ environment: { python: expect.any(String) } });
  });

  it("failed", async () => {
    const verdict = await judge({ base, head: withTest("assert double(4) == 9") });
    expect(verdict).toMatchObject({ status: "failed", fixable: true, counts: { total: 2, passed: 1, failed: 1 } });
    expect(verdict.findings[0]).toMatchObject({ code: "test-failed", file: "test_double.py", severity: "error" });
    expect(verdict.summary).toContain("assert 8 == 9");
  });

  it("no-tests", async () => {
    const verdict = await judge({ base: { "sums.py": "" }, head: feature });
    expect(verdict).toMatchObject({ status: "no-tests", fixable: true });
  });

  it("tampered", async () => {
    const verdict = await judge({ base, head: withTest("import os; os._exit(0)") });
    expect(verdict.status).toBe("tampered");
  });

  it("timed-out", async () => {
    const verdict = await judge({ base, head: withTest("import time; time.sleep(600)") }, { timeoutMs: 4_000 });
    expect(verdict).toMatchObject({ status: "timed-out", findings: [{ test: "test_double.py::test_double" }] });
    expect(verdict.durationMs).toBeLessThan(12_000);
  });

  it("cannot-run, with the requirement that is not to be had", async () => {
    const head = { ...withTest("assert double(4) == 8"), "requirements.txt": "no-such-package-of-anyone==9.9\n" };
    const verdict = await judge({ base, head });
    expect(verdict).toMatchObject({ status: "cannot-run", fixable: true });
    expect(verdict.summary).toContain("no-such-package-of-anyone==9.9");
  });

  it("cannot-run, with the line to type, for an async test without its plugin", async () => {
    const test = "from sums import double\n\nasync def test_double():\n    assert double(4) == 8\n";
    const verdict = await judge({ base, head: { ...feature, "test_double.py": test } });
    expect(verdict.status).toBe("cannot-run");
    expect(verdict.summary).toContain("echo pytest-asyncio >> requirements.txt");
  });

  it("unproven, and says why, when the new tests were skipped", async () => {
    const test =
      "import pytest\nfrom sums import double\n\n@pytest.mark.skip(reason='needs a printer')\ndef test_double():\n    assert double(4) == 8\n";
    const verdict = await judge({ base, head: { ...feature, "test_double.py": test } });
    expect(verdict).toMatchObject({ status: "unproven", findings: [{ code: "no-new-test" }] });
    expect(verdict.summary).toMatch(/the new one was skipped, as test_double.py::test_double: needs a printer\. They/);
  });

  it("unproven, and says why, when the change's test file can't be imported, as before", async () => {
    const file = (body: string): object => ({ "test_double.py": `import not_there\n\n${body}` });
    const test = "from sums import double\n\ndef test_double():\n    assert double(4) == 8\n";
    const verdict = await judge({ base: { ...base, ...file("") }, head: { ...feature, ...file(test) } });
    expect(verdict.status).toBe("unproven");
    expect(verdict.summary).toContain("those in test_double.py, which the change edits, did not run");
    expect(verdict.findings.map(({ message }) => message).join("\n")).toContain(
      "If not_there is a package of an index",
    );
  });
});

describe("the verifier", () => {
  it("takes commits by any name, and says their full ids", async () => {
    const repository = await temporaryRepository({ files: base });
    await repository.commit("Add double", withTest("assert double(4) == 8"));
    await repository.git("tag", "-a", "-m", "One", "v1");
    const [before, after] = [await repository.head("main~1"), await repository.head("main")];
    const verdict = await verifyCommit({ repo: repository.path, base: "v1~1", head: "v1", cache });
    expect(verdict).toMatchObject({ status: "passed", base: before, head: after });
    await repository.remove();
  });

  it.each([
    [{ bogus: 1 }, "bogus: no such option; there are timeoutMs, python"],
    [{ repo: "/elsewhere" }, "repo: no such option"],
    [{ timeoutMs: "x" }, "timeoutMs: "],
    [{ limits: { process: 1 } }, "limits: "],
  ])("says before there is anything to verify that it can't work with %o", (options, words) => {
    expect(() => verifier({ cache }).check?.(options)).toThrow(words);
    expect(verifier({ cache }).check?.({ timeoutMs: 1_000 })).toBeUndefined();
  });

  it("rejects bad arguments by name, and an abort", async () => {
    const repository = await temporaryRepository();
    const head = await repository.head();
    const tree = await repository.git("rev-parse", "HEAD^{tree}");
    const unnamed = ["", "two words", "main\nHEAD"].map((name) => [name, "base: must name a commit"]);
    const missing = ["not-there", "1".repeat(40), tree, "HEAD:README.md"].map((name) => [name, `no commit ${name}`]);
    for (const [name = "", words] of [...unnamed, ...missing])
      await expect(verifyCommit({ repo: repository.path, base: name, head })).rejects.toMatchObject({
        code: "invalid-spec",
        message: expect.stringContaining(words ?? ""),
      });
    await expect(verifyCommit({ repo: "/not/there", base: "main", head })).rejects.toMatchObject({
      code: "invalid-spec",
    });
    const aborted = verifier({ cache }).verify({
      repo: repository.path,
      base: head,
      head,
      options: {},
      signal: AbortSignal.abort(),
    });
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
    await repository.remove();
  });
});
