import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type AssistantMessage, type Provider, runTask, TaskEvents, type TurnRequest } from "@aifactory/core";
import { temporaryRepository } from "@aifactory/core/testing";
import { numbersFor } from "./options.js";

// A run of a thousand turns, with a model whose window takes a small part of them: what a turn costs, and what is held in
// memory, at each quarter. Run: pnpm bench benchmarks/long-run.ts [--turns 1000]

const { turns } = numbersFor("pnpm bench benchmarks/long-run.ts [--turns 1000]", { turns: 1_000 });
const step = Math.ceil(turns / 4);
const contextTokens = 16_000;
const charactersPerToken = 4;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

interface Row {
  readonly turns: number;
  readonly "ms per turn": number;
  readonly "of that core's own": number;
  readonly "heap, MB": number;
  readonly "largest request, tokens": number;
  readonly shortened: number;
}

const rows: Row[] = [];
let asked = 0;
let largest = 0;
let shortened = 0;
let answeredAt = 0;
/** Milliseconds between an answer and the next question, in turns that only read. */
let own: number[] = [];
let since = performance.now();

/** Reads four files and writes one, again and again. */
const model: Provider = {
  apiVersion: 1,
  name: "long",
  kind: "model",
  describe: async () => ({ contextTokens }),
  async *turn(request) {
    if (answeredAt > 0 && asked % 5 !== 1) own.push(performance.now() - answeredAt);
    if (asked > 0 && asked % step === 0) note();
    const inputTokens = Math.round(sizeOf(request) / charactersPerToken);
    largest = Math.max(largest, inputTokens);
    const message = answer(asked++);
    for (const call of message.calls) yield { type: "tool-call", call };
    yield { type: "usage", counts: "turn", usage: { inputTokens, outputTokens: 50 } };
    answeredAt = performance.now();
    yield { type: "finish", reason: { unified: "tool-calls" }, message };
  },
};

function answer(at: number): AssistantMessage {
  const id = `call-${at}`;
  const path = `file-${at % 25}.txt`;
  const write = { id, name: "write_file", input: { path, content: `${at}: ${"words ".repeat(100)}\n` } };
  const read = { id, name: "read_file", input: { path: `file-${(at - (at % 5)) % 25}.txt` } };
  const finish = { id, name: "finish", input: { summary: "Done." } };
  return { role: "assistant", text: `Step ${at}.`, calls: [at === turns ? finish : at % 5 === 0 ? write : read] };
}

function sizeOf({ system, messages, tools }: TurnRequest): number {
  return system.length + JSON.stringify(messages).length + JSON.stringify(tools).length;
}

function note(): void {
  const now = performance.now();
  collectGarbage();
  rows.push({
    turns: asked,
    "ms per turn": Math.round((now - since) / step),
    "of that core's own": Number(
      (own.toSorted((one, other) => one - other)[Math.floor(own.length / 2)] ?? 0).toFixed(1),
    ),
    "heap, MB": Number((process.memoryUsage().heapUsed / 1_000_000).toFixed(1)),
    "largest request, tokens": largest,
    shortened,
  });
  own = [];
  since = performance.now();
}

const repository = await temporaryRepository();
const worktreeRoot = await mkdtemp(join(tmpdir(), "long-run-"));
const events = new TaskEvents();
events.on("notice", ({ code }) => void (shortened += code === "context-shortened" ? 1 : 0));
try {
  const outcome = await runTask(
    { repo: repository.path, prompt: "Go on and on", model: "long:m", limits: { turns: turns + 1, minutes: 600 } },
    { providers: [model], worktreeRoot, events },
  );
  console.table(rows);
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `${outcome.status} after ${outcome.turns} turns (${availableParallelism()} cores, load ${load}, node ${process.version})`,
  );
  process.exitCode = outcome.status === "ready" && largest <= contextTokens ? 0 : 1;
  if (outcome.error) console.log(outcome.error.message);
} finally {
  await repository.remove();
  await rm(worktreeRoot, { recursive: true, force: true });
}
