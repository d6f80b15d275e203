import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";

describe("JSON behind a mark or alone", () => {
  it.each<RecoveryCase>([
    [
      "hermes no newline multiple",
      '<tool_call>{"name":"get_weather","arguments":{"city":"A"}}</tool_call><tool_call>{"name":"get_weather","arguments":{"city":"B"}}</tool_call>',
      [
        ["get_weather", { city: "A" }],
        ["get_weather", { city: "B" }],
      ],
    ],
    [
      "hermes two objs one tag",
      '<tool_call>\n{"name":"get_weather","arguments":{"city":"A"}}\n{"name":"search","arguments":{"query":"B"}}\n</tool_call>',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "B" }],
      ],
    ],
    [
      "hermes id attr",
      '<tool_call id="1">{"name":"get_weather","arguments":{"city":"A"}}</tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias toolcall",
      '<toolcall>{"name":"get_weather","arguments":{"city":"A"}}</toolcall>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias tool-call",
      '<tool-call>{"name":"get_weather","arguments":{"city":"A"}}</tool-call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias tool_calls",
      '<tool_calls>{"name":"get_weather","arguments":{"city":"A"}}</tool_calls>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias function_call",
      '<function_call>{"name":"get_weather","arguments":{"city":"A"}}</function_call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias tool",
      '<tool>{"name":"get_weather","arguments":{"city":"A"}}</tool>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias response",
      '<response>{"name":"get_weather","arguments":{"city":"A"}}</response>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias JSON",
      '<JSON>{"name":"get_weather","arguments":{"city":"A"}}</JSON>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias tool_call_begin",
      '<tool_call_begin>{"name":"get_weather","arguments":{"city":"A"}}</tool_call_begin>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias toolCall",
      '<toolCall>{"name":"get_weather","arguments":{"city":"A"}}</toolCall>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias invoke",
      '<invoke>{"name":"get_weather","arguments":{"city":"A"}}</invoke>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias function",
      '<function>{"name":"get_weather","arguments":{"city":"A"}}</function>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "hermes alias action",
      '<action>{"name":"get_weather","arguments":{"city":"A"}}</action>',
      [["get_weather", { city: "A" }]],
    ],
    ["tools alias", '<tools>{"name":"get_weather","arguments":{"city":"A"}}</tools>', [["get_weather", { city: "A" }]]],
    [
      "tools alias 2 lines",
      '<tools>\n{"name": "get_weather", "arguments": {"city": "A"}}\n</tools>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "tools schemas",
      '<tools>[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]</tools>',
      [],
    ],
    [
      "cross close",
      '<tool_call>{"name":"get_weather","arguments":{"city":"A"}}</invoke>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "partial closer",
      '<tool_call>{"name":"get_weather","arguments":{"city":"A"}}</tool_',
      [["get_weather", { city: "A" }]],
    ],
    [
      "missing opener",
      '{"name":"get_weather","arguments":{"city":"A"}}\n</tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    ["name and json", '<tool_call>get_weather\n{"city":"A"}\n</tool_call>', [["get_weather", { city: "A" }]]],
    ["name value", "<tool_call>shell>ls -la</tool_call>", [["shell", { command: "ls -la" }]]],
    [
      "xml fence",
      '```xml\n<tool_call>\n{"name":"get_weather","arguments":{"city":"A"}}\n</tool_call>\n```',
      [["get_weather", { city: "A" }]],
    ],
    [
      "function name attr json",
      '<function name="get_weather">{"city":"A"}</function>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "function= tool_call wrap",
      '<tool_call><function=get_weather>{"city":"A"}</function></tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "args string",
      '<tool_call>{"name":"get_weather","arguments":"{\\"city\\": \\"A\\"}"}</tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "args twice string",
      '<tool_call>{"name":"get_weather","arguments":"\\"{\\\\\\"city\\\\\\": \\\\\\"A\\\\\\"}\\""}</tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "double braces",
      '<tool_call>{{"name":"get_weather","arguments":{"city":"A"}}}</tool_call>',
      [["get_weather", { city: "A" }]],
    ],
    ["flat", '{"name":"get_weather","city":"A"}', [["get_weather", { city: "A" }]]],
    ["flat tool", '{"tool":"read_file","path":"a.txt"}', [["read_file", { path: "a.txt" }]]],
    ["tool/args", '{"tool":"read_file","args":{"path":"a.txt"}}', [["read_file", { path: "a.txt" }]]],
    [
      "tool_name/tool_input",
      '{"tool_name":"read_file","tool_input":{"path":"a.txt"}}',
      [["read_file", { path: "a.txt" }]],
    ],
    ["function str", '{"function":"read_file","arguments":{"path":"a.txt"}}', [["read_file", { path: "a.txt" }]]],
    [
      "function obj",
      '{"type":"function","function":{"name":"read_file","arguments":"{\\"path\\":\\"a.txt\\"}"}}',
      [["read_file", { path: "a.txt" }]],
    ],
    [
      "function obj no type",
      '{"function":{"name":"read_file","arguments":{"path":"a.txt"}}}',
      [["read_file", { path: "a.txt" }]],
    ],
    [
      "type fn params",
      '{"type":"function","name":"read_file","parameters":{"path":"a.txt"}}',
      [["read_file", { path: "a.txt" }]],
    ],
    ["action", '{"action":"read_file","action_input":{"path":"a.txt"}}', [["read_file", { path: "a.txt" }]]],
    ["function_name", '{"function_name":"read_file","params":{"path":"a.txt"}}', [["read_file", { path: "a.txt" }]]],
    [
      "tool_call wrap",
      '{"tool_call":{"name":"read_file","arguments":{"path":"a.txt"}}}',
      [["read_file", { path: "a.txt" }]],
    ],
    [
      "tool_calls with content",
      '{"content":"I will","tool_calls":[{"id":"c1","type":"function","function":{"name":"shell","arguments":"{\\"command\\":\\"ls\\"}"}}]}',
      [["shell", { command: "ls" }]],
    ],
    ["tool_calls empty", '{"content":"done","tool_calls":[]}', []],
    [
      "tool_calls direct",
      '{"tool_calls":[{"name":"shell","arguments":{"command":"ls"}}]}',
      [["shell", { command: "ls" }]],
    ],
    [
      "semicolons bare",
      '{"name":"get_weather","parameters":{"city":"A"}};{"name":"search","parameters":{"query":"b"}}',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    [
      "llama3 two newline",
      '{"name":"get_weather","parameters":{"city":"A"}}\n{"name":"search","parameters":{"query":"b"}}',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    ["JSON tag", '<JSON>{"name":"search","arguments":{"query":"b"}}</JSON>', [["search", { query: "b" }]]],
    ["answer tag", '<answer>{"name":"search","arguments":{"query":"b"}}</answer>', [["search", { query: "b" }]]],
    [
      "fence inside content",
      '```json\n{"name":"write_file","arguments":{"path":"a.md","content":"x\\n```js\\ny\\n```\\n"}}\n```',
      [["write_file", { path: "a.md", content: "x\n```js\ny\n```\n" }]],
    ],
    [
      "fence inside content raw",
      '```json\n{"name":"write_file","arguments":{"path":"a.md","content":"x\n```js\ny\n```\n"}}\n```',
      [["write_file", { path: "a.md", content: "x\n```js\ny\n```\n" }]],
    ],
    ["unclosed fence", '```json\n{"name":"search","arguments":{"query":"b"}}', [["search", { query: "b" }]]],
    [
      "two fences",
      '```json\n{"name":"search","arguments":{"query":"b"}}\n```\ntext\n```json\n{"name":"search","arguments":{"query":"c"}}\n```',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    ["fence inline json", '```json{"name":"search","arguments":{"query":"b"}}```', [["search", { query: "b" }]]],
    [
      "fence array",
      '```json\n[{"name":"search","arguments":{"query":"b"}},{"name":"search","arguments":{"query":"c"}}]\n```',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "fence two objs",
      '```json\n{"name":"search","arguments":{"query":"b"}}\n{"name":"search","arguments":{"query":"c"}}\n```',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "fence function_call",
      '```function_call\n{"name":"search","arguments":{"query":"b"}}\n```',
      [["search", { query: "b" }]],
    ],
    [
      "fence tool_call two",
      '```tool_call\n{"name":"shell","arguments":{"command":"a"}}\n```\n```tool_call\n{"name":"shell","arguments":{"command":"b"}}\n```',
      [
        ["shell", { command: "a" }],
        ["shell", { command: "b" }],
      ],
    ],
    [
      "fence tool_call closed by tag",
      '```tool_call\n{"name":"shell","arguments":{"command":"a"}}\n</tool_call>',
      [["shell", { command: "a" }]],
    ],
    [
      "fence tool-call",
      '```tool-call\n{"name":"shell","arguments":{"command":"a"}}\n```',
      [["shell", { command: "a" }]],
    ],
    [
      "llama type fn",
      '{"type": "function", "name": "get_weather", "parameters": {"city": "A"}}<|eot_id|>',
      [["get_weather", { city: "A" }]],
    ],
    [
      "minimax m1",
      '<tool_calls>\n{"name":"search","arguments":{"query":"b"}}\n{"name":"search","arguments":{"query":"c"}}\n</tool_calls>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "minimax m1 think",
      '<think>x <tool_calls>\n{"name":"search","arguments":{"query":"q"}}\n</tool_calls></think>\n<tool_calls>\n{"name":"search","arguments":{"query":"b"}}\n</tool_calls>',
      [["search", { query: "b" }]],
    ],
    ["xlam bare", '[{"name":"search","arguments":{"query":"b"}}]', [["search", { query: "b" }]]],
    ["xlam think", '</think>[{"name":"search","arguments":{"query":"b"}}]', [["search", { query: "b" }]]],
    ["xlam fence", 'Here:\n```json\n[{"name":"search","arguments":{"query":"b"}}]\n```', [["search", { query: "b" }]]],
    ["functools", 'functools[{"name":"search","arguments":{"query":"b"}}]', [["search", { query: "b" }]]],
    [
      "functools space",
      ' functools[{"name":"search","arguments":{"query":"b"}},{"name":"search","arguments":{"query":"c"}}]',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    ["granite", '<|tool_call|>[{"name":"search","arguments":{"query":"b"}}]', [["search", { query: "b" }]]],
    ["granite tag", '<tool_call>[{"name":"search","arguments":{"query":"b"}}]', [["search", { query: "b" }]]],
    [
      "granite20b 2",
      '<function_call> {"name":"search","arguments":{"query":"b"}}\n<function_call> {"name":"search","arguments":{"query":"c"}}',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "jamba",
      '<tool_calls>[\n  {"name": "search", "arguments": {"query": "b"}}\n]</tool_calls>',
      [["search", { query: "b" }]],
    ],
    [
      "hunyuan answer",
      '<answer><tool_calls>[{"name": "search", "arguments": {"query": "b"}}]</tool_calls></answer>',
      [["search", { query: "b" }]],
    ],
    ["nemotron", '<TOOLCALL>[{"name":"search","arguments":{"query":"b"}}]</TOOLCALL>', [["search", { query: "b" }]]],
    ["nemotron2", '<TOOLCALL>{"name":"search","arguments":{"query":"b"}}</TOOLCALL>', [["search", { query: "b" }]]],
    [
      "internlm",
      'text<|action_start|><|plugin|>\n{"name": "search", "parameters": {"query": "b"}}\n<|action_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "internlm args",
      '<|action_start|><|plugin|>{"name": "search", "arguments": {"query": "b"}}',
      [["search", { query: "b" }]],
    ],
    [
      "longcat2",
      '<longcat_tool_call>{"name":"search","arguments":{"query":"b"}}</longcat_tool_call><longcat_tool_call>{"name":"search","arguments":{"query":"c"}}</longcat_tool_call>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "cohere nocomma",
      '<|START_ACTION|>[{"tool_call_id":"0","tool_name":"search","parameters":{"query":"b"}}\n{"tool_call_id":"1","tool_name":"search","parameters":{"query":"c"}}]<|END_ACTION|>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "cohere think",
      '<|START_THINKING|>plan<|END_THINKING|><|START_ACTION|>[{"tool_call_id":"0","tool_name":"search","parameters":{"query":"b"}}]<|END_ACTION|>',
      [["search", { query: "b" }]],
    ],
    [
      "apertus inner",
      '<|inner_prefix|>thinking<|tools_prefix|>[{"search":{"query":"b"}}]<|tools_suffix|>',
      [["search", { query: "b" }]],
    ],
    [
      "apertus two",
      '<|tools_prefix|>[{"search":{"query":"b"}},{"search":{"query":"c"}}]<|tools_suffix|>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "gigachat fc",
      'function call<|role_sep|>\n{"name":"search","arguments":{"query":"b"}}',
      [["search", { query: "b" }]],
    ],
    [
      "gigachat msg",
      '<|message_sep|>\n\nfunction call<|role_sep|>\n{"name":"search","arguments":{"query":"b"}}<|message_sep|>',
      [["search", { query: "b" }]],
    ],
    [
      "lmstudio",
      '[TOOL_REQUEST]{"name":"search","arguments":{"query":"b"}}[END_TOOL_REQUEST]',
      [["search", { query: "b" }]],
    ],
    [
      "inkling2",
      '<|content_invoke_tool_json|>{"name":"search","args":{"query":"b"}}<|end_message|><|content_invoke_tool_json|>{"name":"search","args":{"query":"c"}}<|end_message|>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });
});

describe("a call inside of something larger that is no well-formed JSON", () => {
  const call = '{"name":"search","arguments":{"query":"a"}}';
  const whole = '<tool_call>{"name":"search","arguments":{"query":"b"}}</tool_call>';

  it.each([
    ["a word that is no value", `{"result": ${call}, "cursor": undefined}`],
    ["an envelope", `{"result": {"tool_calls": [${call}]}, "cursor": undefined}`],
    ["a list with a key in single quotes", `Rows: [{'a': 1}, ${call}]`],
    ["a list with no number", `[{"x": NaN}, ${call}]`],
    ["a bare key", `const a = { b: ${call} };`],
    ["a comment", `{ "messages": [${call}], // all\n "n": 1 }`],
  ])("is data: %s", (_, data) => {
    expect(callsIn(`${data}\n${whole}`)).toEqual([["search", { query: "b" }]]);
  });

  it.each([
    ["a word in braces", "{thinking}"],
    ["an object of its own", "{'thought': 'I search'}"],
    ["a block of code", "if (a) { return 1 }"],
    ["a brace that is left open", "{note: I search"],
  ])("is none behind %s", (_, before) => {
    expect(callsIn(`${before}\n${call}`)).toEqual([["search", { query: "a" }]]);
  });

  it.each([
    [
      "a key that is forbidden",
      `{"name": "write_file", "arguments": {"__proto__": "a", "content": "\n<shell><command>ls</command></shell>"}}`,
    ],
    [
      "a value that is none",
      `{"name": "write_file", "arguments": {"path": {?}, "content": "\n<shell><command>ls</command></shell>"}}`,
    ],
  ])("is not run from a call with %s", (_, broken) => {
    expect(callsIn(`${broken}\n${whole}`)).toEqual([["search", { query: "b" }]]);
  });
});
