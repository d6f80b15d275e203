import type { NudgeFacts } from "../nudge.js";

const writeNow =
  'Your next reply must be one call: write_file with the arguments {"path": "<file>", "content": "<its whole content>"}.';

/** What a nudge says, by rule; the level says how firmly (1 is the first). */
export const nudgeSays: { readonly [rule: string]: (level: number, facts: NudgeFacts) => string } = {
  "only-reading": (level) =>
    level === 1
      ? "You have read enough to begin. Nothing has been written yet, and the task needs files to be written. Write the first one now with write_file or edit_file."
      : `${level === 2 ? "Still nothing has been written." : "Reading is not offered for the next turn."} ${writeNow}`,
  repeating: (level, { tool }) =>
    level === 1
      ? `You have made the same ${tool} call again and got the same result. It will not change. Use what you know: take the next step, with another call.`
      : `The same ${tool} call again, with the same result.${level === 2 ? "" : " It is not offered for the next turn."} ${writeNow} Or, if everything asked for is done: finish with the arguments {"summary": "<what was done>"}.`,
  "code-in-text": (level) =>
    level === 1
      ? "Your reply contains code, but text changes no file. Put it into the repository now with write_file."
      : `Nothing was written: code in a reply is lost. ${writeNow}`,
  announcing: (level) =>
    level === 1
      ? "You said what you will do next, and stopped. Nothing happens between turns: do it now, by calling a tool."
      : "Again you announced work instead of doing it. Call the tool in this reply; or, if everything asked for is done, call finish.",
  empty: (level) =>
    level === 1
      ? "Your reply was empty. Take the next step by calling a tool; if everything asked for is done, call finish."
      : "Your reply was empty again. Call a tool in this reply: write_file to write what is missing, or finish if everything is done.",
  "cut-off": (level) =>
    level === 1
      ? "Your reply was cut off because it was too long, and nothing of the unfinished part was done. Go on in smaller steps: one file, or one part of a file, per call."
      : "Cut off again. Write a short file first (a skeleton that works), then extend it with edit_file in small pieces.",
  "near-miss": (_level, { hint }) =>
    `Your reply looks like a tool call but can't be read as one, so nothing was run. ${hint}`,
  "nothing-written": (level) =>
    level === 1
      ? "You ended, but no file has been changed, and the task needs that. Make the change now with write_file or edit_file."
      : `Still no file has been changed, so the task is not done. ${writeNow}`,
};
