import type { TurnEvent } from "./types.js";

/** What an agent says and thinks in one turn, as events and as one text. */
export interface AgentWords {
  /** All that was said. */
  readonly text: string;
  /** A piece of a message; another message than the last one begins a paragraph of its own. */
  say(id: unknown, piece: string): readonly TurnEvent[];
  think(id: unknown, piece: string): readonly TurnEvent[];
  /** What was said or thought under an id so far. */
  told(id: unknown): string;
  /** What is new in a message or thought that comes whole after its pieces, or without any. */
  rest(id: unknown, whole: string): string;
  /** What is said next is a paragraph of its own, whatever its id. */
  pause(): void;
}

/** Makes the memory of one turn's words: part of the reader of a `cliAgent`. */
export function agentWords(): AgentWords {
  let text = "";
  let speaking: unknown;
  const told = new Map<unknown, string>();
  const note = (id: unknown, piece: string): unknown => told.set(id, (told.get(id) ?? "") + piece);

  return {
    get text() {
      return text;
    },
    say(id, said) {
      if (said === "") return [];
      const piece = text !== "" && id !== speaking ? `\n\n${said}` : said;
      speaking = id;
      text += piece;
      note(id, said);
      return [{ type: "text", text: piece }];
    },
    think(id, thought) {
      note(id, thought);
      return thought === "" ? [] : [{ type: "thinking", text: thought }];
    },
    told: (id) => told.get(id) ?? "",
    rest(id, whole) {
      const before = told.get(id) ?? "";
      return whole.startsWith(before) ? whole.slice(before.length) : "";
    },
    pause: () => void (speaking = Symbol("nobody")),
  };
}
