import { canaryKey, sceneServer, type WireProtocol } from "@aifactory/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import codex from "../src/index.js";
import { chatProtocol } from "./chat-protocol.js";
import { vendorError } from "./vendor-errors.js";

/** A server that also tells its models, to those who have the key. */
const listing: WireProtocol<never> = {
  ...chatProtocol,
  aside({ url, headers }) {
    if (url !== "/v1/models") return undefined;
    if (headers.authorization !== `Bearer ${canaryKey}`) return vendorError(401, "Wrong key.");
    const data = ["qwen3-coder", "gpt-oss-120b"].map((id) => ({ id, object: "model" }));
    return { status: 200, body: { object: "list", data } };
  },
};

afterEach(() => vi.unstubAllEnvs());

async function check(model: string, apiKey = canaryKey) {
  const server = await sceneServer(listing, []);
  try {
    return await codex({ api: "chat", baseURL: `${server.url}/v1`, apiKey }).check?.({ model });
  } finally {
    await server.close();
  }
}

describe("check", () => {
  it("finds a model that is there and says who pays", async () => {
    expect(await check("qwen3-coder")).toEqual({ billing: "key" });
  });

  it("names the models that are near to one that is not", async () => {
    const missing = check("qwen3-codr");
    await expect(missing).rejects.toMatchObject({ code: "unknown-model" });
    await expect(missing).rejects.toThrow("Near to it: qwen3-coder");
    await expect(check("llama")).rejects.toThrow("It has: qwen3-coder, gpt-oss-120b");
  });

  it("rejects with the error of a wrong key, and of none", async () => {
    await expect(check("qwen3-coder", "sk-wrong")).rejects.toMatchObject({ code: "auth", status: 401 });
    vi.stubEnv("OPENAI_API_KEY", "");
    vi.stubEnv("OPENAI_BASE_URL", "");
    await expect(codex().check?.({ model: "" })).rejects.toThrow("export OPENAI_API_KEY=");
  });

  it("says that it was aborted", async () => {
    const signal = AbortSignal.abort();
    const checked = codex({ apiKey: "sk-x" }).check?.({ model: "", signal });
    await expect(checked).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("the facts of a model", () => {
  it("knows the default model's price at OpenAI, and none elsewhere", async () => {
    vi.stubEnv("OPENAI_BASE_URL", "");
    const facts = await codex().describe?.({ model: "" });
    expect(facts).toMatchObject({ contextTokens: 1_050_000, price: { input: 2, output: 10 } });
    const elsewhere = codex({ baseURL: "https://example.org/v1" });
    expect(await elsewhere.describe?.({ model: "gpt-6-sol" })).toEqual({});
  });
});
