import type { Message, Provider, TurnRequest, Verifier } from "@aifactory/core";
import { type ScriptedTurn, scriptedProvider } from "@aifactory/core/testing";
import { shellVerifier } from "./shell-verifier.js";
import { done, write } from "./turns.js";

/**
 * A model that answers by what was said and not by how often it was asked, as real ones do: a run that was killed goes
 * on with it as if nothing had happened. It also checks that the history is one that a vendor would take.
 */
export function patientModel(): Provider {
  return scriptedProvider({ name: "patient", turns: Array.from({ length: 50 }, () => answer) });
}

/** Judges a commit by its `check.sh`. */
export function verifier(): Verifier {
  return shellVerifier();
}

function answer({ messages, tools }: TurnRequest): ScriptedTurn {
  const wrong = problemOf(messages);
  if (wrong !== undefined) {
    return { error: { code: "invalid-request", message: `The history is wrong: ${wrong}`, retryable: false } };
  }
  if (tools.some(({ name }) => name === "submit_plan")) {
    const subtasks = [{ title: "Write a.txt and check.sh" }, { title: "Write b.txt" }];
    return { calls: [{ name: "submit_plan", input: { subtasks } }] };
  }
  const isFirst = messages.some(({ role, text }) => role === "user" && text.includes("(now)\n2."));
  const files = isFirst ? { "a.txt": "a\n", "check.sh": "echo ok a\n" } : { "b.txt": "b\n" };
  const missing = Object.entries(files).filter(([path]) => !messages.some((message) => hasWritten(message, path)));
  return missing.length === 0 ? done : { calls: missing.flatMap(([path, text]) => write(path, text).calls ?? []) };
}

/** One whose call was interrupted can't know whether it wrote: it writes again. */
function hasWritten(message: Message, path: string): boolean {
  return message.role === "tool" && !message.isError && message.text.includes(path);
}

/** What a vendor would refuse: a call without its one result, a result without its call, no question at the end. */
export function problemOf(messages: readonly Message[]): string | undefined {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.delete(message.callId)) return `a result without a call: ${message.callId}`;
      continue;
    }
    if (open.size > 0) return `calls without a result: ${[...open].join(", ")}`;
    if (message.role === "assistant") message.calls.forEach(({ id }) => open.add(id));
  }
  if (open.size > 0) return `calls without a result at the end: ${[...open].join(", ")}`;
  return messages.at(-1)?.role === "assistant" ? "it ends with the model's own words" : undefined;
}
