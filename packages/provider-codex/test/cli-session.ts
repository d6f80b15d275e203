import { readFile } from "node:fs/promises";
import type { TurnEvent } from "@aifactory/core";
import type { CodexCliOptions } from "../src/cli-command.js";
import { holdDialogue } from "../src/cli-dialogue.js";

const request = {
  model: "gpt-5.5",
  system: "",
  messages: [],
  tools: [],
  cwd: "/repo",
  signal: new AbortController().signal,
} as const;

const key: CodexCliOptions = { billing: "key", apiKey: "sk-wrong", baseURL: "http://127.0.0.1:1234/v1" };

/** What the lines of a session mean. */
export function read(lines: readonly string[], options: CodexCliOptions = key) {
  const meaning = holdDialogue(options, request, () => {});
  const events: readonly TurnEvent[] = lines.flatMap((line) => meaning(line));
  const ends = events.filter((event) => event.type === "finish");
  const [finish] = ends;
  if (!finish || ends.length > 1 || events.at(-1) !== finish) throw new Error("There is not one finish at the end.");
  return { events, finish };
}

/** A session of Codex 0.169.0, recorded against a scripted server. */
export async function recorded(name: string, options?: CodexCliOptions) {
  const text = await readFile(new URL(`fixtures/cli-${name}.jsonl`, import.meta.url), "utf8");
  return read(text.trim().split("\n"), options);
}

/** The answers to the first three questions, and then what is told. */
export function session(...notifications: readonly object[]): readonly string[] {
  const answers = [{}, { thread: { id: "t1" }, model: "gpt-5.5" }, { turn: { id: "u1" } }];
  const lines = [...answers.map((result, at) => ({ id: at + 1, result })), ...notifications];
  return lines.map((line) => JSON.stringify(line));
}

/** The end of the turn. */
export const done = { method: "turn/completed", params: { threadId: "t1", turn: { status: "completed" } } };
