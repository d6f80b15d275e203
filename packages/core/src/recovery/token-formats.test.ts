import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase, usualTools } from "../../test/recovery-cases.js";
import { recoverToolCalls } from "./index.js";

describe("a name behind a special token", () => {
  it.each<RecoveryCase>([
    [
      "mistral old",
      '[TOOL_CALLS] [{"name":"search","arguments":{"query":"b"}},{"name":"search","arguments":{"query":"c"}}]',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "mistral old args first",
      '[TOOL_CALLS] [{"arguments":{"query":"b"},"name":"search"}]',
      [["search", { query: "b" }]],
    ],
    [
      "mistral old trailing",
      '[TOOL_CALLS] [{"name":"search","arguments":{"query":"b"}}] trailing text',
      [["search", { query: "b" }]],
    ],
    [
      "mistral closer",
      '[TOOL_CALLS] [{"name":"search","arguments":{"query":"b"}}] [/TOOL_CALLS]',
      [["search", { query: "b" }]],
    ],
    ["mistral obj", '[TOOL_CALLS] {"name":"search","arguments":{"query":"b"}}', [["search", { query: "b" }]]],
    [
      "mistral noarg",
      "[TOOL_CALLS]now",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "mistral noarg args",
      "[TOOL_CALLS]now[ARGS]{}",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "mistral think",
      '[THINK]hm [TOOL_CALLS]x[ARGS]{"a":1}[/THINK][TOOL_CALLS]search[ARGS]{"query":"b"}',
      [["search", { query: "b" }]],
    ],
    [
      "mistral multi newline",
      '[TOOL_CALLS]search\n{"query":"b"}\n[TOOL_CALLS]search {"query":"c"}',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "mistral marker in arg",
      '[TOOL_CALLS]search[ARGS]{"query":"[TOOL_CALLS] x [ARGS]{}"}',
      [["search", { query: "[TOOL_CALLS] x [ARGS]{}" }]],
    ],
    ["mistral prose", "[TOOL_CALLS] But then nothing follows and more text", []],
    [
      "mistral text before",
      'Let me check.[TOOL_CALLS][{"name":"search","arguments":{"query":"b"}}]',
      [["search", { query: "b" }]],
    ],
    [
      "mistral id",
      '[TOOL_CALLS][{"name":"search","arguments":{"query":"b"},"id":"abc123456"}]',
      [["search", { query: "b" }]],
    ],
    [
      "ds ascii",
      '<|tool_calls_begin|><|tool_call_begin|>function<|tool_sep|>search\n```json\n{"query":"b"}\n```<|tool_call_end|><|tool_calls_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "ds escaped",
      '<｜tool\\_calls\\_begin｜><｜tool\\_call\\_begin｜>function<｜tool\\_sep｜>search\n```json\n{"query":"b"}\n```<｜tool\\_call\\_end｜><｜tool\\_calls\\_end｜>',
      [["search", { query: "b" }]],
    ],
    [
      "ds no outer",
      '<｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n```json\n{"query":"b"}\n```<｜tool▁call▁end｜>',
      [["search", { query: "b" }]],
    ],
    [
      "ds missing end",
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n```json\n{"query":"b"}\n```',
      [["search", { query: "b" }]],
    ],
    [
      "ds missing end 2",
      '<｜tool▁calls▁begin｜>function<｜tool▁sep｜>search\n```json\n{"query":"b"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      [["search", { query: "b" }]],
    ],
    [
      "ds 2 newline",
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n```json\n{"query":"b"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>search\n```json\n{"query":"c"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "ds noargs",
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "dsml json body",
      '<｜DSML｜function_calls><｜DSML｜invoke name="search">{"query":"b"}</｜DSML｜invoke></｜DSML｜function_calls>',
      [["search", { query: "b" }]],
    ],
    [
      "dsml selfclose",
      '<｜DSML｜function_calls><｜DSML｜invoke name="now"/></｜DSML｜function_calls>',
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "dsml noargs",
      '<｜DSML｜function_calls>\n<｜DSML｜invoke name="now">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "dsml arguments param",
      '<｜DSML｜tool_calls><｜DSML｜invoke name="search"><｜DSML｜parameter name="arguments" string="false">{"query":"b","topn":3}</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜tool_calls>',
      [["search", { query: "b", topn: 3 }]],
      [
        {
          name: "search",
          inputSchema: { type: "object", properties: { query: { type: "string" }, topn: { type: "integer" } } },
        },
      ],
    ],
    [
      "dsml json values",
      '<｜DSML｜function_calls><｜DSML｜invoke name="f"><｜DSML｜parameter name="a" string="false">[1,2]</｜DSML｜parameter><｜DSML｜parameter name="b" string="false">true</｜DSML｜parameter><｜DSML｜parameter name="c" string="true">5</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>',
      [["f", { a: [1, 2], b: true, c: "5" }]],
      [{ name: "f", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "dsml missing closers",
      '<｜DSML｜function_calls>\n<｜DSML｜invoke name="search">\n<｜DSML｜parameter name="query" string="true">b</｜DSML｜parameter>\n</｜DSML｜invoke>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi bare counter",
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.get.weather-x:3<|tool_call_argument_begin|>{"city":"A"}<|tool_call_end|><|tool_calls_section_end|>',
      [["get.weather-x", { city: "A" }]],
      [{ name: "get.weather-x", inputSchema: { type: "object", properties: { city: { type: "string" } } } }],
    ],
    [
      "kimi no functions",
      '<|tool_calls_section_begin|><|tool_call_begin|>search:0<|tool_call_argument_begin|>{"query":"b"}<|tool_call_end|><|tool_calls_section_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi no section",
      '<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"query":"b"}<|tool_call_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi singular",
      '<|tool_call_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"query":"b"}<|tool_call_end|><|tool_call_section_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi missing end",
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"query":"b"}',
      [["search", { query: "b" }]],
    ],
    [
      "kimi tokens in arg",
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"query":"<|tool_call_end|> b"}<|tool_call_end|><|tool_calls_section_end|>',
      [["search", { query: "<|tool_call_end|> b" }]],
    ],
    [
      "kimi nested newline",
      '<|tool_calls_section_begin|>\n<|tool_call_begin|>functions.search:0\n<|tool_call_argument_begin|>\n{\n"query": "b"\n}\n<|tool_call_end|>\n<|tool_calls_section_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi missing opener",
      'functions.search:0<|tool_call_argument_begin|>{"query":"b"}<|tool_call_end|><|tool_calls_section_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi empty args",
      "<|tool_calls_section_begin|><|tool_call_begin|>functions.now:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "kimi k3",
      '<|open|>response<|sep|>Let me see.<|close|>response<|sep|><|open|>tools<|sep|><|open|>call tool="f" index="1"<|sep|><|open|>argument key="a" type="string"<|sep|>print(1)\n<|close|>argument<|sep|><|open|>argument key="b" type="object"<|sep|>{"x": 1}<|close|>argument<|sep|><|close|>call<|sep|><|open|>call tool="f" index="2"<|sep|><|open|>argument key="a" type="string"<|sep|>5<|close|>argument<|sep|><|open|>argument key="c" type="number"<|sep|>5<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|><|close|>message<|sep|>',
      [
        ["f", { a: "print(1)\n", b: { x: 1 } }],
        ["f", { a: "5", c: 5 }],
      ],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" }, c: { type: "integer" } } } }],
    ],
    [
      "kimi k3 without its last closer",
      '<|open|>tools<|sep|><|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi k3 with its words in a value",
      '<|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>a<|close|>argument<|sep|> b<|close|>argument<|sep|><|close|>call<|sep|>',
      [["search", { query: "a<|close|>argument<|sep|> b" }]],
    ],
    [
      "kimi k3 behind a thought",
      'I should call it<|close|>think<|sep|><|open|>response<|sep|>On it.<|close|>response<|sep|><|open|>tools<|sep|><|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
      [["search", { query: "b" }]],
    ],
    [
      "kimi k3 in a thought",
      '<|open|>think<|sep|><|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|><|close|>think<|sep|><|open|>response<|sep|>No.<|close|>response<|sep|>',
      [],
    ],
    [
      "kimi k3 in a thought that never ends",
      '<|open|>think<|sep|><|open|>call tool="save" index="1"<|sep|><|open|>argument key="a" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|>',
      [],
      [{ name: "save", effect: "write", inputSchema: { type: "object", properties: { a: { type: "string" } } } }],
    ],
    [
      "kimi k3 cut off in a value",
      '<|open|>tools<|sep|><|open|>call tool="search" index="1"<|sep|><|open|>argument key="query" type="string"<|sep|>b',
      [],
    ],
    [
      "kimi k3 cut off between its values",
      '<|open|>call tool="write_file" index="1"<|sep|><|open|>argument key="path" type="string"<|sep|>b<|close|>argument<|sep|>',
      [],
    ],
    [
      "kimi k3 with a value that is not of its type",
      '<|open|>call tool="search" index="1"<|sep|><|open|>argument key="other" type="object"<|sep|>{"x": <|close|>argument<|sep|><|close|>call<|sep|>',
      [],
    ],
    [
      "kimi k3 with a forbidden key",
      '<|open|>call tool="search" index="1"<|sep|><|open|>argument key="__proto__" type="string"<|sep|>b<|close|>argument<|sep|><|close|>call<|sep|>',
      [],
    ],
    ["kimi k3 that only answers", "<|open|>response<|sep|>hi<|close|>response<|sep|><|close|>message<|sep|>", []],
    [">>> v3.2", '>>>get_weather\n{"city":"A"}', [["get_weather", { city: "A" }]]],
    [
      "v3.2 all",
      'all\nHello>>>get_weather\n{"city":"A"}>>>search\n{"query":"b"}',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    ["v3.2 first line", 'get_weather\n{"city":"A"}', [["get_weather", { city: "A" }]]],
    [
      "v2",
      '<|from|>assistant\n<|recipient|>get_weather\n<|content|>{"city":"A"}<|stop|>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "python_tag call",
      '<|python_tag|>code_interpreter.call(code="print(1)")',
      [["code_interpreter", { code: "print(1)" }]],
      [{ name: "code_interpreter", inputSchema: { type: "object", properties: { code: { type: "string" } } } }],
    ],
    [
      "python_tag call2",
      '<|python_tag|>brave_search.call(query="b")',
      [["brave_search", { query: "b" }]],
      [{ name: "brave_search", inputSchema: { type: "object", properties: { query: { type: "string" } } } }],
    ],
    [
      "python_tag raw",
      '<|python_tag|>print("hey")',
      [["python", { code: 'print("hey")' }]],
      [{ name: "python", inputSchema: { type: "object", properties: { code: { type: "string" } } } }],
    ],
    [
      "python_tag eom",
      '<|python_tag|>{"name":"search","parameters":{"query":"b"}}<|eom_id|>',
      [["search", { query: "b" }]],
    ],
    ["functionary ws", '<function=get_weather>\n{"city": "A"}\n</function>', [["get_weather", { city: "A" }]]],
    [
      "functionary multi",
      '<function=get_weather>{"city":"A"}</function><function=search>{"query":"b"}</function>',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    ["functionary eos", '<function=get_weather>{"city":"A"}', [["get_weather", { city: "A" }]]],
    [
      "functionary empty",
      "<function=now>{}</function>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "functionary empty2",
      "<function=now></function>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    ["qwen agent", '✿FUNCTION✿: search\n✿ARGS✿: {"query": "b"}\n✿RESULT✿', [["search", { query: "b" }]]],
    [
      "harmony std",
      '<|channel|>analysis<|message|>thinking<|end|><|start|>assistant<|channel|>commentary to=functions.search <|constrain|>json<|message|>{"query":"b"}<|call|>',
      [["search", { query: "b" }]],
    ],
    [
      "harmony rec before",
      '<|start|>assistant to=functions.search<|channel|>commentary json<|message|>{"query":"b"}<|call|>',
      [["search", { query: "b" }]],
    ],
    ["harmony stripped", 'commentary to=functions.search json{"query":"b"}', [["search", { query: "b" }]]],
    [
      "harmony stripped2",
      'analysisI need to search.assistantcommentary to=functions.search json{"query":"b"}',
      [["search", { query: "b" }]],
    ],
    [
      "harmony code",
      '<|channel|>commentary to=functions.search<|constrain|>code<|message|>{"query":"b"}<|call|>',
      [["search", { query: "b" }]],
    ],
    [
      "harmony nocall",
      '<|channel|>commentary to=functions.search <|constrain|>json<|message|>{"query":"b"}',
      [["search", { query: "b" }]],
    ],
    [
      "harmony multi",
      '<|channel|>commentary to=functions.search<|message|>{"query":"b"}<|call|><|start|>assistant<|channel|>commentary to=functions.search<|message|>{"query":"c"}<|call|>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "harmony empty",
      "<|channel|>commentary to=functions.now <|constrain|>json<|message|>{}<|call|>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "harmony, an empty message",
      "<|start|>assistant to=functions.now<|channel|>commentary<|constrain|>json<|message|><|call|>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    [
      "harmony stripped of all but its recipient",
      'Running now.\n\nto=shell commentary code\n{"command":"pwd"}\n\nDone.',
      [["shell", { command: "pwd" }]],
    ],
    ["harmony stripped of its channel too", 'to=shell {"command":"pwd"}', [["shell", { command: "pwd" }]]],
    ["harmony stripped, to nobody", 'to=others {"command":"pwd"}', []],
    ["harmony stripped, in a sentence", 'I sent it to=shell {"command":"pwd"}', []],
    ["harmony stripped, words behind it", 'to=shell {"command":"pwd"} is what I saw.', []],
    ["harmony stripped, cut off", 'to=shell commentary code\n{"command":"pw', []],
    ["harmony stripped, words at random", `to=search${"<|channel|>  ".repeat(60)}x`, []],
    ["harmony stripped, words at random again", `to=search${"<|channel|>json ".repeat(60)}x`, []],
    [
      "gemma4, a number that ends with its point",
      "<|tool_call>call:f{left:108.,right:22.8}<tool_call|>",
      [["f", { left: 108, right: 22.8 }]],
      [
        {
          name: "f",
          inputSchema: { type: "object", properties: { left: { type: "number" }, right: { type: "number" } } },
        },
      ],
    ],
    [
      "gemma4, numbers that are text",
      "<|tool_call>call:f{a:1.10,b:1e5,c:108.}<tool_call|>",
      [["f", { a: "1.10", b: "1e5", c: "108." }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { a: { type: "string" }, b: { type: "string" }, c: { type: "string" } },
          },
        },
      ],
    ],
    [
      "gemma4 right behind the thinking, without its token",
      '<|channel>thought\nI list it.\n<channel|>call:shell{command:<|"|>ls<|"|>}',
      [["shell", { command: "ls" }]],
    ],
    ["gemma4 in a sentence, without its token", 'I call:shell{command:<|"|>ls<|"|>}', []],
    ["lfm2 unopened", "read_file(path='/a/b.c')]<|tool_call_end|><|im_end|>", [["read_file", { path: "/a/b.c" }]]],
    ["lfm2 unopened, with words", "read_file(path='/a/b.c') and <|tool_call_end|>", []],
    ["lfm2 unopened, cut off", "read_file(path='/a/b.c<|tool_call_end|>", []],
    ["harmony final json", '<|channel|>final<|message|>{"city":"A"}<|return|>', []],
    [
      "harmony final json that looks like a call",
      '<|channel|>final<|message|>{"name": "read_file", "arguments": {"path": "<|end|>a"}}<|return|>',
      [],
    ],
    ["harmony final json, cut off", '<|channel|>final<|message|>{"name": "read_file", "arguments": {"path": "a"}', []],
    [
      "harmony behind final json",
      '<|channel|>final<|message|>{"name": "read_file", "path": "a"}<|end|><|start|>assistant<|channel|>commentary to=functions.search<|message|>{"query": "b"}<|call|>',
      [["search", { query: "b" }]],
    ],
    [
      "solar2",
      '<|tool_calls|><|tool_call:begin|>0<|tool_call:name|>search<|tool_call:args|>{"query":"b"}<|tool_call:end|><|tool_call:begin|>1<|tool_call:name|>search<|tool_call:args|>{"query":"c"}<|tool_call:end|>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "step3",
      '<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="f"><steptml:parameter name="a">5</steptml:parameter><steptml:parameter name="b">[1]</steptml:parameter></steptml:invoke><｜tool_call_end｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="f"><steptml:parameter name="a">6</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
      [
        ["f", { a: 5, b: [1] }],
        ["f", { a: 6 }],
      ],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "array" } } } }],
    ],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });
});

const inner = '<tool_call>{"name":"shell","arguments":{"command":"ls"}}</tool_call>';
const escaped = inner.replaceAll('"', String.raw`\"`);

describe("a call behind a marker that can't be read, and a call in it", () => {
  it.each<[label: string, reply: string]>([
    ["code", `<function_calls>write_file(path="a", content="# Doc\\n${escaped}\\nmore`],
    ["code with its closing tag in it", `<function_calls>write_file(path="a", content="</function_calls>${escaped}`],
    ["code in triple quotes", `<function_calls>write_file(path="a", content="""# Doc\n${inner}\nmore`],
    ["code of no tool", `<function_calls>writes(path="a", content="</function_calls>${escaped}`],
    ["a list of code", `<|tool_call_start|>[write_file(path='a', content='# Doc\n${inner}\nmore`],
    [
      "a list of code with its token in it",
      `<|tool_call_start|>[write_file(path='a', content='<|tool_call_end|>${inner}`,
    ],
    ["a method", `<|python_tag|>write_file.call(path="a", content="# Doc\\n${escaped}`],
    ["code with a key that is forbidden", `<|python_tag|>write_file.call(__proto__="a", content="${escaped}")`],
    [
      "JSON with its closing tag in it",
      `<tool_call>{name: "write_file", arguments: {path: 1, path: 2, "content": "</tool_call>${escaped}"}}`,
    ],
    [
      "JSON with quotes in it",
      `<tool_call>{name: "write_file", arguments: {path: 1, path: 2, "content": "a "b </tool_call> ${inner} c ${inner}`,
    ],
    ["JSON without a name", `<tool_call>{"path": "a", "content": "</tool_call>${escaped}"}</tool_call>`],
    ["a name and JSON", `<tool_call>write_file {path: 1, path: 2, "content": "</tool_call>${escaped}"}</tool_call>`],
    [
      "JSON without a name and without its bracket",
      `<tool_call>{"path": "a", "content": "<shell><command>ls</command></shell>"`,
    ],
    [
      "JSON without a name in single quotes",
      "<tool_call>{'path': 'a', 'content': '}} <shell><command>ls</command></shell>'}",
    ],
    [
      "JSON below words, with its closing tag in it",
      `<tool_call>\nI write this:\n{"name": "write_file", "arguments": {"content": "</tool_call>${escaped}"}}`,
    ],
    [
      "attributes",
      `<tool_call>write_file path="a" content="# Doc </tool_call> <shell><command>ls</command></shell> more`,
    ],
    ["a text of many lines", `<tool_call>read_file># Doc\n${inner}\nmore</tool_call>`],
    ["a text of many lines, cut off", `<tool_call>read_file># Doc\n${inner}`],
    ["a text with a tag in it", `<tool_call>read_file>a <b>c</b> ${inner}</tool_call>`],
    ["a text for a parameter", `<tool_call>write_file/content># Doc\n${inner}\nmore</tool_call>`],
    [
      "a tag of a function with a tag in it",
      `<FunctionCall>\nwrite_file\n<code>path>a\ncontent># Doc\n${inner}</code>\n</FunctionCall>`,
    ],
    [
      "a tag of a function with many lines in it",
      "<FunctionCall>\nwrite_file\n<code>path>a\ncontent># Doc\nif a > b</code>\n</FunctionCall>",
    ],
    ["a tag of a function that is cut off", `<FunctionCall>\nwrite_file\n<code>path>a\ncontent># Doc\n${inner}`],
    [
      "a hash with a key that is forbidden",
      `[TOOL_CALL]{tool => "write_file", args => {--__proto__ "a" --content "}}[/TOOL_CALL]\n<shell><command>ls</command></shell>"}}[/TOOL_CALL]`,
    ],
    [
      "a hash that can't be read",
      `[TOOL_CALL]{tool => "write_file", args => {--path "a" ? --content "# Doc\n<shell><command>ls</command></shell>"}}[/TOOL_CALL]`,
    ],
    [
      "a list of JSON",
      `[TOOL_CALLS] [{name: "write_file", arguments: {path: 1, path: 2, "content": "[/TOOL_CALLS]${escaped}"}}]`,
    ],
  ])("%s", (_, reply) => {
    const { calls, nearMisses } = recoverToolCalls(reply, usualTools);
    expect(calls).toEqual([]);
    expect(nearMisses).toHaveLength(1);
  });

  it.each<[label: string, reply: string]>([
    ["code", '<function_calls>write_file(path="a", content=@@)</function_calls>'],
    ["a list of code", '<|tool_call_start|>[write_file(path="a", content=@@)]<|tool_call_end|>'],
    ["JSON", '<tool_call>{name: "write_file", arguments: {path: 1, path: 2, "content": "it\'s"}}</tool_call>'],
    [
      "JSON with a bracket too few",
      '<tool_call>{name: "write_file", arguments: {path: 1, path: 2, "content": "a"</tool_call>',
    ],
    ["JSON that was never closed", '<tool_call>{name: "write_file", arguments: {path: 1, path: 2, "content": "a"}}'],
    ["JSON without a name", '<tool_call>{"path": "a"}</tool_call>'],
    ["a list of JSON", '[TOOL_CALLS] [{name: "a", name: "b"}] [/TOOL_CALLS]'],
    ["attributes", '<tool_call>write_file path="a" content="<b>"</tool_call>'],
    ["a text of many lines", "<tool_call>read_file>a\nb</tool_call>"],
    ["a tag of a function", "<FunctionCall>\nread_file\n<code>a</code>\n</FunctionCall>"],
    ["a hash", '[TOOL_CALL]{tool => "shell", args => {--__proto__ "a"}}[/TOOL_CALL]'],
    ["a hash without a mark", '{tool => "shell", args => {--__proto__ "a"}}'],
    ["a sentence", "I write <tool_call>{...} for that:"],
    ["a sentence with code", "I write <function_calls> for that:"],
  ])("%s, and a call behind it", (_, reply) => {
    const call = '<tool_call>{"name":"search","arguments":{"query":"b"}}</tool_call>';
    expect(callsIn(`${reply}\n${call}`)).toEqual([["search", { query: "b" }]]);
  });

  it.each<[label: string, words: string, isMeant: boolean]>([
    ["an introduction", "\nI will now call the tool with this payload:", true],
    ["an example", "\nFor example:", false],
    ["a plan", "\nI would call it like this:", false],
    ["a ban", "\nNever run this:", false],
    ["words on the line of the tag", " is for this:", false],
    ["several lines", "\nI will now call the tool.\nThis is the payload:", false],
  ])("JSON in a tag below %s", (_, words, isMeant) => {
    const reply = `<tool_call>${words}\n{"name":"shell","arguments":{"command":"ls"}}\n</tool_call>`;
    const tools = usualTools.map((tool) => ({ ...tool, effect: "execute" as const }));
    const { calls, nearMisses, text } = recoverToolCalls(reply, tools);
    expect([calls.length, nearMisses.length]).toEqual(isMeant ? [1, 0] : [0, 1]);
    expect(text).toBe(isMeant ? "" : reply);
  });

  it("tells of a key that is forbidden behind a name", () => {
    const reply = '<tool_call>read_file {"__proto__": 1, path: "a"}</tool_call>';
    expect(recoverToolCalls(reply, usualTools).nearMisses.map(({ reason }) => reason)).toEqual(["forbidden-key"]);
  });

  it("makes the calls in front of one in code that breaks off", () => {
    const reply = `<function_calls>search(query="b")\nwrite_file(path="a", content="${escaped}`;
    const { calls, nearMisses } = recoverToolCalls(reply, usualTools);
    expect(calls.map(({ name }) => name)).toEqual(["search"]);
    expect(nearMisses.map(({ reason }) => reason)).toEqual(["cut-off"]);
  });
});
