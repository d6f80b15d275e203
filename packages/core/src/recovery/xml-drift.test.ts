import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const tools: OfferedTool[] = [
  offered("get_weather", { city: text, unit: text }),
  offered("search", { query: text, limit: { type: "integer" } }),
  offered("read_file", { path: text }),
  offered("write_file", { path: text, content: text }),
  offered("mail", { to: text, body: text }),
  offered("find_customer", { phone_number: text }),
  offered("set_alarm", { volume: { type: "number" } }),
  offered("now", {}),
];

function offered(name: string, properties: { [name: string]: unknown }): OfferedTool {
  return { name, inputSchema: { type: "object", properties } };
}

describe("calls in tags that are not written as their format wants them", () => {
  it.each<RecoveryCase>([
    [
      "parameters behind the closing tag of their function",
      "<tool_call>\n<function=get_weather</function>\n<parameter=city>New York</parameter>\n</tool_call>\n\n<tool_call>\n<function=get_weather></function>\n<parameter=city>London</parameter>\n</tool_call>",
      [
        ["get_weather", { city: "New York" }],
        ["get_weather", { city: "London" }],
      ],
    ],
    [
      "the same with names in attributes",
      '<invoke name="search"></invoke>\n<parameter name="query">a</parameter>\n</invoke>',
      [["search", { query: "a" }]],
    ],
    [
      "the closing tag of a call's last parameter is missing in front of the next call",
      "<tool_call><function=search><parameter=query>a</function></tool_call>\n<tool_call><function=search><parameter=query>b</parameter></function></tool_call>",
      [
        ["search", { query: "a" }],
        ["search", { query: "b" }],
      ],
    ],
    [
      "a closing tag twice",
      "<function=search><parameter=query>a</parameter>\n</parameter></function>",
      [["search", { query: "a" }]],
    ],
    [
      "the same without an opening tag",
      "<function=search</function>\n<parameter=query>multiply</parameter>\n<parameter=limit>5</parameter>\n</tool_call>",
      [["search", { query: "multiply", limit: 5 }]],
    ],
    [
      "a function that has lost its bracket and needs nothing",
      "<tool_call>\n<function=now\n</function>\n</tool_call>",
      [["now", {}]],
    ],
    [
      "a closing tag on the next parameter's line is missing",
      "<function=get_weather><parameter=city>1<parameter=unit>2</parameter></function>",
      [["get_weather", { city: "1", unit: "2" }]],
    ],
    [
      "a tag in a value that no parameter is named by",
      "<function=mail><parameter=body>use <parameter=x> here</parameter></function>",
      [["mail", { body: "use <parameter=x> here" }]],
    ],
    [
      "a tag in a value that is spoken of",
      "<function=mail><parameter=body>He wrote <parameter=to> in it</parameter></function>",
      [["mail", { body: "He wrote <parameter=to> in it" }]],
    ],
    [
      "a tag of HTML in a value",
      '<function=write_file>\n<parameter=content>\n<object>\n<param name="path" value="y"><param name="path"></object>\n</parameter>\n</function>',
      [["write_file", { content: '<object>\n<param name="path" value="y"><param name="path"></object>' }]],
    ],
    [
      "JSON in a list of arguments",
      '<function=search><arguments>{"query": "a"}</arguments></function>',
      [["search", { query: "a" }]],
    ],
    [
      "a tag in a value of a parameter that comes later",
      "<function=write_file><parameter=content>use <parameter=path> here</parameter><parameter=path>a</parameter></function>",
      [["write_file", { content: "use <parameter=path> here", path: "a" }]],
    ],
    [
      "a tag in a value of a parameter that came before",
      "<function=write_file><parameter=path>a</parameter><parameter=content>use <parameter=path> here</parameter></function>",
      [["write_file", { path: "a", content: "use <parameter=path> here" }]],
    ],
    [
      "another closing tag in a value that lacks its own",
      "<function=search><parameter=query>How to use </tool> tag</function>",
      [["search", { query: "How to use </tool> tag" }]],
    ],
    [
      "a missing space before the name",
      '<functionname="get_weather"><paramname="city">上海</param><paramname="unit">c</param></function>',
      [["get_weather", { city: "上海", unit: "c" }]],
    ],
    [
      "the sign of a tokenizer for that space",
      '<functionĠname="get_weather"><paramĠname="city">上海</param></function>',
      [["get_weather", { city: "上海" }]],
    ],
    [
      "a list around the parameters",
      '<function name="get_weather"><arguments><param name="city">Paris</param></arguments></function>',
      [["get_weather", { city: "Paris" }]],
    ],
    [
      "a list around children",
      "<function=search>\n<parameters>\n<query>a</query>\n<limit>3</limit>\n</parameters>\n</function>",
      [["search", { query: "a", limit: 3 }]],
    ],
    [
      "all arguments in one parameter",
      `<function name="find_customer"><param name="properties">{'phone_number': '555-123-2002'}</param></function>`,
      [["find_customer", { phone_number: "555-123-2002" }]],
    ],
    [
      "the same in DSML",
      '<｜DSML｜invoke name="get_weather">\n<｜DSML｜parameter name="input" string="false">{"city": "Beijing"}</｜DSML｜parameter>\n</｜DSML｜invoke>',
      [["get_weather", { city: "Beijing" }]],
    ],
    [
      "DSML between doubled bars",
      '<｜｜DSML｜｜tool_calls> <｜｜DSML｜｜invoke name="search"> <｜｜DSML｜｜parameter name="query" string="true">print("1")</｜｜DSML｜｜parameter> </｜｜DSML｜｜invoke> </｜｜DSML｜｜tool_calls>',
      [["search", { query: 'print("1")' }]],
    ],
    [
      "DSML between bars with spaces",
      '< | DSML | tool_calls>\n< | DSML | invoke name="search">\n< | DSML | parameter name="query" string="true">a 2>&1 | b</ | DSML | parameter>\n< | DSML | parameter name="limit" string="false">60</ | DSML | parameter>\n</ | DSML | invoke>\n</ | DSML | tool_calls>',
      [["search", { query: "a 2>&1 | b", limit: 60 }]],
    ],
    [
      "one parameter whose object holds something else",
      '<function=mail><parameter=input>{"x": "1"}</parameter></function>',
      [["mail", { input: '{"x": "1"}' }]],
    ],
    [
      "children named as parameters",
      '<tool_call>\n<function=write_file>\n<path>\na.py\n</path>\n<content>\n"""doc"""\n\n<b>x</b> </content> y\n</content>\n</function>',
      [["write_file", { path: "a.py", content: '"""doc"""\n\n<b>x</b> </content> y' }]],
    ],
    [
      "children behind a name",
      "<tool_call>write_file\n<path>a.py</path>\n<content>x = 1\n</content>\n</write_file>",
      [["write_file", { path: "a.py", content: "x = 1\n" }]],
    ],
    [
      "a tag without its beginning",
      "<tool_call>function=mail>\n<parameter=to>\n민석\n</parameter>\n<parameter=body>\n3시 <중요>\n</parameter>\n</function>",
      [["mail", { to: "민석", body: "3시 <중요>" }]],
    ],
    [
      "parameters behind a name",
      "<tool_call>mail\n<parameter=to>\na\n</parameter>\n</function>\n</tool_call>",
      [["mail", { to: "a" }]],
    ],
    [
      "names that stand between the tags, also the function's",
      "<tool_call>\n<function>mail</function>\n<parameter>to</parameter>\n민석\n<parameter>body</parameter>\nHello,\n\n<b>you</b>\n</function>\n</tool_call>",
      [["mail", { to: "민석", body: "Hello,\n\n<b>you</b>" }]],
    ],
    [
      "names between the tags and in them",
      "<function=get_weather><parameter>city</parameter>1<parameter=unit>2</parameter></function>",
      [["get_weather", { city: "1", unit: "2" }]],
    ],
    [
      "a number in a tag of its own",
      "<function=set_alarm>\n<parameter=volume>\n<value>0.8</value>\n</parameter>\n</function>",
      [["set_alarm", { volume: 0.8 }]],
    ],
    [
      "a text in such a tag",
      "<function=read_file><parameter=path><value>a</value></parameter></function>",
      [["read_file", { path: "<value>a</value>" }]],
    ],
    [
      "a name in a tag and then parameters",
      "<tool_call><name>search</name><parameter=query>How to close </name> tag</tool_call>",
      [["search", { query: "How to close </name> tag" }]],
    ],
    [
      "the same in a function",
      "<tool_call><function><tool_name>search</tool_name><parameter=query>1</parameter></function></tool_call>",
      [["search", { query: "1" }]],
    ],
    [
      "spaces around the equals sign",
      '<function = "search"><parameter=query>1</parameter></function>',
      [["search", { query: "1" }]],
    ],
    [
      "the function's name between tags",
      '<function>search</function>\n<arguments>{"query": "a"}</arguments>',
      [["search", { query: "a" }]],
    ],
    [
      "children for arguments",
      "<tool>\n<name>read_file</name>\n<arguments>\n<path>/home/user/doc.txt</path>\n</arguments>\n</tool>\n<tool>\n<name>write_file</name>\n<arguments>\n<path>out.txt</path>\n<content>a <b>c</b></content>\n</arguments>\n</tool>",
      [
        ["read_file", { path: "/home/user/doc.txt" }],
        ["write_file", { path: "out.txt", content: "a <b>c</b>" }],
      ],
    ],
    [
      "children with types",
      "<function_call>\n<name>search</name>\n<parameters>\n<query>cats</query>\n<limit>10</limit>\n</parameters>\n</function_call>",
      [["search", { query: "cats", limit: 10 }]],
    ],
    [
      "a call that is shown in a value",
      "<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=content>\n# Doc\n<function=read_file>\n<parameter=path>\nb\n</parameter>\n</function>\nend\n</parameter>\n</function>\n</tool_call>",
      [
        [
          "write_file",
          {
            path: "a",
            content: "# Doc\n<function=read_file>\n<parameter=path>\nb\n</parameter>\n</function>\nend",
          },
        ],
      ],
    ],
    [
      "a call in other tags that is shown in a value",
      '<function=write_file><parameter=content>x <invoke name="now"><parameter name="a">b</parameter></invoke> y</parameter></function>',
      [["write_file", { content: 'x <invoke name="now"><parameter name="a">b</parameter></invoke> y' }]],
    ],
    [
      "the same in DSML, within its own kind",
      '<｜DSML｜invoke name="write_file"><｜DSML｜parameter name="content" string="true">x <｜DSML｜invoke name="now"><｜DSML｜parameter name="a">b</｜DSML｜parameter></｜DSML｜invoke> y</｜DSML｜parameter></｜DSML｜invoke>',
      [
        [
          "write_file",
          {
            content:
              'x <｜DSML｜invoke name="now"><｜DSML｜parameter name="a">b</｜DSML｜parameter></｜DSML｜invoke> y',
          },
        ],
      ],
    ],
    [
      "a call that is shown in a value behind one without its closing tag",
      "<function=write_file>\n<parameter=path>\na\n<parameter=content>\n<function=read_file><parameter=path>b</parameter></function>\nend\n</parameter>\n</function>",
      [["write_file", { path: "a", content: "<function=read_file><parameter=path>b</parameter></function>\nend" }]],
    ],
    [
      "no closing tag, and the line end before the function's",
      "<tool_call>\n<function=search>\n<parameter=query>a\n</function>\n</tool_call>",
      [["search", { query: "a" }]],
    ],
    [
      "no closing tag, a line end that is the value's and one that is not",
      "<function=search>\n<parameter=query>\na\n\n</function>",
      [["search", { query: "a\n" }]],
    ],
    [
      "a tag that is mentioned, and a call behind it",
      'The mark <function=mail>{...} is used.\n<tool_call>{"name": "now", "arguments": {}}</tool_call>',
      [["now", {}]],
    ],
    [
      "JSON that can't be read, and a call behind its closing tag",
      '<function=mail>{"to" "a"}</function>\n<tool_call>{"name": "now", "arguments": {}}</tool_call>',
      [["now", {}]],
    ],
    [
      "a broken call, and a whole one behind its own closing tag",
      "<function=search><parameter=query>a</parameter></parameter> b</function>\n<function=read_file><parameter=path>b</parameter></function>",
      [["read_file", { path: "b" }]],
    ],
    [
      "the same in DSML",
      '<｜DSML｜invoke name="search"><｜DSML｜parameter name="query">a</｜DSML｜parameter>b</｜DSML｜invoke>\n<｜DSML｜invoke name="now"></｜DSML｜invoke>',
      [["now", {}]],
    ],
  ])("%s", (_, reply, expected) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });

  it.each([
    ["a function that has lost its bracket and its parameters", "<function=get_weather</function>"],
    [
      "a closing tag that text follows, and none behind it",
      "<function=mail>\n<parameter=body></parameter>\nDear John,\n</function>",
    ],
    [
      "a closing tag twice and text behind it",
      "<function=search><parameter=query>a</parameter></parameter> b</function>",
    ],
    ["a value between closing tags", "<function=mail><parameter>body</parameter>a </parameter> b</function>"],
    [
      "a closing tag of another kind for the function's",
      "<tool_call><function=search><parameter=query>x</tool></tool_call>",
    ],
    [
      "a parameter behind the others that has no name",
      "<function=mail><parameter=to>a</parameter><parameter>x</parameter>b</function>",
    ],
    ["a name between the tags without a value", "<function=mail><parameter>to</parameter></function>"],
    ["markup for arguments that names none", "<tool><name>read_file</name><arguments><b>a</b></arguments></tool>"],
    [
      "markup that goes on behind them",
      "<tool><name>read_file</name><arguments><path>a</path> or b</arguments></tool>",
    ],
    ["children that are cut off", "<name>write_file</name><arguments><path>a</path><content>b</content>"],
    ["a child twice", "<function=read_file><path>a</path><path>b</path></function>"],
    ["two names in front of one input", "<tool>now</tool><tool>search</tool><tool_input>x</tool_input>"],
    ["arguments behind the closing tag of a name", "<tool_call>search</tool_call><arguments>{}</arguments>"],
    [
      "a call in the content of one that is cut off",
      "<function=write_file>\n<parameter=path>a</parameter>\n<parameter=content>\n<function=read_file>\n<parameter=path>b</parameter>\n</function>\n",
    ],
    [
      "a call in the content of one that can't be read",
      "<function=write_file>\n<title>a</title>\n<content>\n<function=read_file>\n<parameter=path>b</parameter>\n</function>\n</content>\n</function>",
    ],
    [
      "a call in a child that is cut off",
      "<function=write_file>\n<path>a</path>\n<content>\n<read_file><path>b</path></read_file>\n",
    ],
    [
      "a call in a child of a tag named as the tool",
      "<write_file><path>a</path><content>\n<read_file><path>b</path></read_file>\n",
    ],
    [
      "a call in a child behind a name",
      "<tool_call>write_file\n<path>a</path>\n<content>\n<read_file><path>b</path></read_file>\n",
    ],
    [
      "a call in arguments that are cut off",
      '<name>write_file</name><arguments><path>a</path><content><tool_call>{"name": "read_file", "arguments": {"path": "b"}}</tool_call>',
    ],
    [
      "a value that is cut off behind an end that it speaks of",
      "<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=content>\nUse </function> and </tool_call> to close.\nThen",
    ],
    [
      "the same with a call behind it",
      '<function=write_file><parameter=content>\nUse </function> to close.\n<tool_call>{"name": "read_file", "arguments": {"path": "b"}}</tool_call>',
    ],
    ["the same in DSML", '<｜DSML｜invoke name="mail">\n<｜DSML｜parameter name="body">a\n</tool_call> more'],
    [
      "the same as MiniCPM writes it",
      '<function name="mail"><param name="to">a</param><param name="body">b\n</tool_call> more',
    ],
    [
      "a value that is cut off behind a call in it",
      '<invoke name="mail"><parameter name="body">a\n<invoke name="now"><parameter name="x">b</parameter></invoke>\nmore',
    ],
    [
      "a value that is cut off with the end of a call in it",
      '<function=mail>\n<parameter=body>\na\n<tool_call>{"name": "now", "arguments": {}}</tool_call>',
    ],
    [
      "a call that may be the next one or part of a value",
      "<function=search><parameter=query>a</function>\n<function=mail><parameter=body>\na </function> b</parameter></function>",
    ],
    [
      "a value that is cut off behind a call in a string of it",
      '<function=write_file><parameter=content>a = "<function=now>\\n<parameter=x>b\\n</parameter>',
    ],
    [
      "a call in JSON that can't be read",
      '<function=mail>{"to" "a", body: x <tool_call>{"name": "now", "arguments": {}}</tool_call> y',
    ],
    [
      "a call in JSON that is cut off",
      '<function=write_file>{"path": "a", "content": "x\n<tool_call>{"name": "now", "arguments": {}}</tool_call>\ny',
    ],
    [
      "a call in a child that is no parameter and is cut off",
      '<function=write_file>\n<text>\n<tool_call>{"name": "now", "arguments": {}}</tool_call>\n',
    ],
    [
      "the end of a call in a value that goes on behind it",
      "<function=write_file><parameter=content>\nClose it:\n</parameter>\n</function>\nand <now></now> is run.\n</parameter></function>",
    ],
  ])("%s: no call", (_, reply) => {
    const { calls, nearMisses } = recoverToolCalls(reply, tools);
    expect(calls).toEqual([]);
    expect(nearMisses.length).toBeGreaterThan(0);
  });

  it("a command in a child of its arguments is run, one that had to be looked for is not", () => {
    const shell: OfferedTool[] = [{ ...offered("shell", { command: text }), effect: "execute" }];
    const child = "<tool_call><name>shell</name><arguments><command>ls</command></arguments></tool_call>";
    expect(callsIn(child, shell)).toEqual([["shell", { command: "ls" }]]);
    const late = "<tool_call><function=shell</function><parameter=command>ls</parameter></tool_call>";
    const nameless = "<function=shell><parameter>command</parameter>ls</function>";
    for (const reply of [late, nameless]) expect(callsIn(reply, shell)).toEqual([]);
  });
});
