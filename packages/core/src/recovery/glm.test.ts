import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";
import { recoverToolCalls } from "./index.js";

const text = { type: "string" };
const tools = [
  offered("ping", {}),
  offered("echo", { message: text, to: text }),
  offered("get-weather", { "user-id": text }),
  offered("find place", { city: text }),
  { name: "open", inputSchema: { type: "object", additionalProperties: true } },
];

describe("GLM's keys and values", () => {
  it.each<RecoveryCase>([
    [
      "a key without its closing tag, names in other letters",
      "<tool_call>GET_WEATHER<arg_key>USER_ID<arg_value>account-7</arg_value></tool_call>",
      [["get-weather", { "user-id": "account-7" }]],
    ],
    [
      "nothing closed, but all there",
      "<tool_call>GET_WEATHER<arg_key>USER_ID<arg_value>account-7</arg_value>",
      [["get-weather", { "user-id": "account-7" }]],
    ],
    ["nothing closed, and a key less", "<tool_call>echo<arg_key>message<arg_value>account-7</arg_value>", []],
    [
      "blanks in a tool's name",
      "<tool_call>  find place  <arg_key>city</arg_key><arg_value>Paris</arg_value></tool_call>",
      [["find place", { city: "Paris" }]],
    ],
    [
      "words in front of the keys",
      "<tool_call>let me echo<arg_key>to</arg_key><arg_value>a</arg_value></tool_call>",
      [],
    ],
    [
      "the tag of a key in a value",
      "<tool_call>echo<arg_key>message</arg_key><arg_value>before <arg_key> after</arg_value></tool_call>",
      [["echo", { message: "before <arg_key> after" }]],
    ],
    [
      "the tag of a key in a value, any keys",
      "<tool_call>open<arg_key>a</arg_key><arg_value>before <arg_key> after</arg_value></tool_call>",
      [["open", { a: "before <arg_key> after" }]],
    ],
    [
      "a key and a value in a value",
      "<tool_call>echo<arg_key>message</arg_key><arg_value>before <arg_key>city</arg_key><arg_value>literal</arg_value> after</arg_value></tool_call>",
      [["echo", { message: "before <arg_key>city</arg_key><arg_value>literal</arg_value> after" }]],
    ],
    [
      "a value without its closing tag before a key of the tool",
      "<tool_call>echo<arg_key>message</arg_key><arg_value>a\n<arg_key>to</arg_key><arg_value>b</arg_value></tool_call>",
      [["echo", { message: "a", to: "b" }]],
    ],
    [
      "a call in a value",
      "<tool_call>echo<arg_key>message</arg_key><arg_value>x <tool_call>echo<arg_key>to</arg_key><arg_value>b</arg_value></tool_call> y</arg_value></tool_call>",
      [["echo", { message: "x <tool_call>echo<arg_key>to</arg_key><arg_value>b</arg_value></tool_call> y" }]],
    ],
    [
      "a value without its closing tag in front of the next call",
      "<tool_call>echo<arg_key>message</arg_key><arg_value>a</tool_call>\n<tool_call>echo<arg_key>to</arg_key><arg_value>b</arg_value></tool_call>",
      [
        ["echo", { message: "a" }],
        ["echo", { to: "b" }],
      ],
    ],
    [
      "signs of markup in keys",
      "<tool_call>open<arg_key>a<1></arg_key><arg_value>b</arg_value><arg_key>x>y</arg_key><arg_value>c</arg_value></tool_call>",
      [["open", { "a<1>": "b", "x>y": "c" }]],
    ],
    [
      "a key without its value, and a call behind its own closing tag",
      "<tool_call>echo<arg_key>message</arg_key></tool_call>\n<tool_call>echo<arg_key>to</arg_key><arg_value>b</arg_value></tool_call>",
      [["echo", { to: "b" }]],
    ],
    [
      "a forbidden key in numbers",
      "<tool_call>open<arg_key>&#95;&#95;proto&#95;&#95;</arg_key><arg_value>a</arg_value></tool_call>",
      [],
    ],
  ])("%s", (_, reply, expected) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });

  it.each([
    [
      "a value that is cut off behind an end that it speaks of",
      "<tool_call>echo<arg_key>to</arg_key><arg_value>a</arg_value><arg_key>message</arg_key><arg_value>the tag </tool_call> ends a call and",
    ],
    [
      "a value that is cut off behind calls in it",
      "<tool_call>echo<arg_key>to</arg_key><arg_value>a</arg_value><arg_key>message</arg_key><arg_value>x <tool_call>ping</tool_call>\n<tool_call>echo<arg_key>to</arg_key><arg_value>b</arg_value></tool_call> y",
    ],
    [
      "a closing tag that text follows",
      "<tool_call>echo<arg_key>message</arg_key><arg_value>a</arg_value> b</tool_call>",
    ],
    [
      "calls in a value behind a forbidden key",
      "<tool_call>open<arg_key>&#95;</arg_key><arg_value>x <tool_call>ping</tool_call> y</arg_value></tool_call>",
    ],
  ])("%s: no call", (_, reply) => {
    const { calls, nearMisses } = recoverToolCalls(reply, tools);
    expect(calls).toEqual([]);
    expect(nearMisses).toHaveLength(1);
  });

  it("hides no key in numbers", () => {
    const reply = "<tool_call>open<arg_key>&#95;&#95;proto&#95;&#95;</arg_key><arg_value>a</arg_value></tool_call>";
    expect(recoverToolCalls(reply, tools).nearMisses[0]?.reason).toBe("forbidden-key");
  });
});

function offered(name: string, properties: { readonly [name: string]: unknown }) {
  return { name, inputSchema: { type: "object", properties, additionalProperties: false } };
}
