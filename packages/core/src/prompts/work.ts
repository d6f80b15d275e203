import type { Subtask } from "../events.js";
import type { Handover } from "../record.js";
import type { Deeds } from "../summary.js";
import type { Finding, Verdict } from "../types.js";

/** Who the model is and how it works here. */
export function systemPrompt(): string {
  return `You are a software engineer at work in a git repository. You work alone: nobody can answer questions, so decide yourself and go on.

- Work with the tools. Paths are relative to the repository's root. Nothing that you describe in text happens; only tool calls do.
- Read what you need, then write. Follow the style and the layout of the code that is there.
- Change files with write_file and edit_file. Write whole, working code: no placeholders, no "rest unchanged".
- When you can, run the tests with run_command before you finish. Do not weaken, skip or delete tests that are there.
- Do not commit; that is done for you.
- When everything asked for is done, call finish with a short summary. Do not call it before.`;
}

/** The first message of a stretch of work. */
export function workPrompt(prompt: string, subtasks: readonly Subtask[], index: number): string {
  const subtask = subtasks[index];
  if (!subtask || (subtasks.length === 1 && subtask.title === prompt)) return prompt;
  const list = subtasks
    .map((item, at) => `${at + 1}. ${item.title}${at < index ? " (done)" : at === index ? " (now)" : ""}`)
    .join("\n");
  const doneWhen = subtask.doneWhen ? `\nIt is done when: ${subtask.doneWhen}` : "";
  return `The whole task:\n${prompt}\n\nIts parts:\n${list}\n\nDo part ${index + 1} now, and only that part: ${subtask.title}${doneWhen}`;
}

/** The message of a reviewer who wants changes. */
export function reviewPrompt(prompt: string, asked: string): string {
  return `The task was:\n${prompt}\n\nIt was done; the result is what stands in the repository now. A reviewer asks for this change:\n${asked}\n\nMake it.`;
}

/** The message to a model that goes on where another one could not. */
export function handoverPrompt(prompt: string, { from, error }: Handover, diff: string, deeds: Deeds): string {
  const said = [
    prompt,
    `Another model (${from}) began this and could not go on: ${error.message}`,
    deeds.calls.length === 0 ? "" : `What was tried, in this order:\n${callLines(deeds)}`,
    deeds.words === "" ? "" : `Its last words:\n${deeds.words}`,
    diff === "" ? "It had changed nothing." : `What it had changed stands in the repository:\n\n${diff}`,
    "Go on from there: look at what is there before you build on it, and do what is missing.",
  ];
  return said.filter((part) => part !== "").join("\n\n");
}

function callLines({ calls, others }: Deeds): string {
  return [...(others > 0 ? [`[${others} others, most of them earlier]`] : []), ...calls].join("\n");
}

/** Said when a conversation goes on that broke off. */
export const resumeSays = {
  model: "You were interrupted here. Everything stands as you left it: go on.",
  agent:
    "You were interrupted while you worked on this. What you had changed stands in the working folder: look at it, then go on until everything asked for is done.",
  lost: "You were interrupted here, and your working folder was lost. What you changed last is gone with it, though you were told that it was done. Look at what is there, do again what is missing, then go on until everything asked for is done.",
};

/** Put in place of what no longer fits into a model's window. */
export const windowSays = {
  cut: "[cut here: too long for what is left of the window; for the rest, ask for a part: some lines of the file, or a narrower command or pattern]",
  cleared: "[an old result, no longer shown; call again if you need it]",
  summary: (deeds: Deeds, asked: readonly string[]): string =>
    [
      "The conversation up to here was shortened. These calls were made, in this order; what was written stands in the repository:",
      callLines(deeds),
      asked.length === 0 ? "" : `You were told meanwhile:\n${asked.slice(-5).join("\n")}`,
      deeds.words === "" ? "" : `Your last words then were:\n${deeds.words}`,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
};

/** What was found by whoever judged the result. */
export function fixPrompt(prompt: string, verdict: Verdict): string {
  const findings = verdict.findings.filter((finding) => finding.severity !== "info").slice(0, 30);
  return `The task was:\n${prompt}\n\nThe result was judged in a clean checkout and is not accepted: ${verdict.summary}\n${findings.map(findingLine).join("\n")}\n\nFix the cause of each in the repository. Do not delete, skip or weaken tests to get there.`;
}

function findingLine({ message, file, line, test }: Finding): string {
  const place = [test, file && (line ? `${file}:${line}` : file)].filter(Boolean).join(" in ");
  return `- ${place ? `${place}: ` : ""}${message}`;
}

/** Asks for a plan. */
export function planPrompt(prompt: string): string {
  return `Make a plan for this task; do not do it, and change no file.\n\n${prompt}\n\nLook at the repository as far as you need. Then give between 1 and 12 parts, in the order in which they are to be done, each a piece of work that leaves the repository working, with what must be true when it is done.`;
}

/** How the plan is given: by a model that has the tool, and by an agent. */
export const planAnswer = {
  byTool: "Give the plan by calling submit_plan.",
  byText: `Answer with JSON only, in this shape: {"subtasks":[{"title":"…","done_when":"…"}]}`,
};
