import { canaryKey } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { hostileServers } from "../../core/test/hostile-server.js";
import codex from "../src/index.js";

const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
const piece = `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { content: "and on " } }] })}\n\n`;

hostileServers({
  describe,
  it,
  expect,
  model: "codex:m",
  provider: (url) => codex({ baseURL: `${url}/v1`, apiKey: canaryKey, api: "chat" }),
  contentType: "text/event-stream",
  begin: piece,
  piece,
  quota: { error: { code: "insufficient_quota", message: "Nothing is left of it." } },
});
