import { Bench } from "tinybench";
import { contenders } from "./recovery/contenders.js";
import { makeCorpus } from "./recovery/corpus.js";
import { measureGrowth } from "./recovery/hostile.js";
import { judge, readQuietly, type Score } from "./recovery/judge.js";

// Readers of tool calls side by side, on a corpus that is made here. `tsx --conditions=aifactory-source benchmarks/recovery.ts [seed] [rounds]`

const [seed = 1, rounds = 40] = process.argv.slice(2).map(Number);
const corpus = makeCorpus(seed, rounds);
const scores = contenders.map((contender) => judge(contender, corpus));

print(
  ["exact, % of the cases", ...contenders.map(({ name }) => name)],
  [...new Set(corpus.filter(isCall).map(({ format }) => format))].map((format) => [
    format,
    ...scores.map((score) => percent([score.get(format)], "exact")),
  ]),
);
print(
  ["in all", ...contenders.map(({ name }) => name)],
  [
    [
      "exact, % of the calls",
      ...scores.map((score) =>
        percent(
          some(score, (format) => !isHarmless(format)),
          "exact",
        ),
      ),
    ],
    [
      "false positives, % of the replies without one",
      ...scores.map((score) => percent(some(score, isHarmless), "answered")),
    ],
    ["MB/s over the corpus, best round", ...(await throughput())],
  ],
);
const growth = contenders.map(measureGrowth);
print(
  ["ms for 64 KB / 256 KB / 1 MB", ...contenders.map(({ name }) => name)],
  (growth[0] ?? []).map(({ input }, row) => [
    `\`\`\`\` ${input.replaceAll("|", "\\|")} \`\`\`\``,
    ...growth.map((rows) =>
      (rows[row]?.times ?? []).map((time) => time?.toFixed(time < 10 ? 1 : 0) ?? "–").join(" / "),
    ),
  ]),
);

function isCall({ format }: { readonly format: string }): boolean {
  return !isHarmless(format);
}

function isHarmless(format: string): boolean {
  return format.startsWith("no call: ");
}

function some(score: ReadonlyMap<string, Score>, isWanted: (format: string) => boolean): readonly Score[] {
  return [...score].filter(([format]) => isWanted(format)).map(([, of]) => of);
}

function percent(counted: readonly (Score | undefined)[], what: "exact" | "answered"): string {
  const sum = (key: keyof Score): number => counted.reduce((total, score) => total + (score?.[key] ?? 0), 0);
  return ((100 * sum(what)) / sum("cases")).toFixed(1);
}

async function throughput(): Promise<readonly string[]> {
  const megabytes = corpus.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 2 ** 20;
  const bench = new Bench({ time: 2000 });
  for (const contender of contenders) {
    bench.add(contender.name, () => {
      for (const { text } of corpus) readQuietly(contender, text);
    });
  }
  await bench.run();
  return bench.tasks.map(({ result }) => {
    const seconds = "latency" in result ? result.latency.min / 1000 : Number.NaN;
    return (megabytes / seconds).toFixed(1);
  });
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`| ${head.join(" | ")} |\n|${"---|".repeat(head.length)}`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  console.log();
}
