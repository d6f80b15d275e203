import { performance } from "node:perf_hooks";
import { run } from "@aifactory/core/process";
import { temporaryRepository } from "@aifactory/core/testing";
import { verifyCommit } from "../src/index.js";

/**
 * What a whole verification costs over a bare `pytest` on the same tree:
 * `npx tsx --conditions=aifactory-source packages/verifier-pytest/bench/overhead.ts [rounds]`
 */
const rounds = Number(process.argv[2] ?? 7);
const repository = await temporaryRepository({
  files: {
    "requirements.txt": "pytest\n",
    "sums.py": "def add(a, b):\n    return a + b\n",
    "tests/test_sums.py": "from sums import add\n\ndef test_add():\n    assert add(1, 2) == 3\n",
  },
});
const base = await repository.head();
const head = await repository.commit("Add double", {
  "sums.py": "def add(a, b):\n    return a + b\n\ndef double(a):\n    return 2 * a\n",
  "tests/test_double.py": "from sums import double\n\ndef test_double():\n    assert double(4) == 8\n",
});

const cold = await timed(async () => verifyCommit({ repo: repository.path, base, head }));
const warm = await medianOf(async () => verifyCommit({ repo: repository.path, base, head }));
const bare = await medianOf(async () => {
  const command = { command: "python3", args: ["-m", "pytest", "-q"], cwd: repository.path };
  return (await run(command)).exitCode === 0 ? undefined : Promise.reject(new Error("python3 has no pytest"));
}).catch(() => undefined);
console.log(`first:  ${cold.toFixed(0)} ms`);
console.log(`warm:   ${warm.toFixed(0)} ms (median of ${rounds})`);
console.log(`pytest: ${bare === undefined ? "not installed for python3" : `${bare.toFixed(0)} ms`}`);
await repository.remove();

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timed(work));
  return times.toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? 0;
}
