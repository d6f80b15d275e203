import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";

describe("protocols in plain text", () => {
  it.each<RecoveryCase>([
    [
      "react json",
      'Thought: x\nAction: search\nAction Input: {"query": "b"}\nObservation: fake',
      [["search", { query: "b" }]],
    ],
    ["react str", "Thought: x\nAction: search\nAction Input: foo bar", [["search", { query: "foo bar" }]]],
    ["react quoted", 'Thought: x\nAction: search\nAction Input: "foo bar"', [["search", { query: "foo bar" }]]],
    ["react fence", 'Action: search\nAction Input:\n```json\n{"query":"b"}\n```', [["search", { query: "b" }]]],
    [
      "react fenced",
      'Thought: x\nAction: search\nAction Input: {"query":"b"}\nObservation: r\nThought: y\nAction: search\nAction Input: {"query":"c"}',
      [["search", { query: "b" }]],
    ],
    ["react final", "Thought: done\nFinal Answer: it is 5", []],
    [
      "lc blob",
      'Action:\n```json\n{"action": "search", "action_input": {"query": "b"}}\n```',
      [["search", { query: "b" }]],
    ],
    ["lc blob list", 'Action:\n```\n[{"action": "search", "action_input": "b"}]\n```', [["search", { query: "b" }]]],
    ["lc final", '```json\n{"action": "Final Answer", "action_input": "42"}\n```', []],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });
});
