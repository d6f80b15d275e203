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
    ["react in an observation", 'Thought: x\nObservation: Action: search\nAction Input: {"query": "b"}', []],
    ["react in a sentence", "It printed Action: search\nAction Input: b", []],
    [
      "react behind a thought",
      '<think>x</think>Action: search\nAction Input: {"query": "b"}',
      [["search", { query: "b" }]],
    ],
    ["react final", "Thought: done\nFinal Answer: it is 5", []],
    ["react with an answer", "Action: search\nAction Input: b\nFinal Answer: it is 5", []],
    [
      "react with an observation made up and an answer",
      "Thought: x\nAction: search\nAction Input: b\nObservation: founded in 1994\nThought: I know\nFinal Answer: 1994",
      [],
    ],
    [
      "react json with an observation made up and an answer",
      'Action: search\n Action Input: {"query":"b"}\n Observation: r\n **Final Answer:** 5',
      [],
    ],
    ["react behind an answer", "Final Answer: 5\n\nQuestion: next\nAction: search\nAction Input: b", []],
    [
      "react with the words of an answer in its input",
      'Action: search\nAction Input: {"query": "a\nFinal Answer: b"}\nObservation: r',
      [["search", { query: "a\nFinal Answer: b" }]],
    ],
    [
      "react with the words of an answer in a sentence",
      "Thought: no Final Answer: yet\nAction: search\nAction Input: b\nObservation: r",
      [["search", { query: "b" }]],
    ],
    [
      "react behind an observation, with a thought between",
      "Action: search\nAction Input: b\nThought: y\nObservation: r\nAction: search\nAction Input: c",
      [["search", { query: "b" }]],
    ],
    [
      "react twice, then an observation",
      "Action: search\nAction Input: b\nAction: search\nAction Input: c\nObservation: r",
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "react indented, values below their words",
      "\n    I can use `ls`.\n\n    Action:\n    shell\n\n    Action Input:\n    ls -l ~/.bashrc.d/\n    ",
      [["shell", { command: "ls -l ~/.bashrc.d/" }]],
    ],
    [
      "react indented, with an observation",
      "  Action: search\n  Action Input: b\n  Observation: r",
      [["search", { query: "b" }]],
    ],
    [
      "react with a word on what the tool does",
      'Action: search (finds things)\nAction Input: {"query": "b"}\n',
      [["search", { query: "b" }]],
    ],
    ["react without a tool", "Action: None (direct response required)\nAction Input: b", []],
    [
      "react with a name in other letters",
      'Thought: x\n\nAction: 加法\n\nAction Input: {"a": 1}\n',
      [["加法", { a: 1 }]],
      [{ name: "加法", inputSchema: { type: "object", properties: { a: { type: "integer" } } } }],
    ],
    ["react starred", 'Action: search\nAction Input: ** {"query": "b"}', [["search", { query: "b" }]]],
    ["react with a pattern", "Action: search\nAction Input:**/*.py", [["search", { query: "**/*.py" }]]],
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
