import type { StepKey } from "./events.js";
import { callSays, resumeSays } from "./prompts.js";
import type { Entry } from "./record.js";
import type { Message, Provider, ToolCall } from "./types.js";

/** The code of the notice that a worktree is gone with what was in it: the model is told too. */
export const worktreeLost = "worktree-lost";

/**
 * Whether a run did something since its newest checkpoint that may have changed files. Only its worktree had them.
 *
 * @param changes Whether a tool, by its name, may change files.
 * @param isAgent Whether a model, by its model string, is an agent: those change files without our tools.
 */
export function hasUnsaved(
  entries: readonly Entry[],
  changes: (tool: string) => boolean,
  isAgent: (model: string) => boolean,
): boolean {
  const newest = entries.findLastIndex(({ event }) => event.type === "checkpoint");
  return entries.slice(newest + 1).some(({ event }) => {
    if (!("step" in event) || event.step === "plan") return false;
    if (event.type === "step-started") return event.model !== undefined && isAgent(event.model);
    if (event.type !== "message" || event.message.role !== "assistant") return false;
    return event.message.calls.some(({ name }) => changes(name));
  });
}

/** What was said in a step. */
export interface History {
  /** By the model whose turn it still is. A step that begins anew (a reviewer asks, the model had stalled) has none. */
  readonly messages: readonly Message[];
  /** By those that it took over from. */
  readonly earlier: readonly Message[];
}

/** What was said in a step until now. */
export function historyOf(entries: readonly Entry[], step: StepKey): History {
  let messages: Message[] = [];
  let earlier: Message[] = [];
  for (const { event } of entries) {
    if (event.type === "reviewed") [messages, earlier] = [[], []];
    if (!("step" in event) || event.step !== step) continue;
    if (event.type === "message") messages.push(event.message);
    if (event.type === "notice" && event.code === worktreeLost && messages.length > 0)
      messages.push(...interrupted(messages), { role: "user", text: resumeSays.lost });
    const isOver = event.type === "work-finished" && (event.end === "stalled" || event.end === "refused");
    if (event.type === "handed-over") earlier.push(...messages);
    if (event.type === "handed-over" || isOver) messages = [];
  }
  return { messages, earlier };
}

/** What must be said so that a conversation which broke off is valid again and its model knows what happened. */
export function mend(history: readonly Message[], kind: Provider["kind"]): readonly Message[] {
  const open = interrupted(history);
  if (history.at(-1)?.text === resumeSays.lost) return [];
  if (kind === "agent") return [...open, { role: "user", text: resumeSays.agent }];
  const isAnswered = open.length > 0 || history.at(-1)?.role !== "assistant";
  return isAnswered ? open : [{ role: "user", text: resumeSays.model }];
}

function interrupted(history: readonly Message[]): readonly Message[] {
  return openCalls(history).map(({ id, name }): Message => {
    return { role: "tool", callId: id, name, text: callSays.interrupted, isError: true };
  });
}

/** The last turn's calls without a result. Results follow in the calls' order; ids may have been used before. */
function openCalls(history: readonly Message[]): readonly ToolCall[] {
  const at = history.findLastIndex((message) => message.role === "assistant");
  const last = history[at];
  const answers = history.slice(at + 1).filter(({ role }) => role === "tool");
  return last?.role === "assistant" ? last.calls.slice(answers.length) : [];
}
