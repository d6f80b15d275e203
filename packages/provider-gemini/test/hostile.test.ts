import { canaryKey } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { hostileServers } from "../../core/test/hostile-server.js";
import gemini from "../src/index.js";

const candidate = { index: 0, content: { role: "model", parts: [{ text: "and on " }] } };
const piece = `data: ${JSON.stringify({ candidates: [candidate] })}\r\n\r\n`;

hostileServers({
  describe,
  it,
  expect,
  model: "gemini:gemini-3-pro",
  provider: (baseUrl) => gemini({ baseUrl, apiKey: canaryKey }),
  contentType: "text/event-stream",
  begin: piece,
  piece,
  quota: { error: { code: 429, message: "Nothing is left of it: you exceeded your current quota." } },
});
