import type { WireAnswer } from "@aifactory/core/testing";
import { opened } from "./seal.js";
import { invalid, type MessagesBody, rejectKeys, type WireBlock, type WireMessage } from "./wire.js";

/** What the vendor says to a conversation that it does not take. */
export function rejectMessages(body: MessagesBody): WireAnswer | undefined {
  const { messages, model } = body;
  if (!Array.isArray(messages) || messages.length === 0) return invalid("messages: at least one message is required");
  if (messages[0]?.role !== "user") return invalid('messages: first message must use the "user" role');
  const ids = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const rejection =
      rejectMessage(message, messages[at - 1], messages[at + 1], at) ?? rejectAll(message, at, model, ids);
    if (rejection) return rejection;
  }
  return rejectEnd(body);
}

function rejectMessage(
  { role, content }: WireMessage,
  before: WireMessage | undefined,
  after: WireMessage | undefined,
  at: number,
): WireAnswer | undefined {
  if (role !== "user" && role !== "assistant")
    return invalid(`messages.${at}.role: Input should be 'user' or 'assistant'`);
  if (role === before?.role) return invalid(`messages: roles must alternate, but ${at} is another "${role}"`);
  if (!Array.isArray(content) || content.length === 0) return invalid(`messages.${at}: content must be non-empty`);
  const made = idsOf(content, "id");
  const answered = idsOf(after?.content ?? [], "tool_use_id");
  const unanswered = made.filter((id) => !answered.includes(id));
  if (unanswered.length > 0)
    return invalid(
      `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks: ${unanswered.join(", ")}`,
    );
  const asked = idsOf(before?.content ?? [], "id");
  const orphan = idsOf(content, "tool_use_id").find((id) => !asked.includes(id));
  if (orphan !== undefined)
    return invalid(`messages.${at}: unexpected \`tool_use_id\` in \`tool_result\` blocks: ${orphan}`);
  const firstWord = content.findIndex(({ type }) => type !== "tool_result");
  if (firstWord >= 0 && content.slice(firstWord).some(({ type }) => type === "tool_result"))
    return invalid(`messages.${at}: \`tool_result\` blocks must come first`);
  return undefined;
}

function idsOf(content: readonly WireBlock[], key: "id" | "tool_use_id"): string[] {
  return content.flatMap((block) => (block[key] === undefined ? [] : [block[key]]));
}

const keys: { readonly [type: string]: { readonly by: readonly string[]; readonly keys: string } } = {
  text: { by: ["user", "assistant"], keys: "type text cache_control" },
  thinking: { by: ["assistant"], keys: "type thinking signature" },
  redacted_thinking: { by: ["assistant"], keys: "type data" },
  tool_use: { by: ["assistant"], keys: "type id name input cache_control" },
  tool_result: { by: ["user"], keys: "type tool_use_id content is_error cache_control" },
};

function rejectAll(
  { role, content }: WireMessage,
  at: number,
  model: string,
  ids: Set<string>,
): WireAnswer | undefined {
  for (const [place, block] of content.entries()) {
    const where = `messages.${at}.content.${place}.`;
    const kind = keys[block.type];
    if (!kind?.by.includes(role)) return invalid(`${where}type: unexpected '${block.type}' of '${role}'`);
    const rejection = rejectKeys(block, kind.keys, where) ?? rejectBlock(block, where, model, ids);
    if (rejection) return rejection;
  }
  return undefined;
}

function rejectBlock(block: WireBlock, where: string, model: string, ids: Set<string>): WireAnswer | undefined {
  const { type, text, id = "", name = "", input, content } = block;
  if (/\p{Surrogate}/u.test(`${text} ${String(content)} ${JSON.stringify(input)}`))
    return invalid("The request body is not valid JSON: no low surrogate in string");
  if (type === "text" && !text?.trim())
    return invalid("messages: text content blocks must contain non-whitespace text");
  if (type === "tool_use") {
    if (!/^[a-zA-Z0-9_-]+$/.test(id))
      return invalid(`${where}tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    if (ids.has(id)) return invalid("messages: `tool_use` ids must be unique");
    ids.add(id);
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) return invalid(`${where}tool_use.name: String should match pattern`);
    if (typeof input !== "object" || input === null || Array.isArray(input))
      return invalid(`${where}tool_use.input: Input should be a valid dictionary`);
  }
  if (type === "tool_result") {
    if (typeof content !== "string") return invalid(`${where}tool_result.content: Input should be a valid string`);
    if (block.is_error && content === "")
      return invalid(`${where}tool_result: content cannot be empty if \`is_error\` is true`);
  }
  if (type === "thinking") return opens(block.signature, model, block.thinking) ? undefined : unsigned(where, type);
  if (type === "redacted_thinking") return opens(block.data, model) ? undefined : unsigned(where, type);
  return undefined;
}

function opens(seal: string | undefined, model: string, text?: string): boolean {
  const thought = opened(seal);
  return thought?.model === model && (text === undefined || thought.text === text);
}

function unsigned(where: string, type: string): WireAnswer {
  return invalid(`${where.slice(0, -1)}: Invalid \`signature\` in \`${type}\` block`);
}

function rejectEnd({ messages, thinking }: MessagesBody): WireAnswer | undefined {
  const last = messages.at(-1)?.content.at(-1);
  if (messages.at(-1)?.role === "assistant" && last?.text !== undefined && /\s$/.test(last.text))
    return invalid("messages: final assistant content cannot end with trailing whitespace");
  if (thinking?.type !== "enabled") return undefined;
  const content = messages.findLast(({ role }) => role === "assistant")?.content ?? [];
  if (!content.some(({ type }) => type === "tool_use") || /thinking/.test(content[0]?.type ?? "")) return undefined;
  return invalid("Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, ...");
}
