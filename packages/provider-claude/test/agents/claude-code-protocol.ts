import { canaryKey, type WireAnswer, type WireProtocol } from "@aifactory/core/testing";
import { messagesProtocol } from "../protocol.js";
import { invalid, type MessagesBody, vendorError, type WireBlock } from "../wire.js";

/** The Messages API as Claude Code uses it. It sends more fields than our own requests; what it must send is checked. */
export const claudeCodeProtocol: WireProtocol<MessagesBody> = {
  ...messagesProtocol,
  aside: ({ method, url }) => (isTurn(method, url) ? undefined : vendorError(404, "not_found_error", url)),
  reject({ headers, body }): WireAnswer | undefined {
    if (headers["x-api-key"] !== canaryKey) return vendorError(401, "authentication_error", "invalid x-api-key");
    if (!headers["anthropic-version"]) return invalid("anthropic-version: header is required");
    if (body.stream !== true) return invalid("stream: these tests expect a stream");
    if (!(body.max_tokens > 0)) return invalid("max_tokens: Field required");
    if (!body.tools?.some(({ name }) => name === "Write")) return invalid("tools: Write is not offered");
    return rejectResults(body);
  },
  read: ({ body }) => ({
    model: body.model,
    system: JSON.stringify(body.system ?? ""),
    messages: body.messages.map(({ content }) => ({ role: "user", text: JSON.stringify(content) })),
    tools: [],
  }),
};

function isTurn(method: string, url: string): boolean {
  return method === "POST" && /^\/v1\/messages(\?|$)/.test(url);
}

/** Every call is answered in the very next message, and nothing else is. */
function rejectResults({ messages }: MessagesBody): WireAnswer | undefined {
  for (const [at, message] of messages.entries()) {
    const made = blocks(message.content).flatMap(({ type, id = "" }) => (type === "tool_use" ? [id] : []));
    const next = blocks(messages[at + 1]?.content);
    const answered = next.flatMap(({ type, tool_use_id: id = "" }) => (type === "tool_result" ? [id] : []));
    if (made.toSorted().join() !== answered.toSorted().join()) {
      return invalid(`messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks: ${made.join()}`);
    }
  }
  return undefined;
}

function blocks(content: readonly WireBlock[] | string | undefined): readonly WireBlock[] {
  return typeof content === "object" ? content : [];
}
