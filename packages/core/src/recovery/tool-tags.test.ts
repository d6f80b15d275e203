import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase, usualTools } from "../../test/recovery-cases.js";
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

describe("a tag of a tool that can't be read, and a call in it", () => {
  it.each<[label: string, reply: string, reason: string]>([
    ["YAML that is cut off", `<write_file>\npath: a\ncontent: |\n  # Doc\n  ${inner}\n  more`, "cut-off"],
    ["YAML with another key", `<write_file>\npaht: a\ncontent: |\n  ${inner}\n</write_file>`, "unreadable"],
    ["YAML with other keys only", `<search>\nq: |\n  ${inner}\n</search>`, "unreadable"],
    [
      "YAML with its closing tag in a line of the text",
      `<write_file>\npath: a\ncontent: |\n  the </write_file> tag\n  ${inner}`,
      "unreadable",
    ],
    ["attributes that are cut off", `<write_file\npath="a"\ncontent="# Doc\n${inner}\nmore`, "cut-off"],
    [
      "attributes with a tag in them",
      `<write_file\npath="a"\ncontent="<shell><command>ls</command></shell>"\n/>`,
      "unreadable",
    ],
    [
      "attributes with a tag in them, on one line",
      `<write_file path="a" content="<shell><command>ls</command></shell>"/>`,
      "unreadable",
    ],
    [
      "attributes with another key",
      `<write_file paht="a" content='{"name":"shell","arguments":{"command":"ls"}}'/>`,
      "unreadable",
    ],
    ["another child first", `<write_file><paht>a</paht><content>${inner}</content></write_file>`, "unreadable"],
    ["another child first, never closed", `<write_file><paht>a</paht><content>${inner}`, "unreadable"],
    [
      "its closing tag in a value",
      `<write_file><paht>a</paht><content>x </write_file> ${inner}</content></write_file>`,
      "unreadable",
    ],
    ["another child", `<write_file><path>a</path><b>c</b><content>${inner}</content></write_file>`, "unreadable"],
    [
      "words between its children",
      `<write_file><path>a</path> and <content>${inner}</content></write_file>`,
      "unreadable",
    ],
    [
      "a key that is forbidden",
      `<write_file><__proto__>a</__proto__><content>${inner}</content></write_file>`,
      "forbidden-key",
    ],
    [
      "JSON with quotes in it",
      `<write_file>{"path":"a","content":"# Doc\n${inner}\nmore ${inner}"}</write_file>`,
      "unreadable",
    ],
    ["JSON that is cut off", `<write_file>{"path":"a","content":"${inner.replaceAll('"', String.raw`\"`)}`, "cut-off"],
  ])("%s", (_, reply, reason) => {
    const { calls, nearMisses } = recoverToolCalls(reply, usualTools);
    expect(calls).toEqual([]);
    expect(nearMisses.map((miss) => miss.reason)).toEqual([reason]);
  });

  it.each([
    ["YAML that can't be read", "<write_file>\npaht: a\ncontent: b\n</write_file>"],
    ["its own tag in a text in YAML", "<search>\nq: |\n  <search>\n  </search>\n</search>"],
    ["attributes that can't be read", '<write_file path="<a>" content="b"/>'],
    ["another child", "<write_file><path>a</path><b>c</b></write_file>"],
    ["JSON without a closing tag", '<read_file>{"path":"a"}'],
    ["a tag that is spoken of, and a bracket", "I take <write_file>{ for that:"],
    ["a tag with a word behind its name", "I take <tool_call:x> for that:"],
    ["a tag that is spoken of", "I take <write_file> for that:"],
    ["a tag that is spoken of, and another one", "I take <search> <b>now</b>:"],
  ])("%s, and a call behind it", (_, reply) => {
    expect(callsIn(reply + next)).toEqual([["search", { query: "b" }]]);
  });

  it("reads a call that stands in another shape behind the tag of its tool", () => {
    const reply = '<search>\n{"name":"search","arguments":{"query":"b"}}';
    expect(callsIn(reply)).toEqual([["search", { query: "b" }]]);
  });

  it("takes its own tag in a text for text", () => {
    const content = "<write_file>\npath: b\n</write_file>\n";
    const reply = `<write_file>\npath: a\ncontent: |\n  ${content.trimEnd().replaceAll("\n", "\n  ")}\n</write_file>`;
    expect(callsIn(reply)).toEqual([["write_file", { path: "a", content }]]);
  });
});

describe("tags with a word behind each name", () => {
  const call = (name: string, values: [key: string, value: string][]): string =>
    `<tool_call:x>${name}${values.map(([key, value]) => `<arg_key:x>${key}</arg_key:x><arg_value:x>${value}</arg_value:x>`).join("")}</tool_call:x>`;
  const closer = "</arg_value:x></tool_call:x>";
  const hidden = "<shell><command>ls</command></shell>";

  it.each<RecoveryCase>([
    [
      "two calls",
      `<tool_calls:x>${call("search", [["query", "a </b> c"]])}${call("read_file", [["path", "a"]])}</tool_calls:x>`,
      [
        ["search", { query: "a </b> c" }],
        ["read_file", { path: "a" }],
      ],
    ],
    ["a call without arguments", call("get_weather", []), [["get_weather", {}]]],
    ["no closing tag", call("search", [["query", "b"]]).replace("</tool_call:x>", ""), [["search", { query: "b" }]]],
    ["a value that is cut off", call("write_file", [["content", hidden]]).replace(closer, ""), []],
    [
      "a value without its closing tag",
      call("write_file", [
        ["path", hidden],
        ["content", "b"],
      ]).replace("</arg_value:x>", ""),
      [],
    ],
    ["a key without its value", `<tool_call:x>read_file<arg_key:x>path</arg_key:x>${hidden}</tool_call:x>`, []],
    ["words between", `<tool_call:x>read_file ${hidden}</tool_call:x>`, []],
    ["a key that is forbidden", call("search", [["__proto__", hidden]]), []],
    [
      "a call that can't be read, and one behind it",
      `<tool_call:x>search b</tool_call:x>${call("search", [["query", "b"]])}`,
      [["search", { query: "b" }]],
    ],
  ])("%s", (_, reply, expected) => {
    expect(callsIn(reply)).toEqual(expected);
  });

  it("leaves nothing of them to read", () => {
    const reply = `Now:<tool_calls:x>${call("search", [["query", "b"]])}</tool_calls:x>`;
    expect(recoverToolCalls(reply, usualTools).text).toBe("Now:");
  });
});
