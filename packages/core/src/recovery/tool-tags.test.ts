import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";
import { recoverToolCalls } from "./index.js";

const code = '"""What it does.\n\n- "a" if so\n"""\n\ndef f():\n    """Doc."""\n    return 1';

describe("tags that are named as a tool, in odd shapes", () => {
  it.each<RecoveryCase>([
    ["YAML in a tag that was never closed", "<get_weather\ncity: Seoul\n/>", [["get_weather", { city: "Seoul" }]]],
    [
      "children in a tag that was never closed",
      "<write_file\n  <path>a > b</path>\n  <content>c</content>\n/>",
      [["write_file", { path: "a > b", content: "c" }]],
    ],
    ["a tag that was never closed, cut off", "<get_weather\ncity: Seo", []],
    ["a tag that was never closed, with other keys", "<get_weather\ncity: Seoul\nother: x\n/>", []],
    [
      "blanks in the closing tag",
      "<get_weather><city>Seoul</city></ get_weather >",
      [["get_weather", { city: "Seoul" }]],
    ],
    [
      "signs of tags in the attributes of a child",
      `<write_file><path>a</path><content data="a > b" note="it's ok">c</content></write_file>`,
      [["write_file", { path: "a", content: "c" }]],
    ],
    ["signs of tags in an attribute", `<search query="a > b"/>`, [["search", { query: "a > b" }]]],
    ["a name above its children", "get_weather\n<city>Seoul</city>", [["get_weather", { city: "Seoul" }]]],
    [
      "a name and a colon above its children",
      "\nwrite_file:\n<path>a</path>\n<content>\n<path>x</path>\n</content>\n",
      [["write_file", { path: "a", content: "<path>x</path>" }]],
    ],
    ["a name above its children, and one is missing", "write_file\n<path>a</path>", []],
    ["a name above its children, cut off", "get_weather\n<city>Seo", []],
    ["a name above its children, and words", "get_weather\n<city>Seoul</city>\nThanks", []],
    ["a name above its children, and words above it", "About:\nget_weather\n<city>Seoul</city>", []],
    ["a name above other tags", "get_weather\n<b>Seoul</b>", []],
    [
      "code with a docstring in YAML",
      `<write_file>\npath: a.py\ncontent: ${code}\n</write_file>`,
      [["write_file", { path: "a.py", content: code }]],
    ],
    [
      "code in YAML, its tag in the code too",
      `<write_file>\npath: a.py\ncontent: ${code}\n</write_file>\n</write_file>`,
      [],
    ],
    ["code in YAML before another key", `<write_file>\ncontent: ${code}\npath: a.py\n</write_file>`, []],
    ["code in YAML in quotes of the format", '<write_file>\npath: a.py\ncontent: """\nx = 1\n"""\n</write_file>', []],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });

  it.each([
    ["a tag that was never closed", "<shell\ncommand: ls\n/>"],
    ["a name above its children", "shell\n<command>ls</command>"],
  ])("runs no command out of %s", (_, reply) => {
    const properties = { command: { type: "string" } };
    const tools = [{ name: "shell", effect: "execute" as const, inputSchema: { type: "object", properties } }];
    const { calls, nearMisses } = recoverToolCalls(reply, tools);
    expect(calls).toEqual([]);
    expect(nearMisses).toHaveLength(1);
  });
});

const inner = '<tool_call>{"name":"shell","arguments":{"command":"rm -rf build"}}</tool_call>';
const next = '\n<tool_call>{"name":"search","arguments":{"query":"b"}}</tool_call>';

describe("a block of tools", () => {
  it.each<RecoveryCase>([
    [
      "its own closing tag in a string",
      '<tools>{"name":"write_file","arguments":{"path":"a","content":"x </tools> y"}}</tools>',
      [["write_file", { path: "a", content: "x </tools> y" }]],
    ],
    [
      "its own closing tag in a string, closed as a call",
      '<tools>{"name":"write_file","arguments":{"path":"a","content":"x </tools> y"}}</tool_call>',
      [["write_file", { path: "a", content: "x </tools> y" }]],
    ],
    [
      "its own closing tag and a call in a string, never closed",
      '<tools>{"name":"write_file","arguments":{"path":"a","content":"</tools><shell><command>ls</command></shell>"}}',
      [["write_file", { path: "a", content: "</tools><shell><command>ls</command></shell>" }]],
    ],
    [
      "declarations that speak of its closing tag",
      `<tools>\n{"type":"function","function":{"name":"f","description":"</tools>${inner.replaceAll('"', String.raw`\"`)}"}}\n</tools>${next}`,
      [["search", { query: "b" }]],
    ],
    [
      "a call that is cut off, with its closing tag and a call in it",
      `<tools>{"name":"write_file","arguments":{"path":"a","content":"x </tools> <shell><command>ls</command></shell>`,
      [],
    ],
    [
      "a call that can't be read, and one behind it",
      `<tools>{"name":"search","arguments":{"query":"</tools>" ? 1}}</tools>${next}`,
      [["search", { query: "b" }]],
    ],
  ])("%s", (_, reply, expected) => {
    expect(callsIn(reply)).toEqual(expected);
  });
});
