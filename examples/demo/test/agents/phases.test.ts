import { says } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { finishes, mixedRun, plans, writes } from "../mixed-run.js";
import { models } from "../models.js";
import { agents } from "./agents.js";

const { program, open, shell } = agents["codex-cli"]!;

describe.skipIf(!program.isThere)(`phases over a vendor's API, a local model and a real agent${program.why}`, () => {
  it("are each served by whom the task names, in one run", async () => {
    const phases = {
      plan: await models["claude"]!([plans]),
      code: await models["ollama"]!([writes("1\n"), finishes]),
      fix: await open([
        { id: "fixes", parts: [shell("echo 2 > a.txt")] },
        { id: "ends", parts: [says("Done.")] },
      ]),
    };
    const { outcome, asked, written } = await mixedRun(phases);
    expect(outcome).toMatchObject({ status: "ready", verdict: { status: "passed" }, turns: 4 });
    expect(outcome.models.map((model) => model.asked)).toEqual(Object.values(phases).map(({ model }) => model));
    expect(Object.values(asked).map((requests) => requests.length)).toEqual([1, 2, 2]);
    expect(asked.fix[0]).toContain("a.txt is wrong");
    expect(written).toBe("2");
  });
});
