import { calls, canaryKey, type Scene, type ScenePart, says, type SceneServer } from "@aifactory/core/testing";
import { agentPrograms } from "../../../../test/agent-programs.js";
import { beginTurn, type RealTurn, serveScenes } from "../../../../test/real-turn.js";
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

/** A server that plays the scenes, closed after the test. */
export function serve(scenes: readonly Scene[]): Promise<SceneServer> {
  return serveScenes(codexCliProtocol, scenes);
}

interface Asked extends CodexCliOptions {
  readonly model?: string;
  readonly prompt?: string;
}

/** Begins a turn of the real program in a folder, with the server at `url` to think for it. */
export function begin(cwd: string, url: string, { model = models.plain, prompt, ...options }: Asked = {}): RealTurn {
  const keyed = { billing: "key", apiKey: canaryKey, baseURL: `${url}/v1` } as const;
  return beginTurn(cli({ program, ...keyed, ...options }), { cwd, model, prompt });
}
