import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FinishEvent, TurnEvent } from "@aifactory/core";
import { calls, canaryKey, type Scene, sceneServer, says, type SceneServer, thinks } from "@aifactory/core/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { cli, type GeminiCliOptions } from "../../src/index.js";
import { geminiCliProtocol } from "./gemini-cli-protocol.js";

/** Where the programs are: a folder with `node_modules`, outside of this repository. */
const folder = process.env["AIFACTORY_AGENTS"] ?? join(homedir(), ".cache", "aifactory-agents");
const program = join(folder, "node_modules", "@google", "gemini-cli", "bundle", "gemini.js");
const isThere = existsSync(program);
const why = isThere ? "" : ` [skipped: nothing at ${program}; set AIFACTORY_AGENTS]`;

interface Turn {
  readonly events: TurnEvent[];
  readonly finished: Promise<FinishEvent>;
  abort(): void;
}

async function emptyFolder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
  onTestFinished(async () => rm(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

async function serve(...scenes: readonly Scene[]): Promise<SceneServer> {
  const server = await sceneServer(geminiCliProtocol, scenes);
  onTestFinished(server.close);
  return server;
}

const keyed = (baseURL: string, apiKey: string = canaryKey): GeminiCliOptions => ({ billing: "key", apiKey, baseURL });

function begin(cwd: string, options: GeminiCliOptions, prompt = "Write made.txt."): Turn {
  const controller = new AbortController();
  const events: TurnEvent[] = [];
  const provider = cli({ program, ...options });
  const read = async (): Promise<FinishEvent> => {
    const messages = [{ role: "user", text: prompt }] as const;
    const asked = { model: "gemini-3.8-flash", system: "You are careful.", messages, tools: [], cwd };
    for await (const event of provider.turn({ ...asked, signal: controller.signal })) events.push(event);
    const last = events.at(-1);
    if (last?.type !== "finish") throw new Error("No finish.");
    return last;
  };
  return { events, finished: read(), abort: () => controller.abort() };
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
    const beat = (into: string): string => `seq 300 | while read i; do echo x >> ${into}; sleep 0.1; done`;
    const command = `setsid sh -c '${beat("away")}' & ${beat("here")}`;
    const server = await serve({ id: "beats", parts: [shell(command)], usage }, answer);
    const turn = begin(cwd, keyed(server.url));
    const size = async (file: string): Promise<number> => (await stat(join(cwd, file)).catch(() => ({ size: 0 }))).size;
    const beats = async (): Promise<readonly number[]> => [await size("here"), await size("away")];
    await expect.poll(beats, { timeout: 20_000 }).not.toContain(0);
    turn.abort();
    expect((await turn.finished).reason.unified).toBe("aborted");
    const before = await beats();
    await sleep(800);
    expect(await beats()).toEqual(before);
  });

  it("passes its own check", async () => {
    expect(await cli({ program }).check?.({ model: "" })).toMatchObject({ version: expect.stringMatching(/^\d/) });
  });
});
