import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";

describe("arguments in tags", () => {
  it.each<RecoveryCase>([
    [
      "qwen std",
      "<tool_call>\n<function=write_file>\n<parameter=path>\na.py\n</parameter>\n<parameter=content>\ndef f():\n    return 1\n\n\n</parameter>\n</function>\n</tool_call>",
      [["write_file", { path: "a.py", content: "def f():\n    return 1\n\n" }]],
    ],
    [
      "qwen indent",
      "<tool_call>\n<function=write_file>\n<parameter=path>a.py</parameter>\n<parameter=content>\n    indented\n  </parameter>\n</function>\n</tool_call>",
      [["write_file", { path: "a.py", content: "    indented\n  " }]],
    ],
    [
      "qwen miss closers",
      "<tool_call>\n<function=read_file>\n<parameter=path>\na.py\n</parameter>\n</tool_call>",
      [["read_file", { path: "a.py" }]],
    ],
    [
      "qwen miss param close",
      "<tool_call>\n<function=write_file>\n<parameter=path>\na.py\n<parameter=content>\nx\n</parameter>\n</function>\n</tool_call>",
      [["write_file", { path: "a.py", content: "x" }]],
    ],
    [
      "qwen miss param close last",
      "<tool_call>\n<function=read_file>\n<parameter=path>\na.py\n</function>\n</tool_call>",
      [["read_file", { path: "a.py" }]],
    ],
    [
      "qwen eos",
      "<function=read_file>\n<parameter=path>\na.py\n</parameter>\n</function>",
      [["read_file", { path: "a.py" }]],
    ],
    [
      "qwen eos2",
      "<tool_call>\n<function=read_file>\n<parameter=path>\na.py\n</parameter>\n</function>",
      [["read_file", { path: "a.py" }]],
    ],
    [
      "qwen eos3",
      "<tool_call>\n<function=read_file>\n<parameter=path>\na.py\n</parameter>",
      [["read_file", { path: "a.py" }]],
    ],
    [
      "qwen anyOf",
      '<tool_call><function=f><parameter=a>5</parameter><parameter=b>null</parameter><parameter=c>[1, "x"]</parameter></function></tool_call>',
      [["f", { a: 5, b: null, c: [1, "x"] }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: {
              a: { anyOf: [{ type: "integer" }, { type: "null" }] },
              b: { anyOf: [{ type: "string" }, { type: "null" }] },
              c: { anyOf: [{ type: "array" }, { type: "string" }] },
            },
          },
        },
      ],
    ],
    [
      "qwen py dict",
      "<tool_call><function=f><parameter=a>{'k': 1, 'b': True, 'n': None}</parameter></function></tool_call>",
      [["f", { a: { k: 1, b: true, n: null } }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "object" } } } }],
    ],
    [
      "qwen string number",
      '<tool_call><function=f><parameter=zip>90210</parameter><parameter=j>{"a": 1}</parameter></function></tool_call>',
      [["f", { zip: "90210", j: '{"a": 1}' }]],
      [{ name: "f", inputSchema: { type: "object", properties: { zip: { type: "string" }, j: { type: "string" } } } }],
    ],
    [
      "qwen bool True",
      "<tool_call><function=f><parameter=b>True</parameter><parameter=n>None</parameter></function></tool_call>",
      [["f", { b: true, n: null }]],
      [
        {
          name: "f",
          inputSchema: { type: "object", properties: { b: { type: "boolean" }, n: { type: ["string", "null"] } } },
        },
      ],
    ],
    [
      "qwen html",
      '<tool_call>\n<function=write_file>\n<parameter=path>\na.html\n</parameter>\n<parameter=content>\n<div class="x">1 < 2 && 3 > 2</div>\n</parameter>\n</function>\n</tool_call>',
      [["write_file", { path: "a.html", content: '<div class="x">1 < 2 && 3 > 2</div>' }]],
    ],
    [
      "qwen closer in content",
      "<tool_call>\n<function=write_file>\n<parameter=path>\na.md\n</parameter>\n<parameter=content>\nuse </parameter> to end, and <tool_call> to start\n</parameter>\n</function>\n</tool_call>",
      [["write_file", { path: "a.md", content: "use </parameter> to end, and <tool_call> to start" }]],
    ],
    [
      "qwen name attr",
      '<function name="read_file">\n<parameter name="path">a.py</parameter>\n</function>',
      [["read_file", { path: "a.py" }]],
    ],
    [
      "qwen collapsed",
      '<functionname="read_file"><param name="path">a.py</param></function>',
      [["read_file", { path: "a.py" }]],
    ],
    [
      "invoke more attributes",
      '<invoke name="search" reason="first turn"><parameter name="query" lang="en.US" note=\'a b\'>x</parameter></invoke>',
      [["search", { query: "x" }]],
    ],
    [
      "qwen types of other names",
      "<function=f><parameter=a>42</parameter><parameter=b>7</parameter><parameter=c>0.5</parameter></function>",
      [["f", { a: 42, b: 7, c: 0.5 }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { a: { type: "uint32" }, b: { type: "long" }, c: { type: "float64" } },
          },
        },
      ],
    ],
    [
      "qwen escaped reference",
      "<function=f><parameter=a>17</parameter></function>",
      [["f", { a: 17 }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            $defs: { "a/b~c": { type: "integer" } },
            properties: { a: { $ref: "#/$defs/a~1b~0c" } },
          },
        },
      ],
    ],
    [
      "qwen listed number in quotation marks",
      '<function=f><parameter=a>"1"</parameter></function>',
      [["f", { a: 1 }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "number", enum: [1, 2] } } } }],
    ],
    ["qwen doc", "before <function>docs</function> after", []],
    [
      "qwen noparams",
      "<tool_call>\n<function=now>\n</function>\n</tool_call>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    ["qwen junk", "<parameter>a</parameter>1", []],
    [
      "qwen quoted name",
      '<tool_call><function="read_file"><parameter="path">a</parameter></function></tool_call>',
      [["read_file", { path: "a" }]],
    ],
    [
      "qwen json in function",
      '<tool_call>\n<function=read_file>\n{"path": "a"}\n</function>\n</tool_call>',
      [["read_file", { path: "a" }]],
    ],
    [
      "qwen int float",
      "<tool_call><function=f><parameter=a>3.0</parameter><parameter=b>7</parameter><parameter=c>1e3</parameter></function></tool_call>",
      [["f", { a: 3, b: 7, c: 1000 }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { a: { type: "integer" }, b: { type: "number" }, c: { type: "number" } },
          },
        },
      ],
    ],
    [
      "qwen text after",
      "<tool_call>\n<function=now>\n</function>\n</tool_call>\nDone.",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "qwen entity",
      "<tool_call><function=shell><parameter=command>a &amp;&amp; b &lt; c</parameter></function></tool_call>",
      [["shell", { command: "a && b < c" }]],
    ],
    [
      "qwen ampersand",
      "<tool_call><function=shell><parameter=command>a && b</parameter></function></tool_call>",
      [["shell", { command: "a && b" }]],
    ],
    [
      "glm raw",
      "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Beijing</arg_value>\n</tool_call>\n<tool_call>search\n<arg_key>query</arg_key>\n<arg_value>x</arg_value>\n</tool_call>",
      [
        ["get_weather", { city: "Beijing" }],
        ["search", { query: "x" }],
      ],
    ],
    [
      "glm types",
      "<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>5</arg_value>\n<arg_key>b</arg_key>\n<arg_value>true</arg_value>\n<arg_key>c</arg_key>\n<arg_value>[1,2]</arg_value>\n<arg_key>d</arg_key>\n<arg_value>007</arg_value></tool_call>",
      [["f", { a: 5, b: true, c: [1, 2], d: "007" }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { a: { type: "integer" }, b: { type: "boolean" }, c: { type: "array" }, d: { type: "string" } },
          },
        },
      ],
    ],
    [
      "glm zero",
      "<tool_call>now</tool_call>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "glm zero nl",
      "<tool_call>now\n</tool_call>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "glm missing value close",
      "<tool_call>get_weather<arg_key>city</arg_key><arg_value>Beijing</tool_call>",
      [["get_weather", { city: "Beijing" }]],
    ],
    [
      "glm json after name",
      '<tool_call>skill\n{"name":"x"}\n</tool_call>',
      [["skill", { name: "x" }]],
      [{ name: "skill", inputSchema: { type: "object", properties: { name: { type: "string" } } } }],
    ],
    [
      "glm multiline",
      '<tool_call>write_file<arg_key>path</arg_key><arg_value>a.py</arg_value><arg_key>content</arg_key><arg_value>def f():\n    return "<a>"\n</arg_value></tool_call>',
      [["write_file", { path: "a.py", content: 'def f():\n    return "<a>"\n' }]],
    ],
    [
      "glm no closer key only",
      "<tool_call>get_weather<arg_key>city</arg_key></tool_call>",
      [],
      [
        {
          name: "get_weather",
          inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      ],
    ],
    [
      "glm dup",
      "<tool_call><tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>A</arg_value>\n</tool_call>",
      [["get_weather", { city: "A" }]],
    ],
    [
      "glm undeclared num",
      "<tool_call>f<arg_key>a</arg_key><arg_value>5</arg_value></tool_call>",
      [["f", { a: "5" }]],
      [{ name: "f", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "invoke",
      '<function_calls>\n<invoke name="get_weather">\n<parameter name="city">A</parameter>\n</invoke>\n</function_calls>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "ns a",
      '<antml:function_calls>\n<antml:invoke name="get_weather">\n<antml:parameter name="city">A</antml:parameter>\n</antml:invoke>\n</antml:function_calls>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "ns atem",
      '<atem:function_calls>\n<atem:invoke name="get_weather">\n<atem:parameter name="city">A</atem:parameter>\n</atem:invoke>\n</atem:function_calls>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "invoke single quote",
      "<invoke name='get_weather'><parameter name='city'>A</parameter></invoke>",
      [["get_weather", { city: "A" }]],
    ],
    [
      "invoke noquote",
      "<invoke name=get_weather><parameter name=city>A</parameter></invoke>",
      [["get_weather", { city: "A" }]],
    ],
    [
      "invoke missing close",
      '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">A</parameter>\n</minimax:tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "minimax typed",
      '<minimax:tool_call><invoke name="f"><parameter name="a">5</parameter><parameter name="b">true</parameter><parameter name="c">{"x":[1]}</parameter><parameter name="d">null</parameter></invoke></minimax:tool_call>',
      [["f", { a: 5, b: true, c: { x: [1] }, d: null }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: {
              a: { type: "integer" },
              b: { type: "boolean" },
              c: { type: "object" },
              d: { type: ["string", "null"] },
            },
          },
        },
      ],
    ],
    [
      "minimax html",
      '<minimax:tool_call><invoke name="write_file"><parameter name="path">a</parameter><parameter name="content"><p>x</p>\n</parameter></invoke></minimax:tool_call>',
      [["write_file", { path: "a", content: "<p>x</p>\n" }]],
    ],
    [
      "cline closer inside",
      "<write_file><path>a</path><content>x </content> y</content></write_file>",
      [["write_file", { path: "a", content: "x </content> y" }]],
    ],
    [
      "cline other tool in value",
      "<write_file><path>a</path><content><read_file><path>z</path></read_file></content></write_file>",
      [["write_file", { path: "a", content: "<read_file><path>z</path></read_file>" }]],
    ],
    [
      "cline text",
      "I will\n<read_file><path>a</path></read_file>\nthen\n<shell><command>ls</command></shell>",
      [
        ["read_file", { path: "a" }],
        ["shell", { command: "ls" }],
      ],
    ],
    ["morph selfclose", "<now/>", [["now", {}]], [{ name: "now", inputSchema: { type: "object", properties: {} } }]],
    [
      "morph selfclose sp",
      "<now />",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    ["morph empty", "<now></now>", [["now", {}]], [{ name: "now", inputSchema: { type: "object", properties: {} } }]],
    [
      "morph repeated",
      "<f><tag>a</tag><tag>b</tag></f>",
      [["f", { tag: ["a", "b"] }]],
      [{ name: "f", inputSchema: { type: "object", properties: { tag: { type: "array" } } } }],
    ],
    [
      "morph item",
      "<f><l><item>1</item><item>2</item></l></f>",
      [["f", { l: [1, 2] }]],
      [
        {
          name: "f",
          inputSchema: { type: "object", properties: { l: { type: "array", items: { type: "integer" } } } },
        },
      ],
    ],
    [
      "morph nested",
      "<f><user><name>Bob</name><age>5</age></user></f>",
      [["f", { user: { name: "Bob", age: 5 } }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: {
              user: { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } } },
            },
          },
        },
      ],
    ],
    [
      "morph json val",
      '<f><o>{"a":1}</o></f>',
      [["f", { o: { a: 1 } }]],
      [{ name: "f", inputSchema: { type: "object", properties: { o: { type: "object" } } } }],
    ],
    [
      "morph num bool",
      "<f><n>5</n><b>true</b></f>",
      [["f", { n: 5, b: true }]],
      [{ name: "f", inputSchema: { type: "object", properties: { n: { type: "number" }, b: { type: "boolean" } } } }],
    ],
    [
      "morph html",
      "<div><search>x</search></div>",
      [],
      [
        {
          name: "search",
          inputSchema: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
        },
      ],
    ],
    [
      "morph cdata",
      "<write_file><path>a</path><content><![CDATA[<a>&b]]></content></write_file>",
      [["write_file", { path: "a", content: "<a>&b" }]],
    ],
    ["morph nested entity", "<shell><command>a &amp;&amp; b</command></shell>", [["shell", { command: "a && b" }]]],
    [
      "yaml",
      "<write_file>\npath: a.txt\ncontent: |\n  l1\n    l2\n  l3\n</write_file>",
      [["write_file", { path: "a.txt", content: "l1\n  l2\nl3\n" }]],
    ],
    [
      "yaml list",
      "<f>\nitems:\n  - a\n  - b\nn: 5\n</f>",
      [["f", { items: ["a", "b"], n: 5 }]],
      [
        {
          name: "f",
          inputSchema: { type: "object", properties: { items: { type: "array" }, n: { type: "integer" } } },
        },
      ],
    ],
    ["yaml quoted", '<get_weather>\ncity: "New York"\n</get_weather>', [["get_weather", { city: "New York" }]]],
    ["yaml selfclose", "<now/>", [["now", {}]], [{ name: "now", inputSchema: { type: "object", properties: {} } }]],
    [
      "yaml nested",
      "<f>\nuser:\n  name: Bob\n  age: 5\n</f>",
      [["f", { user: { name: "Bob", age: 5 } }]],
      [{ name: "f", inputSchema: { type: "object", properties: { user: { type: "object" } } } }],
    ],
    [
      "yaml fence",
      "<write_file>\n```yaml\npath: a.txt\ncontent: hi\n```\n</write_file>",
      [["write_file", { path: "a.txt", content: "hi" }]],
    ],
    [
      "name params",
      '<tool_call>\n<name>shell</name>\n<parameters>{"command":"ls"}</parameters>\n</tool_call>',
      [["shell", { command: "ls" }]],
    ],
    [
      "name= params",
      '<tool_call>\n<name=shell</name>\n<parameters>{"command":"ls"}</parameters>\n</tool_call>',
      [["shell", { command: "ls" }]],
    ],
    [
      "name parameter",
      '<tool_call>\n<name>shell</name>\n<parameter>{"command":"ls"}</parameter>\n</tool_call>',
      [["shell", { command: "ls" }]],
    ],
    [
      "name arguments",
      '<tool_call><name>shell</name><arguments>{"command":"ls"}</arguments></tool_call>',
      [["shell", { command: "ls" }]],
    ],
    [
      "name two",
      '<tool_call>\n<name>shell</name>\n<parameters>{"command":"ls"}</parameters>\n</tool_call>\n<tool_call>\n<name>shell</name>\n<parameters>{"command":"pwd"}</parameters>\n</tool_call>',
      [
        ["shell", { command: "ls" }],
        ["shell", { command: "pwd" }],
      ],
    ],
    ["tool tool_input", "<tool>search</tool><tool_input>foo</tool_input>", [["search", { query: "foo" }]]],
    [
      "tool tool_input json",
      '<tool>search</tool>\n<tool_input>{"query":"foo"}</tool_input>',
      [["search", { query: "foo" }]],
    ],
    [
      "function-name",
      '<function-name>search</function-name>\n<arguments>{"query":"foo"}</arguments>',
      [["search", { query: "foo" }]],
    ],
    [
      "FunctionCall",
      "<FunctionCall>\nread_file\n<code>path>/a/b</code>\n</FunctionCall>",
      [["read_file", { path: "/a/b" }]],
    ],
    ["glm lines", "shell/command>ls -la", [["shell", { command: "ls -la" }]]],
    [
      "glm lines 2",
      "read_file/path>a.txt\nsearch/query>foo bar",
      [
        ["read_file", { path: "a.txt" }],
        ["search", { query: "foo bar" }],
      ],
    ],
    [
      "seed",
      "<seed:think>hm</seed:think><seed:tool_call>\n<function=f>\n<parameter=a>5</parameter>\n<parameter=b>x\ny\n</parameter>\n</function>\n</seed:tool_call>",
      [["f", { a: 5, b: "x\ny\n" }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "string" } } } }],
    ],
    [
      "minicpm",
      '<function name="f"><param name="a">5</param><param name="b"><![CDATA[<x>]]></param></function>',
      [["f", { a: 5, b: "<x>" }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "string" } } } }],
    ],
    [
      "minicpm think",
      '</think>\n<function name="f"><param name="a">5</param></function>\n<function name="f"><param name="a">6</param></function>',
      [
        ["f", { a: 5 }],
        ["f", { a: 6 }],
      ],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "integer" } } } }],
    ],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });
});
