import { endOf, startOf } from "./output.js";
import { windowSays } from "./prompts.js";
import type { AssistantMessage, Message, ToolCall } from "./types.js";

/** Tools whose calls are told before others. */
const writing: ReadonlySet<string> = new Set(["write_file", "edit_file"]);
/** Characters of a path that are told. */
const longestPath = 300;

/** What models did, from the calls themselves: their own story would cost a turn and might be wrong. */
export interface Deeds {
  /** A line for each call, in their order. */
  readonly calls: readonly string[];
  /** How many there was no room for. */
  readonly others: number;
  /** What was said last. */
  readonly words: string;
}

/**
 * What happened in a conversation, in place of it.
 *
 * @param room Characters of its list of calls.
 */
export function summaryOf(messages: readonly Message[], room: number): string {
  const asked = messages.flatMap((message) => (message.role === "user" ? [startOf(message.text, 1_000)] : []));
  return windowSays.summary(deedsOf(messages, room), asked);
}

/** @param room Characters of the list of calls. */
export function deedsOf(messages: readonly Message[], room: number): Deeds {
  const failed = new Set(messages.map((message) => (message.role === "tool" && message.isError ? message.callId : "")));
  const turns = messages.filter((message): message is AssistantMessage => message.role === "assistant");
  const counted = new Map<string, { times: number; writes: boolean }>();
  for (const call of turns.flatMap((turn) => turn.calls)) {
    const line = `- ${describe(call)}${failed.has(call.id) ? ": failed" : ""}`;
    counted.set(line, { times: (counted.get(line)?.times ?? 0) + 1, writes: writing.has(call.name) });
  }
  // What was written is told as long as there is room, then the newest of what was not.
  const lines = [...counted].map(([line, { times, writes }]) => {
    return { text: times > 1 ? `${line} (${times} times)` : line, writes };
  });
  const byWeight = lines.toReversed().toSorted((one, other) => Number(other.writes) - Number(one.writes));
  let left = room;
  const kept = new Set(byWeight.filter(({ text }) => (left -= text.length + 1) >= 0));
  const calls = lines.filter((line) => kept.has(line)).map(({ text }) => text);
  return {
    calls,
    others: lines.length - calls.length,
    words: startOf(turns.findLast(({ text }) => text !== "")?.text ?? "", 2_000),
  };
}

function describe({ name, input }: ToolCall): string {
  const values = typeof input === "object" && input !== null ? Object.entries(input) : [];
  // Of what was written the file counts: many edits of one are one line.
  const told = values.flatMap(([key, value]) => (isTold(name, key, value) ? [`${key}: ${short(value)}`] : []));
  return `${name}(${told.join(", ")})`;
}

function isTold(name: string, key: string, value: unknown): boolean {
  if (key === "path" && typeof value === "string") return true;
  if (writing.has(name)) return false;
  return typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value.length <= 120);
}

/** Of a path the end says most. */
function short(value: unknown): string {
  const text = String(value);
  return text.length > longestPath ? `…${endOf(text, longestPath)}` : text;
}
