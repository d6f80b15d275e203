import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AifactoryError } from "../../errors.js";
import type { Bench, VerifierBehaviour } from "./bench.js";
import { assertStatus } from "./verdicts.js";

/** What ends a verification, and what it must not take. */
export const limits: readonly VerifierBehaviour[] = [
  {
    name: "tests that hang: timed-out, and nothing that they started is left",
    async run(bench) {
      const made = await bench.scene("hangs");
      const options = { ...bench.options, ...bench.shortly };
      assertStatus(await inTime(bench.verify(made, { options }), bench), "timed-out");
      assert.deepEqual(await running(made.mark), []);
    },
  },
  {
    name: "aborted before it begins: rejects with aborted",
    async run(bench) {
      const made = await bench.scene("passes");
      await assertAborted(bench.verify(made, { signal: AbortSignal.abort() }));
    },
  },
  {
    name: "aborted while tests run: rejects with aborted, and nothing that they started is left",
    async run(bench) {
      const made = await bench.scene("hangs");
      const stop = new AbortController();
      const verdict = bench.verify(made, { signal: stop.signal });
      verdict.catch(() => {});
      // Where processes can be seen, the abort comes when the tests run; elsewhere, a little later than the start.
      for (let waited = 0; waited < bench.patienceMs && (await running(made.mark)).length === 0; waited += 50) {
        await sleep(50);
        if (process.platform !== "linux" && waited > 2_000) break;
      }
      stop.abort();
      await inTime(assertAborted(verdict), bench);
      assert.deepEqual(await running(made.mark), []);
    },
  },
  {
    name: "an option that there is not: rejects and names it",
    async run(bench) {
      const made = await bench.scene("passes");
      const options = { ...bench.options, noSuchOption: true };
      const error = await assertBadInput(bench.verify(made, { options }));
      assert.match(error.message, /noSuchOption/);
      const verifier = bench.make();
      if (!verifier.check) return;
      await verifier.check(bench.options ?? {});
      const early = await assertBadInput((async () => verifier.check?.(options))());
      assert.match(early.message, /noSuchOption/);
    },
  },
  {
    name: "a commit or a repository that there is not: rejects as bad input",
    async run(bench) {
      const made = await bench.scene("passes");
      await assertBadInput(bench.verify({ ...made, head: "1".repeat(40) }));
      await assertBadInput(bench.verify({ ...made, base: "1".repeat(40) }));
      await assertBadInput(bench.verify(made, { repo: `${made.repository.path}/not-there` }));
    },
  },
  {
    name: "a name where a commit's full id belongs: rejects as bad input",
    async run(bench) {
      const made = await bench.scene("passes");
      await assertBadInput(bench.verify({ ...made, head: "main" }));
    },
  },
  {
    name: "the code under test does not see the environment of whoever asked",
    async run(bench) {
      const made = await bench.scene("looks-for-secret");
      const before = process.env["VERIFIER_SECRET"];
      process.env["VERIFIER_SECRET"] = "seen";
      try {
        assertStatus(await bench.verify(made), "passed");
      } finally {
        if (before === undefined) delete process.env["VERIFIER_SECRET"];
        else process.env["VERIFIER_SECRET"] = before;
      }
    },
  },
];

async function inTime<Value>(promise: Promise<Value>, { patienceMs }: Bench): Promise<Value> {
  const patience = new AbortController();
  const late = sleep(patienceMs, undefined, { signal: patience.signal }).then(
    () => assert.fail(`it did not end within ${patienceMs / 1000} seconds`),
    () => promise,
  );
  return Promise.race([promise, late]).finally(() => patience.abort());
}

async function assertAborted(verdict: Promise<unknown>): Promise<void> {
  const error = await rejection(verdict);
  assert.equal(error.code, "aborted", error.message);
}

async function assertBadInput(verdict: Promise<unknown>): Promise<AifactoryError> {
  const error = await rejection(verdict);
  const isBadInput = error.code === "invalid-spec" || error.code === "unsupported-repo";
  assert.ok(isBadInput, `${error.code} does not say that the caller's input was wrong: ${error.message}`);
  return error;
}

async function rejection(verdict: Promise<unknown>): Promise<AifactoryError> {
  const outcome = await verdict.then(
    (value) => assert.fail(`it resolved: ${JSON.stringify(value).slice(0, 500)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof AifactoryError, `it rejected with something else: ${String(outcome)}`);
  return outcome;
}

/** Processes whose command line has the mark, a killed one that nobody has reaped yet not counted. */
async function running(mark: string): Promise<readonly string[]> {
  if (process.platform !== "linux") return [];
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(mark)).map((line) => line.replaceAll("\0", " "));
}
