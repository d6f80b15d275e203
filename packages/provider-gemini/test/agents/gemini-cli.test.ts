import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FinishEvent } from "@aifactory/core";
import { calls, canaryKey, type Scene, says, type SceneServer, thinks } from "@aifactory/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import {
  beginTurn,
  emptyFolder,
  expectNothingLeft,
  heartbeats,
  type RealTurn,
  serveScenes,
} from "../../../../test/real-turn.js";
import { cli, type GeminiCliOptions } from "../../src/index.js";
import { geminiCliProtocol } from "./gemini-cli-protocol.js";

const { path: program, isThere, why } = agentPrograms.gemini;

function serve(...scenes: readonly Scene[]): Promise<SceneServer> {
  return serveScenes(geminiCliProtocol, scenes);
}

const keyed = (baseURL: string, apiKey: string = canaryKey): GeminiCliOptions => ({ billing: "key", apiKey, baseURL });

function begin(cwd: string, options: GeminiCliOptions, prompt = "Write made.txt."): RealTurn {
  return beginTurn(cli({ program, ...options }), { cwd, model: "gemini-3.8-flash", prompt });
}

/** The error of a turn that is answered with these scenes. */
async function errorOf(...scenes: readonly Scene[]): Promise<FinishEvent["error"]> {
  const { url } = await serve(...scenes);
  return (await begin(await emptyFolder(), keyed(url)).finished).error;
}

const usage = { inputTokens: 1_100, outputTokens: 70 };
const answer: Scene = { id: "answer", parts: [says("Done.")], usage };
const shell = (command: string): Scene["parts"][number] => calls("call_2", "run_shell_command", { command });

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!isThere)(`gemini-cli with the real program${why}`, () => {
  it("writes the file and nothing else, and shows the key to no command", async () => {
    const cwd = await emptyFolder();
    const write = calls("call_1", "write_file", { file_path: join(cwd, "made.txt"), content: "made\n" });
    const look =
      'env > seen.txt; cat /proc/*/environ >> seen.txt 2>&1; grep -r "sk-canar[y]" "$GEMINI_CLI_HOME" >> seen.txt';
    const works: Scene = { id: "works", parts: [thinks("Plan"), says("I write."), write, shell(look)], usage };
    const server = await serve(works, answer);
    const turn = begin(cwd, keyed(server.url));
    expect(await turn.finished).toMatchObject({
      reason: { unified: "stop", raw: "end_turn" },
      servedModel: "gemini-3.8-flash",
      message: { text: "I write.\n\nDone." },
    });
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    const seen = await readFile(join(cwd, "seen.txt"), "utf8");
    expect(seen).toContain("GEMINI_CLI_HOME=");
    expect(seen).not.toContain(canaryKey);
    expect((await readdir(cwd)).toSorted()).toEqual(["made.txt", "seen.txt"]);
    expect(turn.events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(turn.events).toContainEqual({
      type: "usage",
      counts: "turn",
      usage: { inputTokens: 2_200, outputTokens: 140 },
    });
    expect(JSON.stringify(turn.events)).not.toContain(canaryKey);
    expect(turn.events.filter(({ type }) => type === "raw")).toEqual([]);
  });

  it("takes a prompt that is longer than an argument may be", async () => {
    const server = await serve(answer);
    const turn = begin(await emptyFolder(), keyed(server.url), `${"x".repeat(300_000)} the end`);
    expect((await turn.finished).message.text).toBe("Done.");
    expect(JSON.stringify(server.requests()[0]?.messages)).toMatch(/You are careful\..*x the end/s);
  });

  it("is auth with a wrong key, which is not repeated", async () => {
    const server = await serve(answer);
    const { error } = await begin(await emptyFolder(), keyed(server.url, "sk-wrong")).finished;
    expect(error).toMatchObject({ code: "auth", status: 400, message: expect.not.stringContaining("sk-wrong") });
  });

  it("is unknown-model with a model that is not there", async () => {
    const error = await errorOf({ id: "unknown", parts: [], fault: { kind: "unknown-model" } });
    expect(error).toMatchObject({ code: "unknown-model", message: expect.stringContaining("gemini-3.8-flash") });
  });

  it("is quota with its reset when the day's requests are used up", async () => {
    const error = await errorOf({ id: "quota", parts: [], fault: { kind: "quota" } });
    expect(error).toMatchObject({ code: "quota", retryable: false, resetsAt: expect.stringMatching(/^20.*Z$/) });
  });

  it("is rate-limit with the server's delay, after it has waited once itself", async () => {
    const fault = { kind: "rate-limit", retryAfterSeconds: 1 } as const;
    const error = await errorOf({ id: "one", parts: [], fault }, { id: "two", parts: [], fault });
    expect(error).toMatchObject({ code: "rate-limit", status: 429, retryAfterMs: 1_000 });
  });

  it("is cut-stream when the connection breaks", async () => {
    const error = await errorOf({ id: "cut", parts: [says("Half an ")], ending: "cut" });
    expect(error).toMatchObject({ code: "cut-stream" });
  });

  it("is no answer when the model's was withheld; why, the program does not say", async () => {
    const withheld: Omit<Scene, "id"> = { parts: [], stop: "content-filter", usage };
    const error = await errorOf({ id: "one", ...withheld }, { id: "two", ...withheld });
    expect(error).toMatchObject({ code: "cut-stream", message: expect.stringContaining("withheld") });
  });

  it("is network when nobody listens", async () => {
    const { error } = await begin(await emptyFolder(), keyed("http://127.0.0.1:1")).finished;
    expect(error).toMatchObject({ code: "network" });
  });

  it("is auth without a login, whatever keys the environment and the worktree have", async () => {
    const server = await serve(answer);
    const cwd = await emptyFolder();
    await writeFile(join(cwd, ".env"), `GEMINI_API_KEY=${canaryKey}\nGOOGLE_GEMINI_BASE_URL=${server.url}\n`);
    vi.stubEnv("GEMINI_API_KEY", canaryKey);
    vi.stubEnv("GOOGLE_GEMINI_BASE_URL", server.url);
    vi.stubEnv("GEMINI_CLI_HOME", await emptyFolder());
    const { error } = await begin(cwd, {}).finished;
    expect(error).toMatchObject({ code: "auth", message: expect.stringContaining("/auth") });
    expect(server.requests()).toEqual([]);
  });

  it("leaves nothing running after an abort, not what has a session of its own either", async () => {
    const cwd = await emptyFolder();
    const server = await serve({ id: "beats", parts: [shell(heartbeats)], usage }, answer);
    await expectNothingLeft(begin(cwd, keyed(server.url)), cwd);
  });

  it("passes its own check", async () => {
    expect(await cli({ program }).check?.({ model: "" })).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });
});
