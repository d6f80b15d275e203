import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FinishEvent, TurnEvent } from "@aifactory/core";
import { calls, canaryKey, type Scene, sceneServer, says, type SceneServer } from "@aifactory/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import { cli } from "../../src/index.js";
import { claudeCodeProtocol } from "./claude-code-protocol.js";

const { path: program, isThere, why } = agentPrograms.claude;

const usage = { inputTokens: 1_100, cacheReadTokens: 900, outputTokens: 70 };

interface Turn {
  readonly cwd: string;
  readonly events: TurnEvent[];
  readonly finished: Promise<FinishEvent>;
  abort(): void;
}

async function workingFolder(): Promise<string> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
  onTestFinished(async () => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));
  execFileSync("git", ["init", "--quiet"], { cwd });
  return cwd;
}

async function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  const server = await sceneServer(claudeCodeProtocol, scenes);
  onTestFinished(server.close);
  return server;
}

function begin(cwd: string, baseURL: string, apiKey: string = canaryKey): Turn {
  const controller = new AbortController();
  const events: TurnEvent[] = [];
  const provider = cli({ program, billing: "key", apiKey, baseURL });
  const read = async (): Promise<FinishEvent> => {
    const messages = [{ role: "user", text: "Write made.txt." }] as const;
    const asked = { model: "claude-opus-5-5", system: "You are careful.", messages, tools: [], cwd };
    for await (const event of provider.turn({ ...asked, signal: controller.signal })) events.push(event);
    const last = events.at(-1);
    if (last?.type !== "finish") throw new Error("No finish.");
    return last;
  };
  return { cwd, events, finished: read(), abort: () => controller.abort() };
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
    const command = "for i in $(seq 300); do echo x >> heartbeat; sleep 0.1; done";
    const beat = calls("toolu_1", "Bash", { command, description: "Beat" });
    const server = await serve([{ id: "beats", parts: [beat], usage }, answer]);
    const turn = begin(cwd, server.url);
    const beats = async (): Promise<number> => (await stat(join(cwd, "heartbeat")).catch(() => ({ size: 0 }))).size;
    await expect.poll(beats, { timeout: 20_000 }).toBeGreaterThan(0);
    turn.abort();
    expect((await turn.finished).reason.unified).toBe("aborted");
    const before = await beats();
    await sleep(800);
    expect(await beats()).toBe(before);
  });

  it("passes its own check", async () => {
    expect(await cli({ program }).check?.({ model: "" })).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });
});
