import { says } from "@aifactory/core/testing";
import { expect, it } from "vitest";
import { finishes, mixedRun, plans, writes } from "./mixed-run.js";
import { models } from "./models.js";

it("each phase of one run is served by the vendor that the task names for it, and by nobody else", async () => {
  const phases = {
    plan: await models["claude"]!([plans]),
    code: await models["ollama"]!([writes("1\n"), { ...finishes, parts: [says("Ready."), ...finishes.parts] }]),
    fix: await models["codex"]!([writes("2\n"), finishes]),
  };
  const { outcome, asked, written } = await mixedRun(phases);
  expect(outcome).toMatchObject({ status: "ready", verdict: { status: "passed" }, turns: 5 });
  expect(outcome.models.map((model) => model.asked)).toEqual(Object.values(phases).map(({ model }) => model));
  expect(Object.values(asked).map((requests) => requests.length)).toEqual([1, 2, 2]);
  expect(asked.plan[0]).toContain("Make a plan");
  expect(asked.code.join()).not.toContain("Make a plan");
  expect(asked.fix[0]).toContain("a.txt is wrong");
  expect(written).toBe("2");
});
