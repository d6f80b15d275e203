import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const tools: readonly OfferedTool[] = [
  { name: "write_file", effect: "write", inputSchema: { type: "object", properties: { path: text, content: text } } },
  { name: "run", effect: "execute", inputSchema: { type: "object", properties: { command: text } } },
  { name: "todo", inputSchema: { type: "object", properties: {} } },
];

function inputs(reply: string): unknown[] {
  return recoverToolCalls(reply, tools).calls.map(({ arguments: input }) => input);
}

function tagged(json: string): string {
  return `<tool_call>\n${json}\n</tool_call>`;
}

describe("broken JSON", () => {
  const input = { path: "a.py", content: 'print("hi")\n' };
  it.each([
    ["a trailing comma", '{"name": "write_file", "arguments": {"path": "a.py", "content": "print(\\"hi\\")\\n",},}'],
    ["single quotes", `{'name': 'write_file', 'arguments': {'path': 'a.py', 'content': 'print("hi")\\n'}}`],
    ["no quotes around keys", '{name: "write_file", arguments: {path: "a.py", content: "print(\\"hi\\")\\n"}}'],
    [
      "comments",
      '{"name": "write_file", // the tool\n"arguments": {/* where */ "path": "a.py", "content": "print(\\"hi\\")\\n"}}',
    ],
    ["a raw line end", '{"name": "write_file", "arguments": {"path": "a.py", "content": "print(\\"hi\\")\n"}}'],
    ["unescaped quotes", '{"name": "write_file", "arguments": {"path": "a.py", "content": "print("hi")\\n"}}'],
    ["triple quotes", '{"name": "write_file", "arguments": {"path": "a.py", "content": """print("hi")\n"""}}'],
    ["a brace too few", '{"name": "write_file", "arguments": {"path": "a.py", "content": "print(\\"hi\\")\\n"}'],
    ["a brace too many", '{"name": "write_file", "arguments": {"path": "a.py", "content": "print(\\"hi\\")\\n"}}}'],
    ["doubled braces", '{{"name": "write_file", "arguments": {"path": "a.py", "content": "print(\\"hi\\")\\n"}}}'],
    [
      "a missing comma between lines",
      '{"name": "write_file",\n"arguments": {"path": "a.py"\n"content": "print(\\"hi\\")\\n"}}',
    ],
    ["arguments as a string", JSON.stringify({ name: "write_file", arguments: JSON.stringify(input) })],
    [
      "arguments as a string in a string",
      JSON.stringify({ name: "write_file", arguments: JSON.stringify(JSON.stringify(input)) }),
    ],
  ])("with %s", (_, json) => {
    expect(inputs(tagged(json))).toEqual([input]);
  });

  it.each([
    ["HTML", '<html lang="en">\n<p class="a b">1 < 2 & "x", \'y\'</p>\n</html>\n'],
    ["Python", 'def f(a, b={}):\n    """Doc: {a}, [b]."""\n    return {\'a\': [a, b], "s": f"{a}"}\n'],
    ["JSON", '{\n  "name": "x",\n  "list": [1, 2]\n}\n'],
    ["a regular expression", "const re = /\\d+\\.\\w*\\$/;\n"],
    ["Markdown with a fence", '# T\n\n```js\nlet a = "b";\n```\n'],
    ["tags of calls", "Write </tool_call> and <tool_call>{} and [TOOL_CALLS].\n"],
  ])("leaves %s in well-formed JSON as it is, byte for byte", (_, content) => {
    expect(inputs(tagged(JSON.stringify({ name: "write_file", arguments: { path: "a", content } })))).toEqual([
      { path: "a", content },
    ]);
  });

  it.each([
    ["HTML with unescaped quotes", '<p class="a">say "x", then\n  "y"</p>'],
    ["Python with unescaped quotes", 'd = {"a": 1}\nprint("a", d["a"])\n'],
    ["escapes that JSON does not know", "grep '\\d+\\.' a\\*b \\$HOME"],
  ])("takes %s as they were written", (_, content) => {
    expect(inputs(tagged(`{"name": "write_file", "arguments": {"path": "a", "content": "${content}"}}`))).toEqual([
      { path: "a", content },
    ]);
  });

  it.each<[string, string, object]>([
    ["slashes", "path: a//b, content: x//y z", { path: "a//b", content: "x//y z" }],
    ["an address", "path: http://a.b/c?d=1:2\n content: New York", { path: "http://a.b/c?d=1:2", content: "New York" }],
    ["a comment", "path: src/a.ts // where\n, content: b /* what */", { path: "src/a.ts", content: "b" }],
  ])("takes a value without quotes, with %s", (_, written, expected) => {
    expect(inputs(tagged(`{name: write_file, arguments: {${written}}}`))).toEqual([expected]);
  });

  it.each([
    ["a comma", "path: a, content: cats, dogs"],
    ["what may be another key", "path: a content: b"],
    ["slashes behind digits", "path: 2024-01-02//b, content: b"],
    ["a word behind a number", "path: 5 apples, content: b"],
    ["slashes in a list", "path: a, content: b, list: [x y//z]"],
  ])("takes no value without quotes, with %s", (_, written) => {
    expect(inputs(tagged(`{name: write_file, arguments: {${written}}}`))).toEqual([]);
  });

  it.each([
    ["a value", '"path": ..., "content": "b"'],
    ["the last value", '"path": "a", "content": ...'],
    ["a key", '"path": "a", "content": "b", ...'],
    ["an item", '"path": "a", "content": ["b", ...]'],
    ["a value, in one sign", '"path": "a", "content": …'],
  ])("takes no template, with dots for %s", (_, written) => {
    for (const reply of [
      tagged(`{"name": "write_file", "arguments": {${written}}}`),
      `[TOOL_CALLS]write_file{${written}}`,
    ])
      expect(inputs(reply)).toEqual([]);
  });

  it("never repairs what already parses: a doubled backslash stays one", () => {
    expect(inputs(tagged('{"name": "write_file", "arguments": {"path": "a", "content": "a\\\\nb"}}'))).toEqual([
      { path: "a", content: "a\\nb" },
    ]);
  });

  it.each([
    ["inside of a string", '{"name": "write_file", "arguments": {"path": "a", "content": "def f('],
    ["in code with brackets", '{"name": "write_file", "arguments": {"path": "a", "content": "return { a: "b" }'],
    ["between two arguments", '{"name": "write_file", "arguments": {"path": "a",'],
    ["in front of the last braces", '{"name": "write_file", "arguments": {"path": "a"'],
    ["before its arguments", '{"name": "write_file"'],
  ])("takes no call that was cut off %s", (_, json) => {
    const { calls, nearMisses } = recoverToolCalls(`<tool_call>\n${json}`, tools);
    expect(calls).toEqual([]);
    expect(nearMisses.map(({ reason }) => reason)).toEqual(["cut-off"]);
  });

  describe.each(["[TOOL_CALLS] ", "<tool_calls>", "<tool_call>", "<|tools_prefix|>"])(
    "in a list behind %s",
    (marker) => {
      const whole = '[{"name": "write_file", "arguments": {"path": "a", "content": "b"}}';
      it.each<[string, string, string, string[]]>([
        [
          "that breaks off in the arguments of a call",
          `${whole}, {"name": "write_file", "arguments": {"path": "c`,
          "a",
          ["cut-off"],
        ],
        [
          "that breaks off in front of their brace",
          `${whole}, {"name": "write_file", "arguments": {"path": "c"`,
          "a",
          ["cut-off"],
        ],
        ["that breaks off in a name", `${whole}, {"name": "write`, "a", ["cut-off"]],
        ["that breaks off behind a name", `${whole}, {"name": "todo"`, "a", ["cut-off"]],
        ["that can't be read", `${whole}, {"name": "write_file", "arguments": {"path" @}}]`, "a", ["unreadable"]],
        ["that lacks its bracket", whole, "a", []],
        [
          "that lacks its bracket and the brace of a call",
          `${whole}, {"name": "write_file", "arguments": {"path": "c"}`,
          "ac",
          [],
        ],
        ["that breaks off in the first call", '[{"name": "write_file", "arguments": {"path": "c"', "", ["cut-off"]],
      ])("%s", (_, list, paths, reasons) => {
        const { calls, nearMisses } = recoverToolCalls(marker + list, tools);
        expect(calls.map(({ arguments: { path } }) => path).join("")).toBe(paths);
        expect(nearMisses.map(({ reason }) => reason)).toEqual(reasons);
      });
    },
  );

  it("runs no command that had to be repaired", () => {
    expect(inputs(tagged('{"name": "run", "arguments": {"command": "ls"}}'))).toEqual([{ command: "ls" }]);
    expect(inputs(tagged('{"name": "run", "arguments": {"command": "ls",}}'))).toEqual([]);
  });

  it.each([
    ["that were cut off", '{"command":"ls'],
    ["that were cut off, turned into text twice", '"{\\"command\\":\\"ls'],
    ["with entities for its quotes", "{&quot;command&quot;:&quot;ls&quot;}"],
    ["that had to be repaired", "{'command': 'ls'}"],
    ["that are half a list", '["ls"'],
  ])("never takes arguments as a string %s for the one parameter", (_, written) => {
    const json = JSON.stringify({ name: "run", arguments: written });
    for (const reply of [json, tagged(json)]) {
      expect(inputs(reply)).toEqual([]);
      expect(recoverToolCalls(reply, tools).nearMisses).toHaveLength(1);
    }
  });

  it.each([
    ["a plain text for the one parameter", "run", "[ -f x ] && ls", { command: "[ -f x ] && ls" }],
    ["an empty text for no parameter", "todo", "", {}],
  ])("takes %s", (_, name, written, expected) => {
    expect(inputs(JSON.stringify({ name, arguments: written }))).toEqual([expected]);
  });
});
