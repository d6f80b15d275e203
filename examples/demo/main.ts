import { parseArgs } from "node:util";
import { AifactoryError, approve, runTask, TaskEvents, toError } from "@aifactory/core";
import { replayProvider } from "@aifactory/core/testing";
import { signalOfCtrlC } from "./ctrl-c.js";
import { demoRepository, task } from "./repository.js";
import { line, report } from "./report.js";

const help = `The main job on the bundled demo: a FastAPI repository gets a game of tic-tac-toe, in a worktree, verified by pytest.

  pnpm demo                            a recorded model plays; everything else is real
  pnpm demo --model <string>           a real model: ollama:qwen3-coder:30b, claude-sonnet-4-6, codex-cli, …
  pnpm demo --repo <folder>            keep the repository there (default: a new temporary folder)
  pnpm demo --repo <folder> --approve <run>   merge a run that waits for review
`;

try {
  process.exitCode = await main(readArguments());
} catch (error) {
  if (!(error instanceof AifactoryError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

interface Arguments {
  readonly model?: string | undefined;
  readonly repo?: string | undefined;
  readonly approve?: string | undefined;
  readonly help?: boolean | undefined;
}

function readArguments(): Arguments {
  try {
    const text = { type: "string" } as const;
    return parseArgs({ options: { model: text, repo: text, approve: text, help: { type: "boolean", short: "h" } } })
      .values;
  } catch (error) {
    throw new AifactoryError("invalid-spec", `${toError(error).message}\n\n${help}`, { cause: error });
  }
}

async function main(values: Arguments): Promise<number> {
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values.approve !== undefined) {
    const outcome = await approve({ repo: values.repo ?? ".", id: values.approve });
    console.log(`Merged ${outcome.head.slice(0, 12)} into ${outcome.baseRef?.replace("refs/heads/", "")}.`);
    return 0;
  }
  const signal = signalOfCtrlC("what is done is kept on the run's branch.");
  const repo = await demoRepository(values.repo);
  const model = values.model ?? "replay:tictactoe";
  console.log(`Repository  ${repo}`);
  console.log(
    `Model       ${model}${values.model === undefined ? "  (a recording, not a model; --model uses a real one)" : ""}\n`,
  );

  const events = new TaskEvents();
  events.on("event", (event) => {
    const text = line(event);
    if (text !== undefined) console.log(text);
  });
  const outcome = await runTask(
    { repo, prompt: await task(), model, verify: "pytest" },
    {
      providers: [replayProvider(new URL("recording.json", import.meta.url))],
      resolveFrom: import.meta.dirname,
      events,
      signal,
    },
  );
  console.log(report(outcome));
  return outcome.status === "ready" && outcome.verdict?.status === "passed" ? 0 : 1;
}
