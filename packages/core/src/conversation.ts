import type { Message, TurnRequest } from "./types.js";

/**
 * The system text and the whole conversation as one text, for an agent whose every turn is a session of its own. With
 * `prompts`, the one place for words that are said to models.
 */
export function conversationText({ system, messages }: Pick<TurnRequest, "system" | "messages">): string {
  const last = messages.at(-1)?.text ?? "";
  const before = messages.slice(0, -1).map((message) => `${titles[message.role]}\n${message.text}`);
  const told = before.length === 0 ? [] : ["# What was said so far", ...before, "# What is asked now"];
  return [system, ...told, last].filter((text) => text !== "").join("\n\n");
}

const titles: { readonly [role in Message["role"]]: string } = {
  user: "## The user",
  assistant: "## You",
  tool: "## A tool's result",
};
