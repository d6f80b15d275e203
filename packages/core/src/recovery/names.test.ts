import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };

function offered(name: string, properties: { [name: string]: unknown }, rest: object = {}): OfferedTool {
  return { name, effect: "read", inputSchema: { type: "object", properties, ...rest } };
}

function read(name: string, input: object, tools: readonly OfferedTool[]): unknown[] {
  const reply = `<tool_call>${JSON.stringify({ name, arguments: input })}</tool_call>`;
  return recoverToolCalls(reply, tools).calls.map((call) => [call.name, call.arguments]);
}

describe("names of tools", () => {
  const tools = [offered("read_file", { path: text }), offered("mcp__git__log", { path: text })];
  it.each([
    "functions.read_file",
    "read_file:0",
    "default_api.read_file",
    "ReadFile",
    "readFile",
    "read-file",
    "fs.read_file",
    "mcp__fs__read_file",
  ])("%s is read_file", (name) => {
    expect(read(name, { path: "a" }, tools)).toEqual([["read_file", { path: "a" }]]);
  });

  it("the end of a server's tool is enough, if it is the only one", () => {
    expect(read("log", { path: "a" }, tools)).toEqual([["mcp__git__log", { path: "a" }]]);
    expect(read("log", { path: "a" }, [...tools, offered("mcp__svn__log", { path: text })])).toEqual([]);
  });

  it("two tools that differ only in their spelling leave two readings", () => {
    expect(read("READFILE", { path: "a" }, [...tools, offered("readFile", { path: text })])).toEqual([]);
  });
});

describe("names of arguments", () => {
  it.each([
    ["file_path", "path"],
    ["filename", "path"],
    ["target_file", "file_path"],
    ["filePath", "file_path"],
    ["cmd", "command"],
    ["text", "content"],
    ["old_str", "old_string"],
  ])("%s is %s where nothing else can be meant", (written, declared) => {
    expect(read("f", { [written]: "a" }, [offered("f", { [declared]: text })])).toEqual([["f", { [declared]: "a" }]]);
  });

  it.each<[string, object]>([
    ["one of its parts", { allOf: [{ properties: { fileName: text }, required: ["fileName"] }] }],
    ["a reference", { $ref: "#/$defs/p" }],
    ["a reference in one of its parts", { allOf: [{ $ref: "#/$defs/p" }] }],
  ])("a name is known too where the schema says it in %s", (_, rest) => {
    const $defs = { p: { properties: { fileName: text }, required: ["fileName"] } };
    expect(read("f", { file_name: "a" }, [offered("f", {}, { ...rest, $defs })])).toEqual([["f", { fileName: "a" }]]);
  });

  it.each<[string, string, unknown, unknown]>([
    ["^x-", "x-debug", "yes", "yes"],
    ["^(?:x-)+$", "x-x-", "yes", "yes"],
    ["^(x|y)-\\d{1,3}$", "y-12", "yes", "yes"],
    ["^x-", "x-limit", 5, "5"],
    ["^x-", "y-debug", "yes", undefined],
    ["^x-", `x-${"a".repeat(100)}`, "yes", undefined],
    ["^(a+)+$", `${"a".repeat(60)}!`, "yes", undefined],
    ["^(a|aa)+$", "aaa", "yes", undefined],
    ["^a*a*a*a*$", "aaa", "yes", undefined],
    ["(", "(", "yes", undefined],
  ])("of names like %s, %s", (pattern, name, value, expected) => {
    const strict = { additionalProperties: false, patternProperties: { [pattern]: text } };
    const calls = expected === undefined ? [] : [["f", { [name]: expected }]];
    expect(read("f", { [name]: value }, [offered("f", { path: text }, strict)])).toEqual(calls);
  });

  it("two candidates leave the name as it was written, and the schema decides", () => {
    const strict = { additionalProperties: false };
    expect(read("f", { file: "a" }, [offered("f", { path: text, filename: text }, strict)])).toEqual([]);
  });
});

describe("types", () => {
  const limit = (schema: object): OfferedTool[] => [offered("f", { value: schema })];
  it.each<[string, unknown, object, unknown]>([
    ["a number in a string", "5", { type: "integer" }, 5],
    ["a truth value in a string", "True", { type: "boolean" }, true],
    ["a list in a string", "[1, 2]", { type: "array" }, [1, 2]],
    ["an object in a string", '{"a": 1}', { type: "object" }, { a: 1 }],
    ["a number for a text", 90210, { type: "string" }, "90210"],
    ["text that looks like a number", "007", { type: "string" }, "007"],
    ["null where null is allowed", null, { type: ["string", "null"] }, null],
    ["a word of an enum in other letters", "Celsius", { enum: ["celsius", "kelvin"] }, "celsius"],
    ["an object of an enum in a string", '{"x": 1}', { enum: [{ x: 1 }, [true, null]] }, { x: 1 }],
    ["a list of an enum in a string", "[true, null]", { enum: [{ x: 1 }, [true, null]] }, [true, null]],
    ["a variant that fits as it is", "5", { anyOf: [{ type: "integer" }, { type: "string" }] }, "5"],
    ["a part behind a reference", "5", { $ref: "#/$defs/n" }, 5],
    ["all of several", "5", { allOf: [{ type: "integer" }, { minimum: 1 }] }, 5],
  ])("%s", (_, value, schema, expected) => {
    const [tool] = limit(schema);
    const inputSchema = { ...tool?.inputSchema, $defs: { n: { type: "integer" } } };
    expect(read("f", { value }, [{ name: "f", effect: "read", inputSchema }])).toEqual([["f", { value: expected }]]);
  });

  it.each<[string, unknown, object]>([
    ["leading zeros for a number", "007", { type: "integer" }],
    ["a number too large to be exact", "9007199254740993", { type: "integer" }],
    ["words for a number", "many", { type: "integer" }],
    ["a fraction for a whole number", 1.5, { type: "integer" }],
    ["a word that is not in the enum", "rankine", { enum: ["celsius"] }],
    ["a list that is not in the enum", "[true]", { enum: [{ x: 1 }, [true, null]] }],
    ["an object for a text", { a: 1 }, { type: "string" }],
    ["too large", 11, { type: "integer", maximum: 10 }],
    ["no variant", true, { oneOf: [{ type: "integer" }, { type: "array" }] }],
  ])("never %s", (_, value, schema) => {
    expect(read("f", { value }, limit(schema))).toEqual([]);
  });

  it("a schema that refers to itself from several variants comes to an end", () => {
    const loop = { anyOf: [{ $ref: "#" }, { $ref: "#" }, { $ref: "#" }] };
    const inputSchema = { ...loop, type: "object", properties: { value: loop } };
    expect(read("f", { value: 1 }, [{ name: "f", inputSchema }]).length).toBeLessThanOrEqual(1);
  });
});
