import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../../../benchmarks/recovery/formats.js";
import { jsonFormats } from "../../../../benchmarks/recovery/formats.js";
import { namedFormats } from "../../../../benchmarks/recovery/named-formats.js";
import { xmlFormats } from "../../../../benchmarks/recovery/xml-formats.js";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const record = { type: "object", properties: { id: { type: "integer" }, note: text } };
const tools: readonly OfferedTool[] = [
  offered("read_file", { path: text, limit: { type: "integer" } }),
  offered("write_file", { path: text, content: text }),
  offered("set_flags", {
    on: { type: "boolean" },
    ratio: { type: "number" },
    records: { type: "array", items: record },
  }),
];
const all = [...jsonFormats, ...namedFormats, ...xmlFormats];

function offered(name: string, properties: { [name: string]: unknown }): OfferedTool {
  const inputSchema = { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
  return { name, effect: "read", inputSchema };
}

function read(reply: string): unknown[] {
  return recoverToolCalls(reply, tools).calls.map(({ name, arguments: input }) => ({ name, arguments: input }));
}

const words = fc.constantFrom(
  "the",
  "file",
  "module",
  "read_file",
  "is",
  "(small)",
  "{braces}",
  "[1]",
  "a/b.ts",
  "it's",
  "x = 1",
  '"quoted"',
  "<b>",
  "100%",
  "tool",
  "name:",
);
/** What a model says before and after a call: sentences with brackets, quotes and names of tools in them. */
const prose = fc.array(words, { maxLength: 12 }).map((said) => (said.length > 0 ? `${said.join(" ")}.` : ""));
/** Any text at all. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        "\\",
        "\n",
        "\t",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "`",
        "```",
        "</tool_call>",
        "<tool_call>",
        "path",
        " ",
        "x",
        "é",
      ),
      {
        maxLength: 20,
      },
    )
    .map((parts) => parts.join("")),
);
/** Text that can stand between two tags as it is: what ends a value, or stands for another character, is not in it. */
const tagText = fc
  .array(
    fc.constantFrom(
      '"',
      "'",
      "\\",
      "\n",
      "\t",
      "{",
      "}",
      "[1]",
      ",",
      ":",
      "`",
      "<b>",
      "<i",
      ">",
      "path",
      " ",
      "x",
      "é",
      "==",
    ),
    {
      maxLength: 20,
    },
  )
  .map((parts) => `a${parts.join("")}z`);

function callsWith(string: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<Call[]> {
  const id = fc.integer({ min: -1000, max: 1_000_000 });
  const call = fc.oneof(
    fc.record({ path: string, limit: id }).map((input) => ({ name: "read_file", arguments: input })),
    fc.record({ path: string, content: string }).map((input) => ({ name: "write_file", arguments: input })),
    fc
      .record({
        on: fc.boolean(),
        ratio: fc.integer({ min: -99, max: 99 }).map((value) => value / 4),
        records: fc.array(fc.record({ id, note: string }), { maxLength: 2 }),
      })
      .map((input) => ({ name: "set_flags", arguments: input })),
  );
  return fc.array(call, { minLength: 1, maxLength });
}

// Many small readings: patience for slow machines.
const patience = { timeout: 60_000 };

describe("any call, in any format, in any prose", patience, () => {
  it.each([...jsonFormats, ...namedFormats].map((format) => [format.name, format] as const))("%s", (_, format) => {
    const calls = callsWith(anyText, format.isSingle ? 1 : 3);
    fc.assert(
      fc.property(calls, prose, prose, (meant, before, after) => {
        expect(read(`${before}\n\n${format.write(meant)}\n\n${after}`)).toEqual(meant);
      }),
    );
  });

  it.each(xmlFormats.map((format) => [format.name, format] as const))("%s", (_, format) => {
    const calls = callsWith(tagText, 3).filter(
      (meant) => !format.isFlat || meant.every(({ name }) => name !== "set_flags"),
    );
    fc.assert(
      fc.property(calls, prose, prose, (meant, before, after) => {
        expect(read(`${before}\n\n${format.write(meant)}\n\n${after}`)).toEqual(meant);
      }),
    );
  });
});

describe("never half a call", patience, () => {
  it.each(all.map((format) => [format.name, format] as const))("%s, cut anywhere", (_, format) => {
    const calls = callsWith(tagText, 1).filter(
      (meant) => !format.isFlat || meant.every(({ name }) => name !== "set_flags"),
    );
    fc.assert(
      fc.property(calls, fc.double({ min: 0, max: 1, noNaN: true }), (meant, share) => {
        const whole = format.write(meant);
        const found = read(whole.slice(0, Math.floor(whole.length * share)));
        expect([[], meant]).toContainEqual(found);
      }),
      { numRuns: 200 },
    );
  });
});

const pieces = fc.constantFrom(
  "<tool_call>",
  "</tool_call>",
  "<function=read_file>",
  "<parameter=path>",
  "</parameter>",
  "</function>",
  "```json\n",
  "```\n",
  '{"name": "',
  "read_file",
  '", "arguments": {',
  '"path": "a"',
  "}",
  "}}",
  "[",
  "]",
  "(",
  ")",
  "path=",
  "'a'",
  "\n",
  " ",
  "<think>",
  "</think>",
  "Action: ",
  "Action Input: ",
  "[TOOL_CALLS]",
  "[ARGS]",
  "<|channel|>",
  "to=functions.",
  "<|message|>",
  "<read_file>",
  "<path>",
  "</path>",
  "</read_file>",
  "call:",
  '<|"|>',
  "✿FUNCTION✿: ",
  ">>>",
  "<invoke name=",
  "__proto__",
  ":",
  ",",
);

describe("any text", patience, () => {
  it("gives only calls of offered tools that fit their schemas, in order, and spans inside of the text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 40 }), (parts) => {
        const reply = parts.join("");
        const { calls, nearMisses, text: rest } = recoverToolCalls(reply, tools);
        let last = 0;
        for (const { name, arguments: input, span } of calls) {
          const required = tools.find((tool) => tool.name === name)?.inputSchema["required"];
          expect(required).toEqual(expect.arrayContaining(Object.keys(input)));
          expect(span[0]).toBeGreaterThanOrEqual(last);
          expect(span[1]).toBeLessThanOrEqual(reply.length);
          last = span[0];
        }
        expect(rest.length).toBeLessThanOrEqual(reply.length);
        for (const { span, hint } of nearMisses) {
          expect(span[0]).toBeGreaterThanOrEqual(0);
          expect(span[1]).toBeLessThanOrEqual(reply.length);
          expect(hint).not.toBe("");
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("gives no call where no tool is offered, nor for prose", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), prose, (parts, said) => {
        expect(recoverToolCalls(parts.join(""), []).calls).toEqual([]);
        expect(recoverToolCalls(said, tools)).toEqual({ calls: [], nearMisses: [], text: said });
      }),
    );
  });

  it("never throws, whatever the schema", () => {
    const schema = fc.dictionary(
      fc.constantFrom("type", "properties", "required", "items", "anyOf", "allOf", "enum", "$ref", "const", "minItems"),
      fc.anything({ maxDepth: 2, maxKeys: 3 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), schema, (parts, inputSchema) => {
        const odd = [{ name: "read_file", inputSchema }];
        recoverToolCalls(parts.join(""), odd);
        recoverToolCalls('<tool_call>{"name": "read_file", "arguments": {"path": "a"}}</tool_call>', odd);
      }),
      { numRuns: 500 },
    );
  });
});
