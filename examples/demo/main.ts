import { AifactoryError, approve, type Outcome, reject, resumeTask, runTask, TaskEvents } from "@aifactory/core";
import { replayProvider } from "@aifactory/core/testing";
import { type Arguments, help, readArguments } from "./arguments.js";
import { signalOfCtrlC } from "./ctrl-c.js";
import { lineTo } from "./lines.js";
import { demoRepository, task } from "./repository.js";
import { line, report } from "./report.js";

try {
  process.exitCode = await main(readArguments());
} catch (error) {
  if (!(error instanceof AifactoryError)) throw error;
  console.error(`\n${error.message}`);
  if (error.code === "unverified") console.error("In this demo: the same line with --unverified.");
  process.exitCode = 1;
}

async function main(values: Arguments): Promise<number> {
  const { repo = ".", unverified = false } = values;
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values.approve !== undefined) {
    const { head, baseRef } = await approve({ repo, id: values.approve }, { unverified });
    console.log(`Merged ${head.slice(0, 12)} into ${baseRef?.replace("refs/heads/", "")}.`);
    return 0;
  }
  if (values.reject !== undefined) {
    const { branch, base, head } = await reject({ repo, id: values.reject });
    console.log(`Rejected.${head === base ? "" : ` Its branch stays: ${branch}`}`);
    return 0;
  }
  const outcome = await work(values);
  console.log(report(outcome));
  return outcome.status === "ready" && outcome.verdict?.status === "passed" ? 0 : 1;
}

/** Runs the task, or goes on with a run. */
async function work(values: Arguments): Promise<Outcome> {
  const { resume } = values;
  let id = resume;
  const left = (): string =>
    id === undefined ? "Nothing had begun." : `Go on with: ${lineTo("resume", { repo, id })}`;
  const signal = signalOfCtrlC("what is done is kept on the run's branch.", left);
  const repo = resume === undefined ? await demoRepository(values.repo) : (values.repo ?? ".");
  console.log(`Repository  ${repo}`);
  const events = new TaskEvents();
  events.on("run-started", (event) => void (id = event.id));
  events.on("event", (event) => {
    const text = line(event);
    if (text !== undefined) console.log(text);
  });
  const providers = [replayProvider(new URL("recording.json", import.meta.url))];
  const options = { providers, resolveFrom: import.meta.dirname, events, signal };
  if (resume !== undefined) return resumeTask({ repo, id: resume }, options);

  const model = values.model ?? "replay:tictactoe";
  console.log(
    `Model       ${model}${values.model === undefined ? "  (a recording, not a model; --model uses a real one)" : ""}\n`,
  );
  return runTask({ repo, prompt: await task(), model, verify: "pytest" }, options);
}
