import { windowSays } from "./prompts.js";
import type { AssistantMessage, Message, ToolCall } from "./types.js";

/** A model whose window is not known is taken to have one of this many tokens; its own error corrects that. */
const usualTokens = 200_000;
/** Above this part of the window a conversation is shortened, and down to that one: seldom, and then by much. */
const full = 0.8;
const roomy = 0.5;
/** Until a server has counted: characters of a token, a low guess. */
const charactersPerToken = 3;
/** Characters of a summary's list of calls, for each token that a conversation may have. */
const roomForCalls = 1;
/** Tools whose calls are told before others. */
const writing: ReadonlySet<string> = new Set(["write_file", "edit_file"]);
/** How many of the newest messages stay whole: what the model is working with. Fewer where they are too long. */
const keptMessages = [12, 6, 2];

/** A conversation as it is sent. */
export interface Fitted {
  readonly messages: readonly Message[];
  /** What was done to it; absent when nothing was. */
  readonly shortened?: { readonly cleared: number; readonly summarised: number };
}

/** Keeps a conversation within a model's window. What it takes out stays in the journal. */
export interface ConversationWindow {
  /** The conversation as it can be sent now. */
  fit(messages: readonly Message[]): Fitted;
  /** Learns from what a server counted for the conversation that was sent last. */
  counted(inputTokens: number | undefined): void;
  /** The server said that it was too long: the next one will be much shorter. False when that has been tried. */
  overflowed(): boolean;
}

/**
 * @param contextTokens The model's window; unknown: a usual one.
 * @param fixedCharacters Of what is sent besides the messages: system text and tools.
 */
export function conversationWindow(contextTokens: number | undefined, fixedCharacters: number): ConversationWindow {
  let limit = contextTokens ?? usualTokens;
  let perToken = charactersPerToken;
  let sent = 0;
  let tries = 0;
  let known = 0;
  let replaced: readonly Message[] = [];
  // What the summary at the beginning tells of. Each one is made anew from all of it: one upon the other would only grow.
  let past: readonly Message[] = [];

  const tokensOf = (messages: readonly Message[]): number => (fixedCharacters + charactersOf(messages)) / perToken;
  return {
    fit(messages) {
      // What was shortened once stays as it is, so that the vendor's cache of the beginning holds.
      const current = [...replaced, ...messages.slice(known)];
      const fits = tokensOf(current) <= limit * full;
      const story = [messages[0], ...past].filter((message) => message !== undefined);
      const shorter = fits
        ? { messages: current, cleared: 0, summarised: 0 }
        : shorten(current, story, limit * roomy, tokensOf);
      const { messages: fitted, past: told = past, ...shortened } = shorter;
      past = told;
      known = messages.length;
      replaced = fitted;
      sent = fixedCharacters + charactersOf(fitted);
      return { messages: fitted, ...(shortened.cleared + shortened.summarised > 0 && { shortened }) };
    },
    counted(inputTokens) {
      // A few tokens say nothing: what a chat template adds is not counted in characters.
      if (inputTokens === undefined) return;
      if (inputTokens > 500) perToken = Math.min(6, Math.max(1, sent / inputTokens));
      tries = 0;
    },
    overflowed() {
      limit = Math.min(limit, sent / perToken) / 2;
      return ++tries <= 2;
    },
  };
}

interface Shortened {
  readonly messages: readonly Message[];
  /** Results of tools that were cleared or cut, and messages that became a summary. */
  readonly cleared: number;
  readonly summarised: number;
  /** All that the summary tells of, where a new one was made. */
  readonly past?: readonly Message[];
}

/**
 * First old results of tools are cleared, the oldest first; then old turns become a summary. Where the newest turns alone
 * are too much, fewer of them stay whole, and at last even the newest results are cut.
 */
function shorten(
  messages: readonly Message[],
  story: readonly Message[],
  limit: number,
  sizeOfAll: (messages: readonly Message[]) => number,
): Shortened {
  const fits = (candidate: readonly Message[]): boolean => sizeOfAll(candidate) <= limit;
  let shorter: Shortened = { messages, cleared: 0, summarised: 0 };
  for (const kept of keptMessages) {
    const border = turnBorder(messages, kept);
    shorter = clear(messages, border, fits);
    if (!fits(shorter.messages)) shorter = summarise(shorter, messages, border, { story, room: limit * roomForCalls });
    if (fits(shorter.messages)) return shorter;
  }
  const longest = Math.floor((limit * charactersPerToken) / 4);
  const cut = shorter.messages.map((message) => (message.role === "tool" ? cutTo(message, longest) : message));
  return { ...shorter, messages: cut, cleared: shorter.cleared + 1 };
}

function clear(
  messages: readonly Message[],
  border: number,
  fits: (messages: readonly Message[]) => boolean,
): Shortened {
  const current = [...messages];
  let cleared = 0;
  for (let at = 0; at < border && !fits(current); at++) {
    const message = messages[at]!;
    if (message.role !== "tool" || message.text.length <= windowSays.cleared.length) continue;
    current[at] = { ...message, text: windowSays.cleared };
    cleared += 1;
  }
  return { messages: current, cleared, summarised: 0 };
}

function summarise(
  { messages, cleared }: Shortened,
  whole: readonly Message[],
  border: number,
  { story: [task, ...told], room }: { readonly story: readonly Message[]; readonly room: number },
): Shortened {
  const old = whole.slice(1, border);
  if (!task || old.length === 0) return { messages, cleared, summarised: 0 };
  const past = [...told, ...old];
  const summary: Message = { role: "user", text: `${task.text}\n\n${summaryOf(past, room)}` };
  return { messages: [summary, ...messages.slice(border)], cleared, summarised: border, past };
}

function cutTo(message: Message, characters: number): Message {
  const { text } = message;
  if (text.length <= characters) return message;
  return { ...message, text: `${text.slice(0, characters / 2)}\n${windowSays.cut}\n${text.slice(-characters / 2)}` };
}

/** The first message of the newest turns that stay: never a result without its call. */
function turnBorder(messages: readonly Message[], kept: number): number {
  let border = Math.max(0, messages.length - kept);
  while (border > 0 && messages[border]?.role === "tool") border -= 1;
  return border;
}

/** What happened, from the calls themselves: a model's own story would cost a turn and might be wrong. */
function summaryOf(messages: readonly Message[], room: number): string {
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
  const asked = messages.flatMap((message) => (message.role === "user" ? [message.text.slice(0, 1_000)] : []));
  const words = turns.findLast(({ text }) => text !== "")?.text ?? "";
  return windowSays.summary(calls, lines.length - calls.length, asked, words);
}

function describe({ name, input }: ToolCall): string {
  const values = typeof input === "object" && input !== null ? Object.entries(input) : [];
  const short = values.flatMap(([key, value]) => (isShort(value) ? [`${key}: ${String(value)}`] : []));
  return `${name}(${short.join(", ")})`;
}

function isShort(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value.length <= 120);
}

function charactersOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + sizeOf(message), 0);
}

const sizes = new WeakMap<Message, number>();

function sizeOf(message: Message): number {
  const known = sizes.get(message);
  if (known !== undefined) return known;
  const calls = message.role === "assistant" ? JSON.stringify([message.calls, message.native]) : "";
  const size = message.text.length + calls.length;
  sizes.set(message, size);
  return size;
}
