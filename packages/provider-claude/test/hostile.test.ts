import { canaryKey } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { hostileServers } from "../../core/test/hostile-server.js";
import claude from "../src/index.js";
import { frame } from "./frames.js";

hostileServers({
  describe,
  it,
  expect,
  model: "claude:claude-opus-5-5",
  provider: (baseURL) => claude({ baseURL, apiKey: canaryKey }),
  contentType: "text/event-stream",
  begin: frame("message_start", {
    message: { model: "claude-opus-5-5", usage: { input_tokens: 1, output_tokens: 1 } },
  }),
  piece:
    frame("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
    frame("content_block_delta", { index: 0, delta: { type: "text_delta", text: "and on " } }),
  quota: { type: "error", error: { type: "billing_error", message: "Nothing is left of it." } },
});
