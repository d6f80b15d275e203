import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const write: OfferedTool = {
  name: "write_file",
  effect: "write",
  inputSchema: { type: "object", properties: { path: text, content: text }, required: ["path", "content"] },
};
const read: OfferedTool = {
  name: "read_file",
  effect: "read",
  inputSchema: { type: "object", properties: { path: text, limit: { type: "integer" } }, required: ["path"] },
};
const run: OfferedTool = {
  name: "run_command",
  effect: "execute",
  inputSchema: { type: "object", properties: { command: text }, required: ["command"] },
};
const tools = [write, read, run];

function calls(reply: string): unknown[] {
  return recoverToolCalls(reply, tools).calls.map(({ name, arguments: input }) => [name, input]);
}

describe("the first formats", () => {
  it.each([
    ["tagged", '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>'],
    ["fenced", 'Reading.\n```json\n{"name": "read_file", "arguments": {"path": "a"}}\n```'],
    ["bare", '{"name": "read_file", "parameters": {"path": "a"}}'],
    ["function tag", "<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>"],
    ["arguments as a string", '{"name": "read_file", "arguments": "{\\"path\\": \\"a\\"}"}'],
  ])("reads a call that is %s", (_, reply) => {
    expect(calls(reply)).toEqual([["read_file", { path: "a" }]]);
  });

  it("keeps code byte for byte where its quotes are not escaped", () => {
    const code = 'print("a")\nd = \'x\'\n\tif a == "b":\n';
    expect(
      calls(`<tool_call>{"name": "write_file", "arguments": {"path": "a.py", "content": "${code}"}}</tool_call>`),
    ).toEqual([["write_file", { path: "a.py", content: code }]]);
  });

  it("reads two equal calls as two calls", () => {
    const one = '<tool_call>{"name": "read_file", "arguments": {"path": "a"}}</tool_call>';
    expect(calls(`${one}\n${one}`)).toHaveLength(2);
  });
});

describe("what is no call", () => {
  it.each([
    [
      "cut off inside a string",
      '<tool_call>{"name": "write_file", "arguments": {"path": "a", "content": "abc',
      "cut-off",
    ],
    ["an unknown tool", '<tool_call>{"name": "fly", "arguments": {"path": "a"}}</tool_call>', "unknown-tool"],
    ["a missing argument", '{"name": "write_file", "arguments": {"path": "a"}}', "bad-arguments"],
    ["a forbidden key", '{"name": "read_file", "arguments": {"path": "a", "__proto__": {"x": 1}}}', "forbidden-key"],
    ["an example", 'For example:\n```json\n{"name": "read_file", "arguments": {"path": "a"}}\n```', "example"],
    ["a plan", 'I would call <tool_call>{"name": "read_file", "arguments": {"path": "a"}}</tool_call>', "example"],
  ])("takes %s for a near miss", (_, reply, reason) => {
    const { calls: taken, nearMisses } = recoverToolCalls(reply, tools);
    expect(taken).toEqual([]);
    expect(nearMisses[0]?.reason).toBe(reason);
  });

  it("leaves package.json and code alone", () => {
    const reply =
      '{"name": "read_file", "version": "1.0.0", "scripts": {"build": "tsc"}}\n```ts\nread_file({"path": "a"})\n```';
    expect(recoverToolCalls(reply, tools)).toEqual({ calls: [], nearMisses: [], text: reply });
  });
});
