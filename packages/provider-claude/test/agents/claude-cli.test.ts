import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { calls, canaryKey, type Scene, says, type SceneServer } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import {
  beginTurn,
  expectNothingLeft,
  heartbeats,
  type RealTurn,
  serveScenes,
  workingFolder,
} from "../../../../test/real-turn.js";
import { cli } from "../../src/index.js";
import { claudeCodeProtocol } from "./claude-code-protocol.js";

const { path: program, isThere, why } = agentPrograms.claude;

const usage = { inputTokens: 1_100, cacheReadTokens: 900, outputTokens: 70 };

const model = "claude-opus-5-5";

function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  return serveScenes(claudeCodeProtocol, scenes);
}

function begin(cwd: string, baseURL: string, apiKey: string = canaryKey): RealTurn {
  return beginTurn(cli({ program, billing: "key", apiKey, baseURL }), { cwd, model, prompt: "Write made.txt." });
}

const answer: Scene = { id: "answer", parts: [says("Done.")], usage };

describe.skipIf(!isThere)(`claude-cli with the real program${why}`, () => {
  it("writes the file and nothing else, and shows the key to no command", async () => {
    const cwd = await workingFolder();
    const write = calls("toolu_1", "Write", { file_path: join(cwd, "made.txt"), content: "made\n" });
    const env = calls("toolu_2", "Bash", { command: "env > seen.txt", description: "Look" });
    const server = await serve([{ id: "works", parts: [says("I write."), write, env], usage }, answer]);
    const turn = begin(cwd, server.url);
    expect(await turn.finished).toMatchObject({
      reason: { unified: "stop" },
      servedModel: "claude-opus-5-5",
      message: { text: "I write.\n\nDone." },
    });
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    expect(await readFile(join(cwd, "seen.txt"), "utf8")).not.toContain(canaryKey);
    expect((await readdir(cwd)).toSorted()).toEqual([".git", "made.txt", "seen.txt"]);
    expect(turn.events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(turn.events).toContainEqual(
      expect.objectContaining({
        type: "usage",
        usage: expect.objectContaining({ inputTokens: 2_200, outputTokens: 140 }),
      }),
    );
    expect(JSON.stringify(turn.events)).not.toContain(canaryKey);
    expect(turn.events.filter(({ type }) => type === "raw")).toEqual([]);
    const [first] = server.requests();
    expect(JSON.stringify(first?.messages)).toContain("You are careful.");
  });

  it("is auth with a wrong key", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await workingFolder(), server.url, "sk-ant-wrong").finished;
    expect(error).toMatchObject({ code: "auth", status: 401 });
  });

  it("is network when nobody listens", async () => {
    const { error } = await begin(await workingFolder(), "http://127.0.0.1:1").finished;
    expect(error).toMatchObject({ code: "network" });
  });

  it("leaves nothing running after an abort", async () => {
    const cwd = await workingFolder();
    const beats = calls("toolu_1", "Bash", { command: heartbeats, description: "Beat" });
    const server = await serve([{ id: "beats", parts: [beats], usage }, answer]);
    await expectNothingLeft(begin(cwd, server.url), cwd);
  });

  it("passes its own check", async () => {
    expect(await cli({ program }).check?.({ model: "" })).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });
});
