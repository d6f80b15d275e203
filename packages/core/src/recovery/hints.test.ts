import { expect, it } from "vitest";
import { recoverToolCalls } from "./index.js";

const tools = ["ping", "echo"].map((name) => ({
  name,
  inputSchema: { type: "object", properties: { message: { type: "string" } } },
}));

it("names no tool of several that the model did not name", () => {
  const { nearMisses } = recoverToolCalls('<tool_call>{"name" "echo</tool_call>', tools);
  expect(nearMisses).toHaveLength(1);
  expect(nearMisses[0]?.hint).not.toContain("ping");
});

it("names the only tool there is", () => {
  const { nearMisses } = recoverToolCalls('<tool_call>{"name" "echo</tool_call>', tools.slice(1));
  expect(nearMisses[0]?.hint).toContain('{"name": "echo", "arguments": {...}}');
});

it("speaks of a tool where no name could be read", () => {
  const { nearMisses } = recoverToolCalls("Action: echo\nAction Input: a\nFinal Answer: b", tools);
  expect(nearMisses[0]?.hint).toContain("A call of a tool was taken for");
});
