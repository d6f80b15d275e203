import { execFileSync } from "node:child_process";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { onTestFinished } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import { cli, type CodexCliOptions } from "../../src/index.js";
import { codexCliProtocol, models } from "./codex-cli-protocol.js";

/** The real program; `why` is for the name of what is skipped. */
export const { path: program, isThere, why } = agentPrograms.codex;

const usage = { inputTokens: 1_100, cacheReadTokens: 900, outputTokens: 70, reasoningTokens: 30 };
export const answer: Scene = { id: "answer", parts: [says("Done.")], usage };

/** A patch that makes `made.txt`, and the call of it. */
export const patch = "*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch\n";
export const write: ScenePart = { type: "call", id: "call_write", name: "apply_patch", argumentChunks: [patch] };

/** A scene of these parts, which reports what it used. */
export function scene(...parts: readonly ScenePart[]): Scene {
  return { id: "works", parts, usage };
}

/** The model has a command run. */
export function runs(cmd: string): ScenePart {
  return calls("call_run", "exec_command", { cmd });
}

/** A repository without a commit, removed after the test. */
export async function workingFolder(): Promise<string> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
  onTestFinished(async () => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));
  execFileSync("git", ["init", "--quiet"], { cwd });
  return cwd;
}

/** A server that plays the scenes, closed after the test. */
export async function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  const server = await sceneServer(codexCliProtocol, scenes);
  onTestFinished(server.close);
  return server;
}

/** A turn in progress. */
export interface Turn {
  readonly events: TurnEvent[];
  readonly finished: Promise<FinishEvent>;
  abort(): void;
}

interface Asked extends CodexCliOptions {
  readonly model?: string;
  readonly prompt?: string;
}

/** Begins a turn of the real program in a folder, with the server at `url` to think for it. */
export function begin(
  cwd: string,
  url: string,
  { model = models.plain, prompt = "Go.", ...options }: Asked = {},
): Turn {
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
