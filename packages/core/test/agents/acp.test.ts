import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { calls, canaryKey, says } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { agentPrograms } from "../../../../test/agent-programs.js";
import { beginTurn, emptyFolder, serveScenes } from "../../../../test/real-turn.js";
import { chatProtocol } from "../../../provider-copilot/test/agents/chat-protocol.js";
import { resolveModel } from "../../src/resolve.js";

const { path: program, isThere, why } = agentPrograms.copilot;

describe.skipIf(!isThere)(`acp: with another real program${why}`, () => {
  it("drives Copilot, of which it knows nothing", async () => {
    const cwd = await emptyFolder();
    const write = calls("call_1", "create", { path: join(cwd, "made.txt"), file_text: "made\n" });
    const { url } = await serveScenes(chatProtocol, [
      { id: "works", parts: [says("I write."), write] },
      { id: "answer", parts: [says("Done.")] },
    ]);
    // No variable of ours goes to a program that we do not know.
    const endpoint = [`COPILOT_PROVIDER_BASE_URL=${url}/v1`, `COPILOT_PROVIDER_API_KEY=${canaryKey}`];
    const set = ["COPILOT_OFFLINE=true", "COPILOT_AUTO_UPDATE=false", "COPILOT_MODEL=scripted-1", ...endpoint];
    const { provider, model } = await resolveModel(`acp:env ${set.join(" ")} ${program} --acp`, {});
    const { events, finished } = beginTurn(provider, { cwd, model });
    await finished;
    expect(events.at(-1)).toMatchObject({ reason: { unified: "stop", raw: "end_turn" } });
    // Between the two it says something of its own.
    expect(events.at(-1)).toMatchObject({ message: { text: expect.stringMatching(/^I write\..*Done\.$/s) } });
    expect(await readdir(cwd)).toEqual(["made.txt"]);
    expect(events).toContainEqual({ type: "file-change", path: "made.txt", change: "add" });
    expect(events.filter(({ type }) => type === "raw")).toEqual([]);
  });
});
