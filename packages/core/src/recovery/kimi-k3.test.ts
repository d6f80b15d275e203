import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase, usualTools } from "../../test/recovery-cases.js";
import { recoverToolCalls } from "./index.js";

it("leaves nothing of the tags around Kimi K3's calls", () => {
  const call =
    '<|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|>';
  const reply = `Let me see.<|open|>tools<|sep|>${call}\n${call}<|close|>tools<|sep|><|close|>message<|sep|>`;
  const { calls, text } = recoverToolCalls(reply, usualTools);
  expect(calls).toHaveLength(2);
  expect(text.trim()).toBe("Let me see.");
});

const call = (name: string, values: string): string =>
  `<|open|>call tool="${name}" index="1"<|sep|>${values}<|close|>call<|sep|>`;
const argument = (key: string, value: string, type = "string"): string =>
  `<|open|>argument key="${key}" type="${type}"<|sep|>${value}<|close|>argument<|sep|>`;

describe("Kimi K3", () => {
  const quoted = "<shell><command>ls</command></shell>";
  const whole = call("search", argument("query", "b"));
  const called: [string, object][] = [["search", { query: "b" }]];
  const open = '<|open|>call tool="write_file"<|sep|>';

  it.each<RecoveryCase>([
    ["a value that is cut off", `${open}<|open|>argument key="content"<|sep|>${quoted}\nmore`, []],
    ["an argument that is cut off", `${open}${argument("path", "a")}<|open|>argument key="content" ${quoted}`, []],
    [
      "a value that is none, and a call behind",
      `${open}${argument("a", "{", "object")}${argument("content", quoted)}<|close|>call<|sep|>${whole}`,
      called,
    ],
    [
      "words between the arguments, and a call behind",
      `${open}${argument("path", "a")}and${argument("content", quoted)}<|close|>call<|sep|>${whole}`,
      called,
    ],
    ["no arguments but something else", call("write_file", `x ${quoted}`), []],
    ["an opener that is only mentioned", `It writes \`${open}\` then.\n${whole}`, called],
    [
      "names that were escaped, and text that was not",
      call("a&amp;b", argument("q&quot;", "say &quot;hi&quot;")),
      [["a&b", { 'q"': "say &quot;hi&quot;" }]],
      [{ name: "a&b", inputSchema: { type: "object", properties: { 'q"': { type: "string" } } } }],
    ],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });
});
