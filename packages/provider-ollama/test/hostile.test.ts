import { canaryKey } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { hostileServers } from "../../core/test/hostile-server.js";
import { ollama } from "../src/index.js";

const line = `${JSON.stringify({ model: "m", done: false, message: { role: "assistant", content: "and on " } })}\n`;

hostileServers({
  describe,
  it,
  expect,
  model: "ollama:m",
  provider: (host) => ollama({ host, key: canaryKey }),
  contentType: "application/x-ndjson",
  begin: line,
  piece: line,
  aside: (url) => (url === "/api/show" ? JSON.stringify({ capabilities: ["completion", "tools"] }) : undefined),
  quota: { error: { message: "Nothing is left of it: you have reached your usage limit" } },
});
