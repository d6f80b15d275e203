import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const properties = { path: text, content: text, items: { type: "array" } };
const open: OfferedTool = { name: "write", effect: "write", inputSchema: { type: "object", properties } };
const closed: OfferedTool = { ...open, inputSchema: { type: "object", properties, additionalProperties: false } };
const other: OfferedTool = { name: "edit", inputSchema: { type: "object", properties: { old: text } } };

function read(input: string, tool = open): { readonly calls: unknown[]; readonly misses: number } {
  const { calls, nearMisses } = recoverToolCalls(`<tool_call>{"name":"write","arguments":${input}}</tool_call>`, [
    tool,
    other,
  ]);
  return { calls: calls.map((call) => call.arguments), misses: nearMisses.length };
}

describe("a string with quotes in it that nobody escaped", () => {
  it.each([
    ["a call with braces", 'f({"a": {"b": "x"}})'],
    ["an object and a key behind it", '{"a": "x"}, "b": 3'],
    ["an object with keys that are known", '{\n  "name": "x",\n  "path": "y",\n  "n": [1, 2]\n}\n'],
    ["several lines with lists and objects", 'x = {"a": "1", "b": [1, "2"]}\nprint(x["a"], x.get("b", {"c": "d"}))\n'],
    ["brackets that stand in quotes", 'if (c === "{") open("(");\n'],
    ["a bracket that nothing opens", 'He said "}" there'],
    ["Markdown with a fence", 'Write\n```json\n{"a": {"b": "c"}}\n```\nand "go".\n'],
    ["a call in a string", `let c = '<tool_call>{"name": "write", "arguments": {"path": "a"}}</tool_call>';`],
    ["a docstring", '"""Doc."""\nimport os\n'],
    ["a docstring at its end", '"""Doc.\n"""'],
    ["docstrings on both sides", '"""a"""\nb = """c"""\n'],
    ["code that goes on behind its brackets", '})),\na ? { b: { c: "x" } } : d,\n'],
    ["two texts of code that are added", 'let x = "a" + "b" + c;'],
    ["a special token", 'const end = find(source, "<|tool_call_end|>", from);'],
  ])("keeps %s, byte for byte", (_, content) => {
    expect(read(`{"path":"p","content":"${content}"}`).calls).toEqual([{ path: "p", content }]);
    expect(read(`{"content":"${content}","path":"p"}`).calls).toEqual([{ path: "p", content }]);
  });

  it("knows a bracket that is itself a text", () => {
    expect(read('{"content":"if (c === "{") return;","path":"a "b" c"}').calls).toEqual([
      { content: 'if (c === "{") return;', path: 'a "b" c' },
    ]);
  });

  it("does not go on into the next call, where a bracket of the text stays open", () => {
    const content = '[["a"],\n';
    const call = `<tool_call>\n{"name":"write","arguments":{"content":"${content}"}}\n</tool_call>\n`;
    for (const { arguments: input } of recoverToolCalls(call.repeat(2), [open]).calls)
      expect(input).toEqual({ content });
  });

  it("forgives no brackets behind it that are missing", () => {
    const call = '<tool_call>{"name":"write","arguments":{"content":"b","items":["say "hi" x"]</tool_call>';
    expect(recoverToolCalls(call, [open]).calls).toEqual([]);
    expect(recoverToolCalls(call.replace("]<", "]}}<"), [open]).calls).toHaveLength(1);
  });

  it.each<[string, string, object]>([
    ["that nobody declared", '{"content":"say "hi" x","extra":5,"path":"c"}', { extra: 5, path: "c" }],
    ["that nobody declared, the last", '{"content":"say "hi" x","extra":"z"}', { extra: "z" }],
    ["of an object in it", '{"content":"say "hi" x","items":[{"a":"b","c":1}]}', { items: [{ a: "b", c: 1 }] }],
    ["without a comma", '{"content":"say "hi" x" "path":"c"}', { path: "c" }],
  ])("gives away no key %s", (_, input, rest) => {
    expect(read(input).calls).toEqual([{ content: 'say "hi" x', ...rest }]);
  });

  it.each([
    ["a quotation", 'echo "hi"'],
    ["a call", 'f("a", "b")'],
  ])("gives away no item behind %s", (_, item) => {
    expect(read(`{"items":["${item}","x"]}`).calls).toEqual([{ items: [item, "x"] }]);
  });

  it.each([
    ["a key whose own value is broken", '{"content":"say "hi" x","extra":5,"path":"say "c" y"}', open],
    ["a key that may be text", '{"content":"He said "a", "b": 5 things","path":"c"}', open],
    ["a key that the schema forbids", '{"content":"He said "hi" there","debug":"drop me","path":"a"}', closed],
    ["keys behind brackets that may be text", '{"content":""a": "b"},"c": {"d": "e",\n"}', open],
    [
      "words of the envelopes in text",
      '{"content":""license": "MIT",\n"type": "m",\n"scripts": {\n"a": "b",\n"}',
      open,
    ],
    ["a comma that is missing in a list", '{"items":["a" "b"]}', open],
    ["a comma and a space that are missing in a list", '{"items":["a""b"]}', open],
    ["a docstring behind one quote that stays open", '{"content":""""Doc."""\nimport os\n"""}', open],
    ["a docstring or a quotation in three quotes", '{"content":""""Doc.""","path":"c"}', open],
    ["a docstring within three quotes", '{"content":"""def f():\n  """Doc."""\n"""}', open],
    ["two texts that are added", '{"content":"a\\n" +\n"b\\n","path":"c"}', open],
    ["a text and a name that are added", '{"content":"a" + b + "c"}', open],
    ["two texts that follow each other", '{"content":"a\\n"\n"b\\n"}', open],
    ["a key of an open quotation that nobody declared", '{"content":"  "a": "b","c": "d"}', open],
    ["a key without a comma that nobody declared", '{"path":"p","content":"# ""word": "b"}', open],
    ["a parameter of another tool", '{"path":"p","content":""path": "n", "old": "z""}', open],
    ["a key twice", '{"content":"a","content":"b",}', open],
  ])("gives no call with two readings: %s", (_, input, tool) => {
    expect(read(input, tool)).toEqual({ calls: [], misses: 1 });
  });
});

describe("a key", () => {
  it.each([
    ["without a comma before it", '{"content":"a" "path":"c"}'],
    ["without a comma or a space before it", '{"content":"a""path":"c"}'],
    ["without its first quote", '{content":"a","path":"c"}'],
    ["without its first quote, not the first", '{"content":"a",path":"c"}'],
    ["without its colon", '{"content" "a","path":"c"}'],
  ])("is read %s", (_, input) => {
    expect(read(input).calls).toEqual([{ content: "a", path: "c" }]);
  });
});
