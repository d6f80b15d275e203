import { execFileSync } from "node:child_process";
import { mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { type Scene, sceneServer, type SceneServer, type WireProtocol } from "../packages/core/src/testing/index.js";
import type { FinishEvent, Provider, TurnEvent } from "../packages/core/src/types.js";

/** A turn in progress. */
export interface RealTurn {
  readonly events: TurnEvent[];
  readonly finished: Promise<FinishEvent>;
  abort(): void;
}

/** Begins a turn of a provider in a folder. */
export function beginTurn(
  provider: Provider,
  {
    cwd,
    model,
    prompt = "Go.",
  }: { readonly cwd: string; readonly model: string; readonly prompt?: string | undefined },
): RealTurn {
  const controller = new AbortController();
  const events: TurnEvent[] = [];
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

/** A folder of its own, removed after the test. */
export async function emptyFolder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
  onTestFinished(async () => rm(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** A repository without a commit, removed after the test. */
export async function workingFolder(): Promise<string> {
  const cwd = await emptyFolder();
  execFileSync("git", ["init", "--quiet"], { cwd });
  return cwd;
}

/** A server that plays the scenes, closed after the test. */
export async function serveScenes<Body>(protocol: WireProtocol<Body>, scenes: readonly Scene[]): Promise<SceneServer> {
  const server = await sceneServer(protocol, scenes);
  onTestFinished(server.close);
  return server;
}

const beat = (file: string): string => `seq 300 | while read i; do echo x >> ${file}; sleep 0.1; done`;

/** A command that beats in two files: in its own session, and in one that it opens. It ends by itself after a while. */
export const heartbeats = `setsid sh -c '${beat("away")}' & ${beat("here")}`;

/** Aborts a turn whose model has `heartbeats` run, and sees both stop. */
export async function expectNothingLeft(turn: RealTurn, cwd: string): Promise<void> {
  const size = async (file: string): Promise<number> => (await stat(join(cwd, file)).catch(() => ({ size: 0 }))).size;
  const beats = async (): Promise<readonly number[]> => [await size("here"), await size("away")];
  await expect.poll(beats, { timeout: 20_000 }).not.toContain(0);
  turn.abort();
  expect((await turn.finished).reason.unified).toBe("aborted");
  const before = await beats();
  await sleep(800);
  expect(await beats()).toEqual(before);
}
