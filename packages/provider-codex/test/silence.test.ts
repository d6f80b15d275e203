import type { TurnEvent } from "@aifactory/core";
import { sceneServer } from "@aifactory/core/testing";
import { expect, it, vi } from "vitest";
import codex from "../src/index.js";
import { chatProtocol } from "./chat-protocol.js";

// Alone in its file: the SDK keeps the console that it finds first.
it("prints nothing about a malformed event", async () => {
  const said = [vi.spyOn(console, "error"), vi.spyOn(console, "warn"), vi.spyOn(console, "log")];
  const scene = { id: "broken", parts: [{ type: "malformed" } as const] };
  const { url, close } = await sceneServer({ ...chatProtocol, reject: () => undefined }, [scene]);
  const turn = codex({ api: "chat", baseURL: `${url}/v1` }).turn({
    model: "qwen3-coder",
    system: "",
    messages: [{ role: "user", text: "Hello." }],
    tools: [],
    cwd: "/somewhere",
    signal: new AbortController().signal,
  });
  const events: TurnEvent[] = [];
  for await (const event of turn) events.push(event);
  await close();
  expect(events.at(-1)).toMatchObject({ error: { code: "server-error", retryable: true } });
  for (const spy of said) expect(spy).not.toHaveBeenCalled();
});
