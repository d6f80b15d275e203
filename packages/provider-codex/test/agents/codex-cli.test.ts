import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FinishEvent, TurnEvent } from "@aifactory/core";
import {
  calls,
  canaryKey,
  type Scene,
  type ScenePart,
  sceneServer,
  says,
  type SceneServer,
} from "@aifactory/core/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { cli, type CodexCliOptions } from "../../src/index.js";
import { codexCliProtocol, models } from "./codex-cli-protocol.js";

/** Where the programs are: a folder with `node_modules`, outside of this repository. */
const folder = process.env["AIFACTORY_AGENTS"] ?? join(homedir(), ".cache", "aifactory-agents");
const triples: { readonly [platform: string]: string } = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};
const here = `${process.platform}-${process.arch}`;
const native = join(`codex-${here}`, "vendor", triples[here] ?? here, "bin", "codex");
const program = join(folder, "node_modules", "@openai", native);
const isThere = existsSync(program);
const why = isThere ? "" : ` [skipped: nothing at ${program}; set AIFACTORY_AGENTS]`;

const usage = { inputTokens: 1_100, cacheReadTokens: 900, outputTokens: 70, reasoningTokens: 30 };
const answer: Scene = { id: "answer", parts: [says("Done.")], usage };
const patch = "*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch\n";
const write: ScenePart = { type: "call", id: "call_write", name: "apply_patch", argumentChunks: [patch] };

interface Turn {
  readonly events: TurnEvent[];
  readonly finished: Promise<FinishEvent>;
  abort(): void;
}

interface Asked extends CodexCliOptions {
  readonly model?: string;
  readonly prompt?: string;
}

async function workingFolder(): Promise<string> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
  onTestFinished(async () => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));
  execFileSync("git", ["init", "--quiet"], { cwd });
  return cwd;
}

async function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  const server = await sceneServer(codexCliProtocol, scenes);
  onTestFinished(server.close);
  return server;
}

function begin(cwd: string, url: string, { model = models.plain, prompt = "Go.", ...options }: Asked = {}): Turn {
  const controller = new AbortController();
  const events: TurnEvent[] = [];
  const provider = cli({ program, billing: "key", apiKey: canaryKey, baseURL: `${url}/v1`, ...options });
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

function runs(cmd: string): ScenePart {
  return calls("call_run", "exec_command", { cmd });
}

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!isThere)(`codex-cli with the real program${why}`, () => {
  it("writes the file and nothing else, and shows the key to no command", async () => {
    const cwd = await workingFolder();
    const server = await serve([
      { id: "works", parts: [says("I write."), write, runs("env > seen.txt")], usage },
      answer,
    ]);
    const turn = begin(cwd, server.url);
    expect(await turn.finished).toMatchObject({
      reason: { unified: "stop", raw: "completed" },
      servedModel: models.plain,
      message: { text: "I write.\n\nDone." },
    });
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    const seen = await readFile(join(cwd, "seen.txt"), "utf8");
    expect(seen).not.toContain(canaryKey);
    expect(seen).toContain("AIFACTORY_PROCESS=");
    expect((await readdir(cwd)).toSorted()).toEqual([".git", "made.txt", "seen.txt"]);
    expect(turn.events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(turn.events.findLast(({ type }) => type === "usage")).toMatchObject({
      counts: "turn",
      usage: { inputTokens: 2_200, cacheReadTokens: 1_800, outputTokens: 140, reasoningTokens: 60 },
    });
    expect(JSON.stringify(turn.events)).not.toContain(canaryKey);
    expect(turn.events.filter(({ type }) => type === "raw" || type === "notice")).toEqual([]);
  });

  it("works with a model whose one tool runs JavaScript", async () => {
    const cwd = await workingFolder();
    const script = `await tools.exec_command({ cmd: "exit 3" }); await tools.apply_patch(${JSON.stringify(patch)});`;
    const exec: ScenePart = { type: "call", id: "call_1", name: "exec", argumentChunks: [script] };
    const server = await serve([{ id: "scripts", parts: [exec], usage }, answer]);
    const turn = begin(cwd, server.url, { model: models.codeMode });
    expect((await turn.finished).message.text).toBe("Done.");
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    const results = turn.events.filter((event) => event.type === "tool-result");
    expect(results.map(({ isError }) => isError)).toEqual([true, false]);
  });

  it("writes in its folder and its own TMPDIR only, unless a sandbox is around it", async () => {
    const cwd = await workingFolder();
    const other = await workingFolder();
    const escape = runs(`mktemp > made.txt; echo x > ${other}/escaped.txt`);
    await begin(cwd, (await serve([{ id: "in", parts: [escape] }, answer])).url).finished;
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toMatch(/tmp\.\w+\n/);
    expect(await readdir(other)).toEqual([".git"]);
    const sandbox = "danger-full-access";
    await begin(cwd, (await serve([{ id: "out", parts: [escape] }, answer])).url, { sandbox }).finished;
    expect(await readdir(other)).toEqual([".git", "escaped.txt"]);
  });

  it("does not obey settings that stand in the folder", async () => {
    const cwd = await workingFolder();
    const server = await serve([answer]);
    await mkdir(join(cwd, ".codex"));
    await writeFile(join(cwd, ".codex", "config.toml"), 'model = "evil-1"\nmodel_provider = "evil"\n');
    const turn = begin(cwd, server.url, { model: "" });
    expect(await turn.finished).toMatchObject({ message: { text: "Done." }, servedModel: models.codeMode });
    expect(turn.events).toContainEqual(
      expect.objectContaining({ type: "notice", code: "warning", message: expect.stringContaining("untrusted") }),
    );
  });

  it("takes a prompt that is longer than an argument may be", async () => {
    const server = await serve([answer]);
    const prompt = `${"x".repeat(300_000)} the end`;
    expect((await begin(await workingFolder(), server.url, { prompt }).finished).message.text).toBe("Done.");
    expect(JSON.stringify(server.requests()[0]?.messages)).toMatch(/You are careful\..*x the end/s);
  });

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

  it("finishes, and writes the file, however much it logs", async () => {
    vi.stubEnv("RUST_LOG", "trace");
    const cwd = await workingFolder();
    const wrapper = join(cwd, ".git", "codex");
    await writeFile(
      wrapper,
      `#!/bin/sh\necho "RUST_LOG=$RUST_LOG" > ${cwd}/log.txt\nRUST_LOG=trace exec ${program} "$@"\n`,
    );
    await chmod(wrapper, 0o755);
    const server = await serve([{ id: "works", parts: [write], usage }, answer]);
    expect((await begin(cwd, server.url, { program: wrapper }).finished).message.text).toBe("Done.");
    expect(await readFile(join(cwd, "made.txt"), "utf8")).toBe("made\n");
    expect(await readFile(join(cwd, "log.txt"), "utf8")).toBe("RUST_LOG=\n");
  });

  it.each(["workspace-write", "danger-full-access"] as const)(
    "leaves nothing running after an abort: %s",
    async (sandbox) => {
      const cwd = await workingFolder();
      const beat = "for i in $(seq 300); do echo x >> heartbeat; sleep 0.1; done";
      const server = await serve([{ id: "beats", parts: [runs(`setsid sh -c '${beat}' & ${beat}`)], usage }, answer]);
      const turn = begin(cwd, server.url, { sandbox });
      const beats = async (): Promise<number> => (await stat(join(cwd, "heartbeat")).catch(() => ({ size: 0 }))).size;
      await expect.poll(beats, { timeout: 20_000 }).toBeGreaterThan(0);
      turn.abort();
      expect((await turn.finished).reason.unified).toBe("aborted");
      const before = await beats();
      await sleep(800);
      expect(await beats()).toBe(before);
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

  it("passes its own check", async () => {
    const status = await cli({ program, billing: "key", apiKey: "sk-any" }).check?.({ model: "" });
    expect(status).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), billing: "key" });
  });
});
