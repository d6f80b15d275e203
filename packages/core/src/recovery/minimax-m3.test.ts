import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const integer = { type: "integer" };
const tools: OfferedTool[] = [
  offered("get_weather", { city: text }),
  offered("now", {}),
  offered("order", {
    note: { type: ["string", "null"] },
    urgent: { type: "boolean" },
    shipping: { type: "object", properties: { city: text, zip: integer } },
    items: { type: "array", items: { type: "object", properties: { sku: text, count: integer } } },
    tags: { type: "array", items: text },
  }),
];

function offered(name: string, properties: { [name: string]: unknown }): OfferedTool {
  return { name, inputSchema: { type: "object", properties } };
}

/** The token of the format in front of every tag. */
function marked(reply: string): string {
  return reply.replaceAll(/<(?=\/?[a-z_])/g, "]<]minimax[>[<");
}

describe("MiniMax M3", () => {
  it.each<RecoveryCase>([
    [
      "one call",
      '<tool_call>\n<invoke name="get_weather"><city>Rome</city></invoke>\n</tool_call>',
      [["get_weather", { city: "Rome" }]],
    ],
    [
      "two calls behind words",
      'Let me look.<tool_call><invoke name="get_weather"><city>Rome</city></invoke>\n<invoke name="now"></invoke></tool_call>',
      [
        ["get_weather", { city: "Rome" }],
        ["now", {}],
      ],
    ],
    ["nothing around it", '<invoke name="get_weather"><city>Rome</city></invoke>', [["get_weather", { city: "Rome" }]]],
    [
      "objects and lists",
      '<tool_call><invoke name="order"><urgent>true</urgent><note>null</note><shipping><city>Bonn</city><zip>53111</zip></shipping><items><item><sku>a-1</sku><count>2</count></item><item><sku>b-2</sku><count>5</count></item></items><tags><item>red</item></tags></invoke></tool_call>',
      [
        [
          "order",
          {
            urgent: true,
            note: null,
            shipping: { city: "Bonn", zip: 53111 },
            items: [
              { sku: "a-1", count: 2 },
              { sku: "b-2", count: 5 },
            ],
            tags: ["red"],
          },
        ],
      ],
    ],
    [
      "a value as it stands",
      '<tool_call><invoke name="get_weather"><city>\n "a" & \\ b &lt;\n</city></invoke></tool_call>',
      [["get_weather", { city: '\n "a" & \\ b &lt;\n' }]],
    ],
  ])("%s", (_, reply, expected) => {
    const { calls, text: left } = recoverToolCalls(marked(reply), tools);
    expect(callsIn(marked(reply), tools)).toEqual(expected);
    expect([left.trim(), calls[0]?.format]).toEqual([reply.startsWith("<") ? "" : "Let me look.", "minimax-m3"]);
  });

  it("a call in its thinking is passed over for the one behind it", () => {
    const call = (city: string): string =>
      marked(`<tool_call><invoke name="get_weather"><city>${city}</city></invoke></tool_call>`);
    expect(callsIn(`<mm:think>${call("Bonn")}</mm:think>${call("Rome")}`, tools)).toEqual([
      ["get_weather", { city: "Rome" }],
    ]);
  });

  it("markup without the token is part of a value", () => {
    const reply = `${marked('<tool_call><invoke name="get_weather"><city>')}a <b>c</b> </city> d${marked("</city></invoke></tool_call>")}`;
    expect(callsIn(reply, tools)).toEqual([["get_weather", { city: "a <b>c</b> </city> d" }]]);
  });

  it("a call behind one that can't be read", () => {
    const reply = marked('<invoke name="get_weather">in <city>Rome</city></invoke>\n<invoke name="now"></invoke>');
    expect(callsIn(reply, tools)).toEqual([["now", {}]]);
  });

  it.each([
    ["a call that is cut off", '<tool_call><invoke name="get_weather"><city>Rome</city>'],
    ["a value that is cut off", '<tool_call><invoke name="get_weather"><city>Ro'],
    ["text beside the parameters", '<tool_call><invoke name="get_weather">in <city>Rome</city></invoke></tool_call>'],
    ["text for parameters", '<tool_call><invoke name="get_weather">Rome</invoke></tool_call>'],
    ["crossed tags", '<tool_call><invoke name="get_weather"><city>Rome</invoke></city></tool_call>'],
    ["a parameter twice", '<invoke name="get_weather"><city>Rome</city><city>Bonn</city></invoke>'],
    ["a call in a value", '<invoke name="get_weather"><city>a<invoke name="now"></invoke></city></invoke>'],
    [
      "two calls in a value",
      '<invoke name="get_weather"><city>a<invoke name="now"></invoke>\n<invoke name="now"></invoke></city></invoke>',
    ],
    ["a forbidden key", '<invoke name="get_weather"><__proto__><a>1</a></__proto__></invoke>'],
    ["a tag without a call", "<tool_call>\n</city> after an error"],
  ])("%s: no call", (_, reply) => {
    const { calls, nearMisses } = recoverToolCalls(marked(reply), tools);
    expect(calls).toEqual([]);
    expect(nearMisses).toHaveLength(1);
  });
});
