import { describe, expect, it } from "vitest";
import { callsIn, type RecoveryCase } from "../../test/recovery-cases.js";
import { recoverToolCalls, type OfferedTool } from "./index.js";

describe("calls as code", () => {
  it.each<RecoveryCase>([
    [
      "calling tool",
      '[Calling tool: search({"query":"b"})]\n[Calling tool: search({"query":"c"})]',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "calling tool nested",
      '[Calling tool: f({"a":{"b":[1,")]"]}})]',
      [["f", { a: { b: [1, ")]"] } }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "object" } } } }],
    ],
    ["[f(json)]", '[search({"query":"b"})]', [["search", { query: "b" }]]],
    [
      "py list",
      "[get_weather(city=\"A\"), search(query='b')]",
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    ["py text before", 'I will.\n[get_weather(city="A")]', [["get_weather", { city: "A" }]]],
    ["py tags", '<|python_start|>[get_weather(city="A")]<|python_end|>', [["get_weather", { city: "A" }]]],
    [
      "py dotted",
      "[a.b(x=1)]",
      [["a.b", { x: 1 }]],
      [{ name: "a.b", inputSchema: { type: "object", properties: { x: { type: "integer" } } } }],
    ],
    [
      "py kw named",
      '[f(from="a", class="b")]',
      [["f", { from: "a", class: "b" }]],
      [
        {
          name: "f",
          inputSchema: { type: "object", properties: { from: { type: "string" }, class: { type: "string" } } },
        },
      ],
    ],
    [
      "py nested",
      '[f(a={"k":[1,{"z":(1,2)}]}, b="x(y)[z]")]',
      [["f", { a: { k: [1, { z: [1, 2] }] }, b: "x(y)[z]" }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "object" }, b: { type: "string" } } } }],
    ],
    [
      "py mixed null",
      "[f(a=true, b=null, c=None, d=-1.5e3)]",
      [["f", { a: true, b: null, c: null, d: -1500 }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "boolean" }, d: { type: "number" } } } }],
    ],
    ["py empty", "[now()]", [["now", {}]], [{ name: "now", inputSchema: { type: "object", properties: {} } }]],
    [
      "py lines",
      '```tool_code\nget_weather(city="A")\nsearch(query="b")\n```',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    ["py print", '```tool_code\nprint(get_weather(city="A"))\n```', [["get_weather", { city: "A" }]]],
    ["py default_api", '```tool_code\nprint(default_api.get_weather(city="A"))\n```', [["get_weather", { city: "A" }]]],
    ["py python fence", '```python\nget_weather(city="A")\n```', [["get_weather", { city: "A" }]]],
    ["py missing ]", '[get_weather(city="A")', [["get_weather", { city: "A" }]]],
    [
      "py triple",
      '[write_file(path="a.py", content="""def f():\n    return "x"\n""")]',
      [["write_file", { path: "a.py", content: 'def f():\n    return "x"\n' }]],
    ],
    [
      "py raw newline",
      '[write_file(path="a.py", content="def f():\n    return 1")]',
      [["write_file", { path: "a.py", content: "def f():\n    return 1" }]],
    ],
    [
      "py escapes",
      '[write_file(path="a.py", content="a\\n\\tb\\\\c \\"q\\" \\u00e9")]',
      [["write_file", { path: "a.py", content: 'a\n\tb\\c "q" é' }]],
    ],
    ["py single line", 'get_weather(city="A")', [["get_weather", { city: "A" }]]],
    ["py positional", '[get_weather("A")]', []],
    ["py semantically trailing comma", '[get_weather(city="A",)]', [["get_weather", { city: "A" }]]],
    ["py newline args", '[get_weather(\n  city="A"\n)]', [["get_weather", { city: "A" }]]],
    [
      "py parallel no space",
      '[get_weather(city="A"),get_weather(city="B")]',
      [
        ["get_weather", { city: "A" }],
        ["get_weather", { city: "B" }],
      ],
    ],
    ["py unknown in list", '[nope(a=1), get_weather(city="A")]', [["get_weather", { city: "A" }]]],
    [
      "olmo",
      '<function_calls>\nget_weather(city="A")\nsearch(query="b")\n</function_calls>',
      [
        ["get_weather", { city: "A" }],
        ["search", { query: "b" }],
      ],
    ],
    ["olmo space", '<function_calls> get_weather(city="A") </function_calls>', [["get_weather", { city: "A" }]]],
    [
      "lfm2 json",
      '<|tool_call_start|>{"name":"search","arguments":{"query":"b"}}<|tool_call_end|>',
      [["search", { query: "b" }]],
    ],
    [
      "lfm2 multi",
      "<|tool_call_start|>[search(query=\"b\"), get_weather(city='A')]<|tool_call_end|>done",
      [
        ["search", { query: "b" }],
        ["get_weather", { city: "A" }],
      ],
    ],
    ["lfm2 no end", '<|tool_call_start|>[search(query="b")]', [["search", { query: "b" }]]],
    ["lfm2 norbracket", '<|tool_call_start|>search(query="b")<|tool_call_end|>', [["search", { query: "b" }]]],
    [
      "lfm2 py types",
      '<|tool_call_start|>[f(a=[1, "b"], b={"c": True}, d=None)]<|tool_call_end|>',
      [["f", { a: [1, "b"], b: { c: true }, d: null }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "array" }, b: { type: "object" } } } }],
    ],
    ["g4", '<|tool_call>call:get_weather{city:<|"|>A<|"|>}<tool_call|>', [["get_weather", { city: "A" }]]],
    [
      "g4 two",
      '<|tool_call>call:get_weather{city:<|"|>A<|"|>}<tool_call|><|tool_call>call:get_weather{city:<|"|>B<|"|>}<tool_call|>',
      [
        ["get_weather", { city: "A" }],
        ["get_weather", { city: "B" }],
      ],
    ],
    [
      "g4 nested",
      '<|tool_call>call:f{o:{a:true,b:[1,2,{c:<|"|>x<|"|>}]},l:[<|"|>p<|"|>,<|"|>q<|"|>],n:-1.5,z:null}<tool_call|>',
      [["f", { o: { a: true, b: [1, 2, { c: "x" }] }, l: ["p", "q"], n: -1.5, z: null }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { o: { type: "object" }, l: { type: "array" }, n: { type: "number" }, z: {} },
          },
        },
      ],
    ],
    ["g4 dquote", '<|tool_call>call:get_weather{city:"A"}<tool_call|>', [["get_weather", { city: "A" }]]],
    ["g4 squote", "<|tool_call>call:get_weather{city:'A'}<tool_call|>", [["get_weather", { city: "A" }]]],
    ["g4 bare", "<|tool_call>call:get_weather{city:New York}<tool_call|>", [["get_weather", { city: "New York" }]]],
    [
      "g4 zip",
      "<|tool_call>call:f{zip:90210,n:5}<tool_call|>",
      [["f", { zip: "90210", n: 5 }]],
      [{ name: "f", inputSchema: { type: "object", properties: { zip: { type: "string" }, n: { type: "integer" } } } }],
    ],
    [
      "g4 winpath",
      '<|tool_call>call:read_file{path:<|"|>C:\\Users\\a\\new.txt<|"|>}<tool_call|>',
      [["read_file", { path: "C:\\Users\\a\\new.txt" }]],
    ],
    [
      "g4 multi-line",
      '<|tool_call>call:write_file{path:<|"|>a.py<|"|>,content:<|"|>def f():\n    return {"a": [1]}\n<|"|>}<tool_call|>',
      [["write_file", { path: "a.py", content: 'def f():\n    return {"a": [1]}\n' }]],
    ],
    [
      "g4 empty",
      "<|tool_call>call:now{}<tool_call|>",
      [["now", {}]],
      [{ name: "now", inputSchema: { type: "object", properties: {} } }],
    ],
    ["g4 noclose", '<|tool_call>call:get_weather{city:<|"|>A<|"|>}', [["get_weather", { city: "A" }]]],
    [
      "g4 thought",
      '<|channel>thought\nI think <channel|><|tool_call>call:get_weather{city:<|"|>A<|"|>}<tool_call|>',
      [["get_weather", { city: "A" }]],
    ],
    ["g4 paren", '<|tool_call>call:get_weather(city="A")<tool_call|>', [["get_weather", { city: "A" }]]],
    ["g4 paren colon", '<|tool_call>call:get_weather(city: "A")<tool_call|>', [["get_weather", { city: "A" }]]],
    ["g4 json keys", '<|tool_call>call:get_weather{"city":"A"}<tool_call|>', [["get_weather", { city: "A" }]]],
    ["g4 missing brace", '<|tool_call>call:get_weather{city:<|"|>A<|"|><tool_call|>', [["get_weather", { city: "A" }]]],
    [
      "g4 mixed open",
      '<|tool_call>call:f{a:<|"|>x<|"|>,b:<|"|>y}<tool_call|>',
      [["f", { a: "x", b: "y" }]],
      [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" }, b: { type: "string" } } } }],
    ],
    [
      "g4 colon in string",
      '<|tool_call>call:search{query:<|"|>a:b,c:{d}<|"|>}<tool_call|>',
      [["search", { query: "a:b,c:{d}" }]],
    ],
    [
      "g4 hyphen name",
      "<|tool_call>call:my-tool.x{a:1}<tool_call|>",
      [["my-tool.x", { a: 1 }]],
      [{ name: "my-tool.x", inputSchema: { type: "object", properties: { a: { type: "integer" } } } }],
    ],
    ["g4 three quotes", '<|tool_call>call:search{query:"""a "b" c"""}<tool_call|>', [["search", { query: 'a "b" c' }]]],
    [
      "g4 lists in plain quotes",
      '<|tool_call>call:f(l=["a","b"], n=3)<tool_call|><|tool_call>call:f{l:["a","b"],n:3}<tool_call|>',
      [
        ["f", { l: ["a", "b"], n: 3 }],
        ["f", { l: ["a", "b"], n: 3 }],
      ],
      [{ name: "f", inputSchema: { type: "object", properties: { l: { type: "array" }, n: { type: "integer" } } } }],
    ],
    ["g4 apostrophe", "<|tool_call>call:search(query='it's fine')<tool_call|>", [["search", { query: "it's fine" }]]],
    [
      "g4 JSON in plain quotes",
      'call:write_file{path:"a",content:"# Doc\n{"name":"run","input":{"a":"b"}}\nend"}',
      [["write_file", { path: "a", content: '# Doc\n{"name":"run","input":{"a":"b"}}\nend' }]],
    ],
    ["g4 JSON and a tag in plain quotes", 'call:search{query:"<a>{"name":"f","args":{"a":"b"}}</tool_call>\nend"}', []],
    [
      "g4 JSON and a tag in plain quotes, cut off",
      'call:search{query:"<a>{"name":"f","args":{"a":"b"}}</tool_call>\nen',
      [],
    ],
    ["g4 code in plain quotes", '<|tool_call>call:search(query="f("a", b="c")", n="d")<tool_call|>', []],
    ["g4 plain quotes, and words behind", 'call:search{query:"b"} it is.', [["search", { query: "b" }]]],
    [
      "g4 no end of a string that quotes a call",
      '<|tool_call>call:search{query:<|"|>b <|tool_call>call:f{a:1}<tool_call|> end',
      [],
    ],
    ["g4 no opening token", '<|tool_call>call:search{query:b } c<|"|>}<tool_call|>', [["search", { query: "b } c" }]]],
    [
      "g4 no opening token, with a comma and nested",
      '<|tool_call>call:f{o:{k:v, w<|"|>},a:<|"|>x<|"|>,n:3}<tool_call|>',
      [["f", { o: { k: "v, w" }, a: "x", n: 3 }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { o: { type: "object" }, a: { type: "string" }, n: { type: "integer" } },
          },
        },
      ],
    ],
    [
      "g4 no opening token, two of which may lack it",
      '<|tool_call>call:search{query:b,limit:c<|"|>}<tool_call|><|tool_call>call:search{query:d}<tool_call|>',
      [["search", { query: "d" }]],
    ],
    [
      "g4 no opening token in the next call only",
      '<|tool_call>call:search{query:b}<tool_call|><|tool_call>call:search{query:c<|"|>}<tool_call|>',
      [
        ["search", { query: "b" }],
        ["search", { query: "c" }],
      ],
    ],
    [
      "fg no opening token",
      "<start_function_call>call:search{query:b c<escape>}<end_function_call>",
      [["search", { query: "b c" }]],
    ],
    ["g4 colon behind the token", '<|tool_call>:call:search{query:<|"|>b<|"|>}', [["search", { query: "b" }]]],
    ["g4 another tag", '<call>search{query:<|"|>b<|"|>}</call>', [["search", { query: "b" }]]],
    ["g4 another tag, cut off", '<call>search{query:<|"|>b <shell><command>ls</command></shell>', []],
    ["g4 raw body", "<|tool_call>call:shell{ls -la}<tool_call|>", [["shell", { command: "ls -la" }]]],
    ["g4 spaces", '<|tool_call>call: get_weather { city : <|"|>A<|"|> }<tool_call|>', [["get_weather", { city: "A" }]]],
    [
      "fg",
      "<start_function_call>call:get_weather{city:<escape>A<escape>,n:3}<end_function_call>",
      [["get_weather", { city: "A", n: 3 }]],
      [
        {
          name: "get_weather",
          inputSchema: { type: "object", properties: { city: { type: "string" }, n: { type: "integer" } } },
        },
      ],
    ],
    ["fg no end", "<start_function_call>call:get_weather{city:<escape>A<escape>}", [["get_weather", { city: "A" }]]],
    [
      "fg text",
      "ok <start_function_call>call:get_weather{city:<escape>A, B {c}<escape>}<end_function_call> done",
      [["get_weather", { city: "A, B {c}" }]],
    ],
    [
      "fg list",
      "<start_function_call>call:f{l:[<escape>a<escape>,<escape>b<escape>],o:{k:<escape>v<escape>},b:false}<end_function_call>",
      [["f", { l: ["a", "b"], o: { k: "v" }, b: false }]],
      [
        {
          name: "f",
          inputSchema: {
            type: "object",
            properties: { l: { type: "array" }, o: { type: "object" }, b: { type: "boolean" } },
          },
        },
      ],
    ],
    [
      "perl",
      '[TOOL_CALL]\n{tool => "shell", args => {\n  --command "ls -la"\n}}\n[/TOOL_CALL]',
      [["shell", { command: "ls -la" }]],
    ],
    [
      "perl2",
      'TOOL_CALL\n{tool => "shell", args => { --command "uname -a" }}}\n/TOOL_CALL',
      [["shell", { command: "uname -a" }]],
    ],
  ])("%s", (_, reply, expected, tools) => {
    expect(callsIn(reply, tools)).toEqual(expected);
  });
});

describe("calls as code, behind a marker or not well-formed", () => {
  const text = { type: "string" };
  const offered = (name: string, properties: object, effect?: "execute"): OfferedTool => ({
    name,
    inputSchema: { type: "object", properties },
    ...(effect && { effect }),
  });
  const tools = [
    offered("bash", { command: text }),
    offered("write", { path: text, content: text }),
    offered("label", { tags: { type: "array" }, rest: { type: "object" } }),
    offered("run", { command: text }, "execute"),
  ];
  const read = (list: string): ReturnType<typeof recoverToolCalls> =>
    recoverToolCalls(`<|tool_call_start|>[${list}]<|tool_call_end|>`, tools);

  it.each<[string, string, object[]]>([
    ["quotes of its own kind", "bash(command='sed -n '360,450p' x.py')", [{ command: "sed -n '360,450p' x.py" }]],
    [
      "quotes of its own kind, and a call behind",
      "write(content='print('a', 'b')', path='p'), bash(command='ls')",
      [{ content: "print('a', 'b')", path: "p" }, { command: "ls" }],
    ],
    ["a set", "label(tags={'a', \"b\"})", [{ tags: ["a", "b"] }]],
    ["an empty object", "label(rest={})", [{ rest: {} }]],
    ["one object in stars", "bash(**{'command': 'ls'})", [{ command: "ls" }]],
  ])("are read with %s", (_, list, inputs) => {
    const { calls, nearMisses } = read(list);
    expect(calls.map((call) => call.arguments)).toEqual(inputs);
    expect(nearMisses).toEqual([]);
  });

  it.each([
    ["a single quote in a string", "write(content='it's', path='p')"],
    ["a quote that may be the end", "write(content='echo 'hi', path='p')"],
    ["a comma that is missing", "write(content='a' path='p')"],
    ["a string that ends in its code", "write(content='f('a', path='b')', path='p')"],
    ["a call in its code", "bash(command='f('a'), bash('b')')"],
    ["a command that had to be mended", "run(command='echo 'hi' you')"],
    ["a word that is no value", "bash(command=@@)"],
    ["a set for an object", "label(rest={'a'})"],
  ])("are told with %s", (_, list) => {
    const { calls, nearMisses } = read(list);
    expect(calls).toEqual([]);
    expect(nearMisses).toHaveLength(1);
  });

  it.each([
    ["cut off", 'write(path="a", content="b', "cut-off"],
    ["with a key that is forbidden", 'write(path="a", constructor="b")', "forbidden-key"],
    ["without keywords", 'write("a", "b")', "unreadable"],
  ])("are told with nothing to announce them, %s", (_, code, reason) => {
    for (const reply of [code, `[${code}${reason === "cut-off" ? "" : "]"}`]) {
      const { calls, nearMisses } = recoverToolCalls(reply, tools);
      expect(calls).toEqual([]);
      expect(nearMisses).toMatchObject([{ reason, span: [0, reply.length] }]);
    }
  });

  it("are made in front of one that can't be read", () => {
    const { calls, nearMisses } = read("bash(command='ls'), bash(command=@@)");
    expect(calls.map((call) => call.arguments)).toEqual([{ command: "ls" }]);
    expect(nearMisses.map(({ reason }) => reason)).toEqual(["unreadable"]);
  });
});

describe("what is quoted in a call that can't be read", () => {
  const quoted = "<shell><command>ls</command></shell>";
  const whole = '<|tool_call>call:search{query:<|"|>b<|"|>}<tool_call|>';
  const called: [string, object][] = [["search", { query: "b" }]];

  it.each<RecoveryCase>([
    ["g4 cut off", `<|tool_call>call:write_file{path:<|"|>a<|"|>,content:<|"|>${quoted}\nmore`, []],
    [
      "g4 with a key that is forbidden",
      `<|tool_call>call:write_file{__proto__:<|"|>a<|"|>,content:<|"|>${quoted}}`,
      [],
    ],
    [
      "g4 with a key that is forbidden, and a call behind",
      `<|tool_call>call:write_file{__proto__:<|"|>a<|"|>,content:<|"|>${quoted}}<|"|>}<tool_call|>${whole}`,
      called,
    ],
    [
      "g4 unreadable, without its end, and a call behind",
      `<|tool_call>call:write_file{?:<|"|>a<|"|>,content:<|"|>${quoted}}<|"|>}\n${whole}`,
      called,
    ],
    ["g4 unreadable and never closed", `<|tool_call>call:write_file{?,content:${quoted}\n${whole}`, []],
    ["g4 that is only shown, and a call behind", `It writes \`<|tool_call>call:f{...}\` then.\n${whole}`, called],
    ["fg cut off", `<start_function_call>call:write_file{content:<escape>${quoted}\nmore`, []],
    ["g4 bare, cut off", `call:write_file{path:"a",content:"${quoted}\nmore`, []],
    ["g4 bare, with a key that is forbidden", `call:write_file{__proto__:"a",content:"} ${quoted}"}`, []],
    ["g4 bare, of no tool", `call:no_such{content:"${quoted}"}\n\n${whole}`, called],
    ["g4 bare, of no tool, cut off", `call:no_such{path:<|"|>a<|"|>,content:<|"|>${quoted}`, []],
    ["py cut off", `[write_file(path="a", content="""${quoted}\nmore`, []],
    ["py cut off, in single quotes", `[write_file(path='a', content='${quoted}\nmore`, []],
    ["py cut off, on a line of its own", `write_file(path="a", content="""${quoted}\nmore`, []],
    ["py cut off, printed", `print(write_file(path="a", content="""${quoted}\nmore`, []],
    ["py with a key that is forbidden", `[write_file(__proto__="a", content="${quoted}")]\n${whole}`, called],
    ["py without keywords", `[write_file("a", "${quoted}")]\n${whole}`, called],
    ["py with a value that is none", `write_file(path=a.b(), content="${quoted}")\n${whole}`, called],
    ["py with a quote in a string", `[write_file(path='a', content='it's :)] ${quoted}')]\n${whole}`, []],
    ["py of no tool", `[no_such(content="${quoted}")]\n${whole}`, called],
    ["py of no tool, cut off", `[no_such(path="a", content="""${quoted}`, []],
    ["py of no tool, on a line of its own", `no_such(content="${quoted}")\n${whole}`, called],
    ["py in a list with something else", `[write_file(content="${quoted}"), 1]\n${whole}`, called],
    ["py in an expression", `x = [write_file(content="${quoted}")]\n${whole}`, called],
    ["py in a sentence", `write_file(content="${quoted}") does it.\n${whole}`, called],
    ["py that is only shown", `Use [write_file(path="...", content=TEXT)] then.\n${whole}`, called],
    ["py that only looks like it", `[search(es) it's]\nsearch(query=the user's) finds.\n${whole}`, called],
    ["py in a fence, cut off", `\`\`\`tool_code\nwrite_file(content="""\n\`\`\`\n${quoted}`, []],
    ["py behind a marker, cut off", `<|tool_call_start|>[write_file(path='a', content='${quoted}\nmore`, []],
    ["py behind a marker, of no tool, cut off", `<|python_tag|>no_such.call(content="${quoted}\nmore`, []],
    [
      "py behind a marker, and a call in front and behind",
      `<|tool_call_start|>[search(query="b"), write_file(path=@, content="${quoted}")]<|tool_call_end|>${whole}`,
      [...called, ...called],
    ],
    ["g4 bare, no call at all", `call: nobody (yet\ncall:{\n${whole}`, called],
  ])("is not run: %s", (_, reply, expected) => {
    expect(callsIn(reply)).toEqual(expected);
  });
});
