import { createServer } from "node:http";
import { once } from "node:events";
import { canaryKey, says, sceneServer } from "@aifactory/core/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endpointOf } from "../src/endpoint.js";
import gemini from "../src/index.js";
import { geminiProtocol } from "./protocol.js";
import { all, finishOf, turnRequest } from "./stage.js";

const names = ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_GENAI_USE_VERTEXAI"];

beforeEach(() => names.forEach((name) => vi.stubEnv(name, undefined)));
afterEach(() => vi.unstubAllEnvs());

describe("the key", () => {
  it("is the option's, then GEMINI_API_KEY's, then GOOGLE_API_KEY's", () => {
    vi.stubEnv("GOOGLE_API_KEY", "google");
    expect(endpointOf({}).key).toBe("google");
    vi.stubEnv("GEMINI_API_KEY", " gemini\n");
    expect(endpointOf({}).key).toBe("gemini");
    expect(endpointOf({ apiKey: "mine" }).key).toBe("mine");
  });

  it("when missing, is an error that says what to type", async () => {
    const { reason, error } = finishOf(await all(gemini().turn(turnRequest())));
    expect([reason.unified, error?.code]).toEqual(["error", "auth"]);
    expect(error?.message).toContain("export GEMINI_API_KEY=");
  });

  it("is read when a turn begins, and the SDK has no word in it", async () => {
    const { url, close } = await sceneServer(geminiProtocol, [{ id: "hello", parts: [says("Hello.")] }]);
    const spoken = (["warn", "log", "error", "debug"] as const).map((how) => vi.spyOn(console, how));
    const provider = gemini();
    vi.stubEnv("GEMINI_API_KEY", canaryKey);
    vi.stubEnv("GOOGLE_API_KEY", "another");
    vi.stubEnv("GOOGLE_GENAI_USE_VERTEXAI", "true");
    vi.stubEnv("GOOGLE_GEMINI_BASE_URL", url);
    const { error, message } = finishOf(await all(provider.turn(turnRequest())));
    await close();
    expect([error, message.text]).toEqual([undefined, "Hello."]);
    for (const spy of spoken) expect(spy).not.toHaveBeenCalled();
  });
});

describe("the address", () => {
  it("is Google's unless set, and only Google has prices", async () => {
    expect(endpointOf({})).toMatchObject({ baseUrl: "https://generativelanguage.googleapis.com", isGoogle: true });
    expect(await gemini().describe?.({ model: "" })).toMatchObject({ contextTokens: 1_048_576, thinking: true });
    expect(await gemini({ baseUrl: "http://127.0.0.1:1" }).describe?.({ model: "" })).toEqual({});
  });

  it("may end with a slash", async () => {
    const { url, close } = await sceneServer(geminiProtocol, [{ id: "hello", parts: [says("Hello.")] }]);
    const provider = gemini({ baseUrl: `${url}/`, apiKey: canaryKey });
    const { error } = finishOf(await all(provider.turn(turnRequest())));
    await close();
    expect(error).toBeUndefined();
  });
});

describe("check", () => {
  it("finds the model, or says what is wrong", async () => {
    const { url: baseUrl, close } = await sceneServer(geminiProtocol, []);
    const provider = gemini({ baseUrl, apiKey: canaryKey });
    expect(await provider.check?.({ model: "" })).toEqual({
      billing: "key",
      notes: [`Gemini 3.8 Flash at ${baseUrl}.`],
    });
    await expect(provider.check?.({ model: "gemini-0" })).rejects.toMatchObject({ code: "unknown-model" });
    await expect(gemini({ baseUrl, apiKey: "wrong" }).check?.({ model: "" })).rejects.toMatchObject({ code: "auth" });
    await close();
  });
});

it("a turn that nobody reads on closes its connection", async () => {
  const server = createServer((_incoming, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"candidates":[{"content":{"parts":[{"text":"Hello"}]}}]}\n\n');
    response.on("close", () => server.emit("left"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const left = once(server, "left");
  for await (const event of gemini({ baseUrl: `http://127.0.0.1:${port}`, apiKey: "x" }).turn(turnRequest()))
    if (event.type === "text") break;
  await left;
  server.close();
}, 5_000);
