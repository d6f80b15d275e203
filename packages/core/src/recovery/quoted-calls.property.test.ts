import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const tools: readonly OfferedTool[] = [
  offered("write_file", { path: text, content: text }),
  offered("edit_file", { path: text, old_string: text, new_string: text }),
  offered("read_file", { path: text }),
];

function offered(name: string, properties: { [name: string]: unknown }): OfferedTool {
  return { name, inputSchema: { type: "object", properties, required: Object.keys(properties) } };
}

/** Text about calls: quotes, braces, tags and whole calls. */
const content = fc
  .array(
    fc.constantFrom(
      '"',
      '"word"',
      "'",
      "{",
      "}",
      "}}",
      "[",
      "]",
      "(",
      ")",
      ", ",
      ": ",
      " + ",
      "...",
      "\n",
      "`",
      '"path": ',
      '"""',
      "<b>",
      "text",
      '{"name": "read_file", "arguments": {"path": "INNER"}}',
      '<tool_call>{"name": "read_file", "arguments": {"path": "INNER"}}</tool_call>',
      "<function=read_file><parameter=path>INNER</parameter></function>",
      "<read_file><path>INNER</path></read_file>",
      '[read_file(path="INNER")]',
    ),
    { maxLength: 12 },
  )
  .map((parts) => `# ${parts.join("")}\nend`);

/** A string with its quotes escaped and its line ends raw, and the other way round. */
const rawLines = (value: string): string => `"${value.replaceAll('"', '\\"')}"`;
const rawQuotes = (value: string): string => `"${value.replaceAll("\n", "\\n")}"`;

function write(written: string): string {
  return `{"name": "write_file", "arguments": {"path": "p", "content": ${written}}}`;
}

function inputs(reply: string): unknown[] {
  return recoverToolCalls(reply, tools).calls.map(({ arguments: input }) => input);
}

/** A quote and a brace are the end of a call as well: what stands behind them may be a sentence. */
function isOpenEnded(value: string): boolean {
  return /"[\s,]*\}/.test(value.replaceAll('"INNER"}}', ""));
}

const unended = content.filter((value) => !isOpenEnded(value));
const runs = { numRuns: 500 };

describe("a call in broken JSON gives its content byte for byte, or no call, and never one that is quoted in it", () => {
  it("with raw line ends", () => {
    fc.assert(
      fc.property(content, (value) => {
        expect(inputs(write(rawLines(value)))).toEqual([{ path: "p", content: value }]);
      }),
      runs,
    );
  });

  it("with raw line ends, cut at any place", () => {
    fc.assert(
      fc.property(content, fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
        const whole = write(rawLines(value));
        const found = inputs(whole.slice(0, Math.floor(whole.length * share)));
        expect([[], [{ path: "p", content: value }]]).toContainEqual(found);
      }),
      runs,
    );
  });

  it("with a forbidden key", () => {
    fc.assert(
      fc.property(content, fc.constantFrom("__proto__", "constructor", "prototype"), (value, key) => {
        expect(inputs(write(rawLines(value)).replace('"path"', `"${key}": 1, "path"`))).toEqual([]);
        expect(inputs(write(rawLines(value)).replace('"p"', `{"${key}": 1}`))).toEqual([]);
      }),
      runs,
    );
  });

  it("with inner quotes", () => {
    fc.assert(
      fc.property(unended, (value) => {
        expect([[], [{ path: "p", content: value }]]).toContainEqual(inputs(write(rawQuotes(value))));
      }),
      runs,
    );
  });
});
