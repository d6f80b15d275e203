import { canaryKey } from "@aifactory/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { workingFolder } from "../../../../test/real-turn.js";
import { cli } from "../../src/index.js";
import { answer, begin, isThere, program, serve, why } from "./stage.js";

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!isThere)(`what goes wrong with the real Codex CLI${why}`, () => {
  it("is context-overflow with a prompt that is longer than Codex takes", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await workingFolder(), server.url, { prompt: "x".repeat(1_100_000) }).finished;
    expect(error).toMatchObject({ code: "context-overflow" });
  });

  it("is auth with a wrong key, which nobody is told", async () => {
    const server = await serve([answer]);
    const turn = begin(await workingFolder(), server.url, { apiKey: "sk-wrong" });
    expect((await turn.finished).error).toMatchObject({ code: "auth", status: 401 });
    expect(JSON.stringify(turn.events)).toContain("Incorrect API key provided: Bearer [key]");
    expect(JSON.stringify(turn.events)).not.toContain("sk-wrong");
  });

  it("is unknown-model with a model that is not there", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await workingFolder(), server.url, { model: "gpt-5.6-soll" }).finished;
    expect(error).toMatchObject({
      code: "unknown-model",
      message: expect.stringMatching(/gpt-5\.6-soll.*gpt-5\.6-sol\b/s),
    });
  });

  it("is network when nobody listens", async () => {
    const { error } = await begin(await workingFolder(), "http://127.0.0.1:1").finished;
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("http://127.0.0.1:1/v1") });
  });

  it.each(["rate-limit", "quota", "server-error", "overloaded", "context-overflow", "invalid-request"] as const)(
    "is %s when the endpoint says so",
    async (kind) => {
      const server = await serve(Array.from({ length: 12 }, (_, at) => ({ id: `${at}`, parts: [], fault: { kind } })));
      expect((await begin(await workingFolder(), server.url).finished).error).toMatchObject({ code: kind });
    },
  );

  it("is auth before anything is sent when nobody is logged in", async () => {
    const home = await workingFolder();
    vi.stubEnv("CODEX_HOME", home);
    vi.stubEnv("OPENAI_API_KEY", canaryKey);
    const { error } = await begin(home, "", { billing: "subscription" }).finished;
    expect(error).toMatchObject({ code: "auth", message: expect.stringContaining("Nobody is logged in") });
    await expect(cli({ program }).check?.({ model: "" })).rejects.toMatchObject({ code: "auth" });
  });
});
