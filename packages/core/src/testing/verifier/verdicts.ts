import assert from "node:assert/strict";
import type { Verdict } from "../../types.js";
import type { VerifierBehaviour } from "./bench.js";

/** What a verdict says, and how. */
export const verdicts: readonly VerifierBehaviour[] = [
  {
    name: "speaks version 1 and has a name",
    async run({ make }) {
      const verifier = make();
      assert.equal(verifier.apiVersion, 1);
      assert.match(verifier.name, /^[\w@/.-]+$/);
    },
  },
  {
    name: "tests that pass and show the change: passed, counted, nothing to fix",
    async run(bench) {
      const verdict = await bench.verify(await bench.scene("passes"));
      assertStatus(verdict, "passed");
      assert.ok((verdict.counts?.passed ?? 0) >= 1, "a passed verdict counts at least one test that passed");
      assert.equal(verdict.counts?.failed, 0);
      assert.equal(verdict.counts.errors, 0);
      assert.equal(verdict.fixable, false);
      assert.deepEqual(
        verdict.findings.filter(({ severity }) => severity === "error"),
        [],
      );
    },
  },
  {
    name: "a test that fails: failed, with a finding that a model can work on",
    async run(bench) {
      const verdict = await bench.verify(await bench.scene("fails"));
      assertStatus(verdict, "failed");
      assert.ok((verdict.counts?.failed ?? 0) + (verdict.counts?.errors ?? 0) >= 1, "the failure is counted");
      assert.equal(verdict.fixable, true);
      assert.ok(
        verdict.findings.some(({ severity }) => severity === "error"),
        "a failed verdict has an error among its findings",
      );
    },
  },
  {
    name: "no tests: no-tests, and never passed",
    async run(bench) {
      const verdict = await bench.verify(await bench.scene("no-tests"));
      assertStatus(verdict, "no-tests");
      assert.equal(verdict.fixable, true);
    },
  },
  {
    name: "nothing changed: never passed",
    async run(bench) {
      const made = await bench.scene("passes");
      const verdict = await bench.verify({ ...made, base: made.head });
      assert.notEqual(verdict.status, "passed", "a commit that changes nothing shows nothing");
    },
  },
  {
    name: "a verdict is plain JSON about the commits that were asked for, with the verifier's name",
    async run(bench) {
      const made = await bench.scene("passes");
      const verdict = await bench.verify(made);
      assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict);
      assert.deepEqual([verdict.base, verdict.head], [made.base, made.head]);
      assert.equal(verdict.verifier.name, bench.make().name);
      assert.notEqual(verdict.verifier.version, "");
      assert.ok(verdict.durationMs > 0, "it took some time");
      assert.ok(Object.keys(verdict.evidence).length > 0, "a verdict brings evidence");
    },
  },
  {
    name: "the summary is one line and claims no more than tests can show",
    async run(bench) {
      for (const scene of ["passes", "fails"] as const) {
        const { summary } = await bench.verify(await bench.scene(scene));
        assert.match(summary, /^\S.*$/);
        assert.doesNotMatch(summary, /\bcorrect\b|\bbug[- ]free\b/i);
      }
    },
  },
  {
    name: "findings have stable names, say something, and name files of the tree",
    async run(bench) {
      const made = await bench.scene("fails");
      const { findings } = await bench.verify(made);
      const files = (await made.repository.git("ls-tree", "-r", "--name-only", "-z", made.head)).split("\0");
      for (const { code, message, file, line } of findings) {
        assert.match(code, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        assert.notEqual(message.trim(), "");
        if (file !== undefined) assert.ok(files.includes(file), `${file} is not a file of the commit`);
        if (line !== undefined) assert.ok(Number.isInteger(line) && line > 0, "lines count from 1");
      }
    },
  },
  {
    name: "the same commits get the same verdict, also at the same time",
    async run(bench) {
      const made = await bench.scene("passes");
      const both = await Promise.all([bench.verify(made), bench.verify(made)]);
      const [one, other] = both.map(({ status, counts }) => ({ status, counts }));
      assert.deepEqual(one, other);
    },
  },
  {
    name: "progress, where there is any, is lines of text",
    async run(bench) {
      const lines: unknown[] = [];
      await bench.verify(await bench.scene("passes"), { onProgress: (line) => lines.push(line) });
      for (const line of lines) assert.match(String(line), /^[^\n]+$/);
    },
  },
];

/** Fails with the whole story. */
export function assertStatus(verdict: Verdict, status: Verdict["status"]): void {
  assert.equal(verdict.status, status, `${verdict.summary} ${JSON.stringify(verdict.findings)}`);
}
