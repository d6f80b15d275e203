import { mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FinishEvent, TurnEvent } from "@aifactory/core";
import { calls, canaryKey, type Scene, sceneServer, says, type SceneServer } from "@aifactory/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import copilot from "../../src/index.js";
import { chatProtocol } from "./chat-protocol.js";

const { path: program, isThere, why } = agentPrograms.copilot;

interface Turn {
  readonly events: TurnEvent[];
  readonly finished: Promise<FinishEvent>;
  abort(): void;
}

async function workingFolder(): Promise<string> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
  onTestFinished(async () => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));
  return cwd;
}

async function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  const server = await sceneServer(chatProtocol, scenes);
  onTestFinished(server.close);
  return server;
}

interface Asked {
  readonly apiKey?: string;
  readonly model?: string;
  readonly prompt?: string;
}

function begin(
  cwd: string,
  url: string,
  { apiKey = canaryKey, model = "scripted-1", prompt = "Go." }: Asked = {},
): Turn {
  const controller = new AbortController();
  const events: TurnEvent[] = [];
  const provider = copilot({ program, endpoint: { baseUrl: `${url}/v1`, apiKey } });
  const read = async (): Promise<FinishEvent> => {
    const messages = [{ role: "user", text: prompt }] as const;
    const asked = { model, system: "You are careful.", messages, tools: [], cwd };
    for await (const event of provider.turn({ ...asked, signal: controller.signal })) events.push(event);
    const last = events.at(-1);
    if (last?.type !== "finish") throw new Error("No finish.");
    return last;
  };
  return { events, finished: read(), abort: () => controller.abort() };
}

const answer: Scene = { id: "answer", parts: [says("Done.")] };

describe.skipIf(!isThere)(`copilot with the real program${why}`, () => {
  it("writes the file and nothing else, and shows the key to no command", async () => {
    const cwd = await workingFolder();
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
    expect((await begin(await workingFolder(), server.url, { prompt }).finished).message.text).toBe("Done.");
    expect(JSON.stringify(server.requests()[0]?.messages)).toMatch(/You are careful\..*x the end/s);
  });

  it("is auth with a wrong key", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await workingFolder(), server.url, { apiKey: "sk-wrong" }).finished;
    expect(error).toMatchObject({ code: "auth", status: 401 });
  });

  it("is unknown-model with a model that is not there", async () => {
    const server = await serve([answer]);
    const { error } = await begin(await workingFolder(), server.url, { model: "scripted-9" }).finished;
    expect(error).toMatchObject({ code: "unknown-model", message: expect.stringContaining("scripted-9") });
  });

  it("is network when nobody listens", async () => {
    const { error } = await begin(await workingFolder(), "http://127.0.0.1:1").finished;
    expect(error).toMatchObject({ code: "network" });
  });

  it("leaves nothing running after an abort", async () => {
    const cwd = await workingFolder();
    const command = "for i in $(seq 300); do echo x >> heartbeat; sleep 0.1; done";
    const server = await serve([
      { id: "beats", parts: [calls("call_1", "bash", { command, description: "Beat" })] },
      answer,
    ]);
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
    expect(await copilot({ program }).check?.({ model: "" })).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });
});
