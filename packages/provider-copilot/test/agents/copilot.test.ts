import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { calls, canaryKey, type Scene, says, type SceneServer } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import {
  beginTurn,
  emptyFolder,
  expectNothingLeft,
  heartbeats,
  type RealTurn,
  serveScenes,
} from "../../../../test/real-turn.js";
import copilot from "../../src/index.js";
import { chatProtocol } from "./chat-protocol.js";

const { path: program, isThere, why } = agentPrograms.copilot;

function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  return serveScenes(chatProtocol, scenes);
}

interface Asked {
  readonly apiKey?: string;
  readonly model?: string;
  readonly prompt?: string;
}

function begin(cwd: string, url: string, { apiKey = canaryKey, model = "scripted-1", prompt }: Asked = {}): RealTurn {
  return beginTurn(copilot({ program, endpoint: { baseUrl: `${url}/v1`, apiKey } }), { cwd, model, prompt });
}

const answer: Scene = { id: "answer", parts: [says("Done.")] };

describe.skipIf(!isThere)(`copilot with the real program${why}`, () => {
  it("writes the file and nothing else, and shows the key to no command", async () => {
    const cwd = await emptyFolder();
    const write = calls("call_1", "create", { path: join(cwd, "made.txt"), file_text: "made\n" });
    const env = calls("call_2", "bash", { command: "env > seen.txt", description: "Look" });
    const server = await serve([{ id: "works", parts: [says("I write."), write, env] }, answer]);
    const turn = begin(cwd, server.url);
    const finish = await turn.finished;
    expect(finish).toMatchObject({ reason: { unified: "stop" }, message: { text: "I write.\n\nDone." } });
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    expect(await readFile(join(cwd, "seen.txt"), "utf8")).not.toContain(canaryKey);
    expect((await readdir(cwd)).toSorted()).toEqual(["made.txt", "seen.txt"]);
    expect(turn.events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(JSON.stringify(turn.events)).not.toContain(canaryKey);
    expect(turn.events.filter(({ type }) => type === "raw")).toEqual([]);
  });

  it("takes a prompt that is longer than an argument may be", async () => {
    const server = await serve([answer]);
    const prompt = `${"x".repeat(300_000)} the end`;
    expect((await begin(await emptyFolder(), server.url, { prompt }).finished).message.text).toBe("Done.");
    expect(JSON.stringify(server.requests()[0]?.messages)).toMatch(/You are careful\..*x the end/s);
  });

  it("is auth with a wrong key", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await emptyFolder(), server.url, { apiKey: "sk-wrong" }).finished;
    expect(error).toMatchObject({ code: "auth", status: 401 });
  });

  it("is unknown-model with a model that is not there", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await emptyFolder(), server.url, { model: "scripted-9" }).finished;
    expect(error).toMatchObject({ code: "unknown-model", message: expect.stringContaining("scripted-9") });
  });

  it("is network when nobody listens", async () => {
    const { error } = await begin(await emptyFolder(), "http://127.0.0.1:1").finished;
    expect(error).toMatchObject({ code: "network" });
  });

  it("leaves nothing running after an abort", async () => {
    const cwd = await emptyFolder();
    const beats = calls("call_1", "bash", { command: heartbeats, description: "Beat" });
    const server = await serve([{ id: "beats", parts: [beats] }, answer]);
    await expectNothingLeft(begin(cwd, server.url), cwd);
  });

  it("passes its own check", async () => {
    expect(await copilot({ program }).check?.({ model: "" })).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });
});
