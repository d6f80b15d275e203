import type { Effort, Message } from "@aifactory/core";
import { type Scene, says } from "@aifactory/core/testing";
import { describe, expect, it } from "vitest";
import { thinkingOf } from "../src/thinking.js";
import { finishOf, play } from "./stage.js";

const done: Scene = { id: "done", parts: [says("Done.")] };
const efforts: readonly (Effort | undefined)[] = [undefined, "none", "minimal", "low", "medium", "high", "max"];
const models = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-opus-5", "claude-opus-4-6", "claude-haiku-4-5"];
const adaptive = { type: "adaptive", display: "summarized" };

describe("effort", () => {
  it.each(models)("of any degree is accepted by %s", async (model) => {
    const { turns } = await play(
      efforts.map((_, at) => ({ ...done, id: `done-${at}` })),
      (_said, turn) => {
        const effort = efforts[turn];
        return { model, ...(effort && { effort }) };
      },
    );
    expect(turns.map((events) => finishOf(events).error)).toEqual(efforts.map(() => undefined));
  });

  it.each<[string, Effort | undefined, object]>([
    ["claude-opus-5-5", undefined, { thinking: adaptive }],
    ["claude-opus-5-5", "none", { thinking: adaptive, output_config: { effort: "low" } }],
    ["claude-opus-5-5", "minimal", { thinking: adaptive, output_config: { effort: "low" } }],
    ["claude-fable-5-2", "max", { thinking: adaptive, output_config: { effort: "max" } }],
    ["claude-sonnet-5-5", "none", { thinking: { type: "between_tools" } }],
    ["claude-opus-5", "none", { thinking: { type: "disabled" } }],
    ["claude-haiku-5-5", undefined, { thinking: adaptive }],
    ["claude-opus-4-8", undefined, {}],
    ["claude-sonnet-4-6", "high", { thinking: adaptive, output_config: { effort: "high" } }],
    ["claude-haiku-4-5-20251001", "medium", { thinking: { type: "enabled", budget_tokens: 10_000 } }],
    ["claude-sonnet-4-20250514", "minimal", { thinking: { type: "enabled", budget_tokens: 1_024 } }],
    ["claude-3-7-sonnet-latest", undefined, {}],
    ["glm-5", "none", {}],
    ["glm-5", "low", { thinking: { type: "enabled", budget_tokens: 4_096 } }],
  ])("for %s, %s", (model, effort, params) => {
    expect(thinkingOf(model, effort, 64_000)).toEqual(params);
  });

  it("leaves half of a short answer to the answer, and none of a very short one to thoughts", () => {
    expect(thinkingOf("claude-haiku-4-5", "max", 8_000).thinking).toMatchObject({ budget_tokens: 4_000 });
    expect(thinkingOf("claude-haiku-4-5", "max", 2_000)).toEqual({});
  });

  it("is let be where calls made elsewhere have no thought before them", async () => {
    const made = { id: "call_1", name: "read_file", input: {} };
    const messages: Message[] = [
      { role: "user", text: "Read." },
      { role: "assistant", text: "", calls: [made] },
      { role: "tool", callId: "call_1", name: "read_file", text: "x", isError: false },
    ];
    const { turns, bodies } = await play([done], () => ({ model: "claude-haiku-4-5", effort: "high", messages }));
    expect(finishOf(turns[0] ?? []).error).toBeUndefined();
    expect(bodies[0]?.thinking).toBeUndefined();
  });
});

describe("the length of an answer", () => {
  it.each([
    ["claude-opus-5-5", undefined, 128_000],
    ["claude-haiku-4-5", undefined, 64_000],
    ["claude-haiku-4-5", 1_000_000, 64_000],
    ["claude-opus-5-5", 500, 500],
    ["glm-5", undefined, 32_000],
  ])("of %s with %s is %i", async (model, asked, sent) => {
    const { bodies } = await play([done], () => ({ model, ...(asked !== undefined && { maxOutputTokens: asked }) }));
    expect(bodies[0]?.max_tokens).toBe(sent);
  });
});
