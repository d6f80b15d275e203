import { existsSync } from "node:fs";
import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { TurnEvent } from "@aifactory/core";
import { calls, canaryKey, sceneServer, says } from "@aifactory/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { chatProtocol } from "../../../provider-copilot/test/agents/chat-protocol.js";
import { resolveModel } from "../../src/resolve.js";

/** Where the programs are: a folder with `node_modules`, outside of this repository. */
const folder = process.env["AIFACTORY_AGENTS"] ?? join(homedir(), ".cache", "aifactory-agents");
const program = join(folder, "node_modules", `@github/copilot-${process.platform}-${process.arch}`, "copilot");
const isThere = existsSync(program);
const why = isThere ? "" : ` [skipped: nothing at ${program}; set AIFACTORY_AGENTS]`;

describe.skipIf(!isThere)(`acp: with another real program${why}`, () => {
  it("drives Copilot, of which it knows nothing", async () => {
    const cwd = await realpath(await mkdtemp(join(tmpdir(), "aifactory-real-")));
    onTestFinished(async () => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));
    const write = calls("call_1", "create", { path: join(cwd, "made.txt"), file_text: "made\n" });
    const { url, close } = await sceneServer(chatProtocol, [
      { id: "works", parts: [says("I write."), write] },
      { id: "answer", parts: [says("Done.")] },
    ]);
    onTestFinished(close);
    // No variable of ours goes to a program that we do not know.
    const endpoint = [`COPILOT_PROVIDER_BASE_URL=${url}/v1`, `COPILOT_PROVIDER_API_KEY=${canaryKey}`];
    const set = ["COPILOT_OFFLINE=true", "COPILOT_AUTO_UPDATE=false", "COPILOT_MODEL=scripted-1", ...endpoint];
    const { provider, model } = await resolveModel(`acp:env ${set.join(" ")} ${program} --acp`, {});
    const events: TurnEvent[] = [];
    const messages = [{ role: "user", text: "Go." }] as const;
    const asked = { model, system: "You are careful.", messages, tools: [], cwd };
    for await (const event of provider.turn({ ...asked, signal: new AbortController().signal })) events.push(event);
    expect(events.at(-1)).toMatchObject({ reason: { unified: "stop", raw: "end_turn" } });
    // Between the two it says something of its own.
    expect(events.at(-1)).toMatchObject({ message: { text: expect.stringMatching(/^I write\..*Done\.$/s) } });
    expect(await readdir(cwd)).toEqual(["made.txt"]);
    expect(events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(events.filter(({ type }) => type === "raw")).toEqual([]);
  });
});
