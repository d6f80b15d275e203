import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { AifactoryError, compare, type Comparison, type Provider, TaskEvents, toError } from "@aifactory/core";
import { signalOfCtrlC } from "./ctrl-c.js";
import { word } from "./lines.js";
import { line } from "./report.js";
import { demoRepository, task } from "./repository.js";

const help = `The same task on many models, each in a worktree of its own, each verified by us: the demo's game of tic-tac-toe.

  pnpm benchmark --model <string> [--model <string> …]
      --model <string>       ollama:qwen3-coder:30b, claude-sonnet-4-6, codex-cli:…, copilot:…; once for each
      --providers <module>   whose default export is a list of providers to use instead of those with default options
      --repo <folder>        keep the repository, with every run's branch, there (default: a new temporary folder)
      --json <file>          write every outcome there
      --concurrency <n>      runs at the same time (default 1: only then are the times comparable)
      --verbose              show what happens in each run

It exits with 0 when every model's result passed its verification, with 1 when one did not, with 2 for wrong arguments.
`;

/** Runs the benchmark for arguments from a command line. Gives the exit code: 2 when they are wrong. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await benchmark(args);
  } catch (error) {
    if (!(error instanceof AifactoryError)) throw error;
    console.error(error.message);
    return 2;
  }
}

async function benchmark(args: readonly string[]): Promise<number> {
  const values = read(args);
  const models = values.model ?? [];
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (models.length === 0) throw new AifactoryError("invalid-spec", `--model: name at least one.\n\n${help}`);
  const concurrency = Number(values.concurrency ?? 1);
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new AifactoryError("invalid-spec", "--concurrency: must be a whole number above 0");

  let left = "Nothing had begun.";
  const signal = signalOfCtrlC("what is done is kept on each run's branch.", () => left);
  const repo = await demoRepository(values.repo);
  left = `What was done stands on branches: git -C ${word(repo)} branch --list 'aifactory/*'`;
  const providers = values.providers === undefined ? [] : await load(values.providers);
  console.log(`Repository  ${repo}`);
  const events = new TaskEvents();
  events.on("run-started", ({ id, spec }) => console.log(`· ${JSON.stringify(spec.model)} begins (${id})`));
  if (values.verbose) events.on("event", (event) => show(line(event)));

  const spec = { repo, prompt: await task(), verify: "pytest" };
  const options = { providers, resolveFrom: import.meta.dirname, events, signal, concurrency };
  const rows = await compare(spec, models, options);
  console.log(`\n${table(rows)}`);
  for (const { model, error, outcome } of rows) {
    const why = error ?? outcome?.error;
    if (why) console.log(`\n${named(model)}: ${why.message}`);
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  return rows.every(({ outcome }) => outcome?.verdict?.status === "passed") ? 0 : 1;
}

function read(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const model = { type: "string", multiple: true } as const;
  const places = { providers: text, repo: text, json: text, concurrency: text };
  try {
    return parseArgs({ args: [...args], options: { model, ...places, verbose: flag, help: { ...flag, short: "h" } } })
      .values;
  } catch (error) {
    throw new AifactoryError("invalid-spec", `${toError(error).message}\n\n${help}`, { cause: error });
  }
}

async function load(path: string): Promise<readonly Provider[]> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
  if (Array.isArray(module.default)) return module.default;
  throw new AifactoryError("invalid-spec", `--providers: ${path} has no default export that is a list of providers.`);
}

function show(text: string | undefined): void {
  if (text !== undefined) console.log(text);
}

/** What a person compares. Nothing stands for what is not known. */
function table(rows: readonly Comparison[]): string {
  const head = [
    "model",
    "served",
    "isolation",
    "status",
    "verdict",
    "tests",
    "turns",
    "tokens",
    "cost",
    "work",
    "verify",
  ];
  const lines = [head, ...rows.map(cells)];
  const widths = head.map((_, column) => Math.max(...lines.map((cell) => cell[column]?.length ?? 0)));
  return lines
    .map((cell) =>
      cell
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells({ model, outcome, error }: Comparison): string[] {
  if (!outcome) return [named(model), "", "", error?.code ?? "failed"];
  const { verdict, usage, turns, workMs, verifyMs, models } = outcome;
  const { inputTokens, outputTokens, cost } = usage;
  const counts = verdict?.counts;
  return [
    named(model),
    models.flatMap(({ served }) => served ?? []).join(", "),
    models[0]?.isolation ?? "",
    outcome.status,
    verdict?.status ?? "",
    counts ? `${counts.passed}/${counts.total}` : "",
    String(turns),
    inputTokens === undefined ? "" : `${inputTokens} + ${outputTokens ?? "?"}`,
    cost ? `$${cost.usd.toFixed(4)} ${cost.basis}` : "",
    seconds(workMs),
    seconds(verifyMs),
  ];
}

function named(model: Comparison["model"]): string {
  return typeof model === "string" ? model : JSON.stringify(model);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
