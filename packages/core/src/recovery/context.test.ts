import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const inputSchema = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const plain: readonly OfferedTool[] = [{ name: "shell", inputSchema }];
const strict: readonly OfferedTool[] = [{ name: "shell", inputSchema, effect: "execute" }];
const json = '{"name": "shell", "arguments": {"command": "npm test"}}';
const nested = "<function=shell>\n<parameter=command>\nnpm test\n</parameter>\n</function>";
const written = [
  json,
  `<tool_call>\n${json}\n</tool_call>`,
  nested,
  `<tool_call>\n${nested}\n</tool_call>`,
  `\`\`\`json\n${json}\n\`\`\``,
];

/** How many calls are made of a reply in which `@` stands for a call, for each way to write it. */
function counts(reply: string, tools: readonly OfferedTool[]): readonly number[] {
  return written.map(
    (call) =>
      recoverToolCalls(
        reply.replaceAll("@", () => call),
        tools,
      ).calls.length,
  );
}

describe("quotation marks around a call of several lines", () => {
  it.each([
    ['"@" is what it prints.'],
    ["The page shows “@”."],
    ['The log has "@".'],
    ["Its text:\n'\n@\n'\nNothing else."],
    ['"\n@\n"'],
  ])("make it a quotation: %j", (reply) => {
    // A fence has lines of its own: none begins right behind a quotation mark.
    for (const tools of [plain, strict]) expect(counts(reply, tools).slice(0, 4)).toEqual([0, 0, 0, 0]);
  });

  it.each([['He wants "yes".\n@\n"No" would be wrong.'], ["For the users'\n@\n'k."], ['I write "it"\n@\n']])(
    "do not, where they belong to words in front of it or behind it: %j",
    (reply) => {
      expect(counts(reply, plain)).toEqual([1, 1, 1, 1, 1]);
    },
  );
});
