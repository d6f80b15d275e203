import { endOf, startOf } from "./output.js";
import { windowSays } from "./prompts.js";
import { summaryOf } from "./summary.js";
import type { Message, ToolMessage } from "./types.js";

/** A model whose window is not known is taken to have one of this many tokens; its own error corrects that. */
const usualTokens = 200_000;
/** Above this part of the window a conversation is shortened, and down to that one: seldom, and then by much. */
const full = 0.8;
const roomy = 0.5;
/** Until a server has counted: characters of a token, a low guess. */
const charactersPerToken = 3;
/** Characters of a summary's list of calls, for each token that a conversation may have. */
const roomForCalls = 1;
/** How many of the newest messages stay whole: what the model is working with. Fewer where they are too long. */
const keptMessages = [12, 6, 2];
/** Characters of a result that say something. */
const leastResult = 500;

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

  /** Characters that messages may have at this part of the window. */
  const room = (part: number): number => limit * part * perToken - fixedCharacters;
  return {
    fit(messages) {
      // What was shortened once stays as it is, so that the vendor's cache of the beginning holds.
      const current = [...replaced, ...messages.slice(known)];
      const fits = charactersOf(current) <= room(full);
      const story = [messages[0], ...past].filter((message) => message !== undefined);
      const shorter = fits
        ? { messages: current, cleared: 0, summarised: 0 }
        : shorten(current, story, { roomy: room(roomy), full: room(full), calls: limit * roomy * roomForCalls });
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

/** How many characters there may be: when all goes well, at most, and in a summary's list of calls. */
interface Rooms {
  readonly roomy: number;
  readonly full: number;
  readonly calls: number;
}

/**
 * First old results of tools are cleared, the oldest first; then old turns become a summary. Where the newest turns alone
 * are too much, fewer of them stay whole; then even the newest results are cut, and at last they become a summary too.
 */
function shorten(messages: readonly Message[], story: readonly Message[], rooms: Rooms): Shortened {
  let shorter: Shortened = { messages, cleared: 0, summarised: 0 };
  for (const kept of keptMessages) {
    const border = turnBorder(messages, kept);
    shorter = clear(messages, border, rooms.roomy);
    if (charactersOf(shorter.messages) <= rooms.roomy) return shorter;
    shorter = summarise(shorter, messages, border, story, rooms.calls);
    if (charactersOf(shorter.messages) <= rooms.roomy) return shorter;
  }
  const cut = cutResults(shorter.messages, rooms.full);
  const told = summarise(shorter, messages, messages.length, story, rooms.calls);
  if (charactersOf(cut) > rooms.full && charactersOf(told.messages) <= rooms.full) return told;
  return { ...shorter, messages: cut, cleared: shorter.cleared + 1 };
}

function clear(messages: readonly Message[], border: number, room: number): Shortened {
  const current = [...messages];
  let cleared = 0;
  for (let at = 0; at < border && charactersOf(current) > room; at++) {
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
  [task, ...told]: readonly Message[],
  room: number,
): Shortened {
  const old = whole.slice(1, border);
  if (!task || old.length === 0) return { messages, cleared, summarised: 0 };
  const past = [...told, ...old];
  const summary: Message = { role: "user", text: `${task.text}\n\n${summaryOf(past, room)}` };
  return { messages: [summary, ...messages.slice(border)], cleared, summarised: border, past };
}

/** Cuts the longest results, so that together they take half of what is left: the rest is for what comes next. */
function cutResults(messages: readonly Message[], room: number): readonly Message[] {
  const results = messages.filter((message) => message.role === "tool");
  const taken = results.reduce((sum, { text }) => sum + text.length, 0);
  const left = Math.max(0, room - charactersOf(messages) + taken) / 2;
  const share = largestShare(
    results.map(({ text }) => text.length),
    left,
  );
  return messages.map((message) => (message.role === "tool" ? cutTo(message, Math.max(leastResult, share)) : message));
}

/** The most that each may have when all together have so much; what needs less leaves the others more. */
function largestShare(lengths: readonly number[], room: number): number {
  let left = room;
  for (const [at, length] of lengths.toSorted((one, other) => one - other).entries()) {
    const share = left / (lengths.length - at);
    if (length > share) return Math.floor(share);
    left -= length;
  }
  return Infinity;
}

function cutTo(message: ToolMessage, characters: number): ToolMessage {
  const { text } = message;
  if (text.length <= characters) return message;
  const half = Math.floor((characters - windowSays.cut.length - 2) / 2);
  return { ...message, text: [startOf(text, half), windowSays.cut, endOf(text, half)].join("\n") };
}

/** The first message of the newest turns that stay: never a result without its call. */
function turnBorder(messages: readonly Message[], kept: number): number {
  let border = Math.max(0, messages.length - kept);
  while (border > 0 && messages[border]?.role === "tool") border -= 1;
  return border;
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
