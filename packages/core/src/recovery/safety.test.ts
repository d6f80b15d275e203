import { describe, expect, it } from "vitest";
import { recoverToolCalls, type OfferedTool } from "./index.js";

const text = { type: "string" };
const tools: readonly OfferedTool[] = [
  offered("read_file", "read", { path: text }),
  offered("write_file", "write", { path: text, content: text }),
  offered("shell", "execute", { command: text }),
];
const json = '{"name": "shell", "arguments": {"command": "rm -rf build"}}';
const call = `<tool_call>\n${json}\n</tool_call>`;
const nested = "<function=shell>\n<parameter=command>\nrm -rf build\n</parameter>\n</function>";

function offered(
  name: string,
  effect: "read" | "write" | "execute",
  properties: { [name: string]: unknown },
): OfferedTool {
  return { name, effect, inputSchema: { type: "object", properties, required: Object.keys(properties) } };
}

describe("what is only talked about", () => {
  it.each([
    ["in backticks", `Run \`${json}\` when you are ready.`],
    ["in backticks, with its tag", `Write \`<tool_call>${json}</tool_call>\` to run it.`],
    ["in quotation marks", `The log says "${json}" and no more.`],
    ["in a quotation", `> ${call.replaceAll("\n", "\n> ")}`],
    ["in a table", `| call | ${json} |`],
    ["in three quotation marks", `The message was:\n"""\n${call}\n"""\nNobody ran it.`],
    ["in a comment", `<!-- ${call} -->`],
    ["in a diff", `@@ -1 +1 @@\n-old\n+${json}\n`],
    ["in a diff, indented", `@@ -1 +1 @@\n-  old\n+  ${json}\n`],
    ["in a fenced diff", `\`\`\`diff\n+${json}\n\`\`\``],
    ["in a source", `\`\`\`ts\nparse('${call}');\n\`\`\``],
    ["after 'for example'", `For example:\n\n${call}`],
    ["after 'looks like this'", `A call looks like this: ${call}`],
    ["after 'for example', in a fence", `For example:\n\n\`\`\`xml\n${call}\n\`\`\``],
    ["after 'an example of'", `Here's an example of a call:\n${call}`],
    ["after 'example', in tildes", `Example:\n~~~xml\n${call}\n~~~\nDone.`],
    [
      "in an XML fence whose tags are nested",
      `A call looks like this:\n\`\`\`xml\n<tool_call>\n${nested}\n</tool_call>\n\`\`\``,
    ],
    ["after what a file contains", `The file contains:\n\`\`\`\n${call}\n\`\`\`\nI ignore it.`],
    ["after what another said", `The assistant replied:\n${call}`],
    ["after 'never run'", `Never run this:\n${call}`],
    ["after 'do not run', in a fence", `Do not run this:\n\`\`\`\n${call}\n\`\`\``],
    ["after a question for leave", `Do you want me to run this?\n${call}`],
    ["before leave is given", `Once you approve, I will run:\n${call}`],
    ["after 'the format is'", `The format is:\n\`\`\`json\n${json}\n\`\`\``],
    ["before 'that is how'", `\`\`\`json\n${json}\n\`\`\`\nThat is how you would call it.`],
    ["as a plan", `I would call ${call} next, if you agree.`],
    ["as a summary", `I have already run ${call}.`],
    ["as the output of a tool", `<tool_response>\n${json}\n</tool_response>`],
    ["as an output that is announced", `Tool output:\n${json}`],
    ["in a sentence", `You could send ${json} to it, but that deletes everything.`],
    ["as one message of several", `{"role": "assistant", "tool_calls": [${json}]}\n{"role": "tool", "content": ""}`],
    ["as the text of a link", 'See [shell(command="ls")](#shell).'],
    ["in a list within an expression", 'await all([shell(command="ls"), 1])\nall([shell(command="ls")])'],
    ["as a line of a program", 'def f(a):\n    return a\n\nshell(command="ls")'],
    ["as JavaScript", '```javascript\nshell({"command": "ls"})\n```'],
    ["as code in a sentence", 'You can use shell(command="rm -rf build") for that.'],
    ["as an assignment", 'result = shell(command="rm -rf build")'],
    [
      "behind an observation",
      'Action: read_file\nAction Input: {"path": "a"}\nObservation: ok\nAction: shell\nAction Input: {"command": "ls"}',
    ],
  ])("is not run when it stands %s", (_, reply) => {
    const names = recoverToolCalls(reply, tools).calls.map(({ name }) => name);
    expect(names.filter((name) => name === "shell")).toEqual([]);
  });

  it("is not run before a lesson either, when nothing is known of the tool's effect", () => {
    const plain = [{ name: "shell", inputSchema: { type: "object", properties: { command: text } } }];
    const fence = `\`\`\`json\n${json}\n\`\`\``;
    expect(recoverToolCalls(fence, plain).calls).toHaveLength(1);
    expect(recoverToolCalls(`${fence}\nThat is how you would call it.`, plain).calls).toEqual([]);
    expect(recoverToolCalls(`See here.\n${fence}\nThis is just an example.`, plain).calls).toEqual([]);
  });

  it("is run when it stands alone, or behind words that announce it", () => {
    for (const reply of [call, `I'll clean up.\n\n${call}`, `Running it now:\n\n\`\`\`json\n${json}\n\`\`\``, json])
      expect(recoverToolCalls(reply, tools).calls).toHaveLength(1);
  });

  it.each([
    "Now I run the tests.",
    "I ran the linter.",
    "I have already read the file, so now I run the tests.",
    "It looks like the test fails because of a typo.",
    "The output format looks like JSON, but I must check the file.",
    "The tool output was empty, so I try again.",
    "<think>So I should call the shell.</think>",
    "<think>For example, with rm.</think>\n",
    "[THINK]I could call the shell.[/THINK]",
    "<seed:think>It looks like the user wants it clean.</seed:think>",
  ])("is run behind a sentence that tells of something else: %s", (before) => {
    for (const [reply, count] of [
      [`${before}\n\n${call}`, 1],
      [`${before}\n\`\`\`xml\n${call}\n\`\`\``, 1],
      [`${before}\n\`\`\`xml\n${call}\n\`\`\`\nThen:\n\n${call}`, 2],
    ] as const)
      expect(recoverToolCalls(reply, tools).calls).toHaveLength(count);
  });
});

describe("data that looks like a call", () => {
  it.each([
    ["a package.json", '{"name": "shell", "version": "1.0.0", "scripts": {"test": "vitest"}}'],
    ["a list of people", '[{"name": "alice", "age": 30}]'],
    [
      "a tool's own schema",
      '{"name": "shell", "description": "Runs", "parameters": {"type": "object", "properties": {}}}',
    ],
    ["a list of tools", '<tools>[{"type": "function", "function": {"name": "shell", "parameters": {}}}]</tools>'],
    [
      "a record of a call that was made",
      '{"name": "shell", "arguments": {"command": "ls"}, "result": "a b", "exit_code": 0}',
    ],
    ["a call inside of data", `{"messages": [${json}], "model": "x"}`],
    ["a name that is a number", '{"name": 1, "arguments": {}}'],
    ["an answer in the final channel", '<|channel|>final <|constrain|>json<|message|>{"command": "ls"}'],
    ["markup with the name of a tool", "<div><shell>ls</shell></div>"],
  ])("%s gives none", (_, reply) => {
    expect(recoverToolCalls(reply, tools).calls).toEqual([]);
  });
});

describe("what is refused", () => {
  it.each([
    ["__proto__", '{"path": "a", "__proto__": {"x": 1}}'],
    ["constructor", '{"path": "a", "constructor": {"x": 1}}'],
    ["prototype", '{"path": {"prototype": 1}}'],
    ["__proto__ behind an escape", '{"path": "a", "\\u005f_proto__": {"x": 1}}'],
  ])("%s as a key", (_, input) => {
    const { calls, nearMisses } = recoverToolCalls(
      `<tool_call>{"name": "read_file", "arguments": ${input}}</tool_call>`,
      tools,
    );
    expect(calls).toEqual([]);
    expect(nearMisses[0]?.reason).toBe("forbidden-key");
  });

  it.each([
    ["a body that can't be read", '<tool_call>{"name": "read_file", "arguments": {??}}</tool_call>'],
    ["a function whose body is no JSON", "<function=read_file>the file a</function>"],
    ["values and a call that lack their closing tags", "<function=read_file><parameter=path>a<parameter=limit>"],
    ["a list of arguments that breaks off", "<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n"],
    ["a key without a value", "<tool_call>read_file<arg_key>path</arg_key></tool_call>"],
    ["arguments that are a list", '<tool_call>{"name": "read_file", "arguments": ["a"]}</tool_call>'],
    ["a value of the wrong type", '<tool_call>{"name": "read_file", "arguments": {"path": {"a": 1}}}</tool_call>'],
    ["a missing argument", '<tool_call>{"name": "write_file", "arguments": {"path": "a"}}</tool_call>'],
  ])("%s, never run with empty arguments, always told", (_, reply) => {
    const { calls, nearMisses } = recoverToolCalls(reply, tools);
    expect(calls).toEqual([]);
    expect(nearMisses).toHaveLength(1);
    expect(nearMisses[0]?.hint).toMatch(/^[A-Z][^\n]*\.$/);
  });

  it.each([
    ["has a forbidden key", '"__proto__": "a", "content": "#\nQUOTED\n"}}'],
    ["has a key twice", '"path": "a", "path": "b", "content": "#\nQUOTED\n"}}'],
    ["is too deep", `"path": ${"[".repeat(70)} "#\nQUOTED\n"`],
    ["can't be read", '"path": [}, "content": "#\nQUOTED\n"}}'],
    ["lacks a value and its braces", '"path": [}, "content": "#\nQUOTED\n"'],
    ["has quotes with two readings", '"path": "say "a", "b": 5 things", "content": "#\nQUOTED\n"}}'],
    ["has a key that may be text", '"path": "a", "content": "# ""path": "x"}}\nQUOTED\n"}}'],
    ["is cut off", '"path": "a", "content": "#\nQUOTED\n'],
  ])("a call that %s, with all that is quoted in it", (_, input) => {
    for (const quoted of [call, "<shell><command>ls</command></shell>", '[shell(command="ls")]']) {
      const written = `{"name": "write_file", "arguments": {${input.replace("QUOTED", () => quoted)}`;
      const { calls, nearMisses } = recoverToolCalls(written, tools);
      expect(calls).toEqual([]);
      expect(nearMisses).toHaveLength(1);
    }
  });

  it.each([
    ["has a forbidden key", '"__proto__": "a", "content": "b\n"}}'],
    ["can't be read", '"path" "a" 5, "content": "b\n"}}'],
  ])("a call that %s, but none behind it", (_, input) => {
    const written = `{"name": "write_file", "arguments": {${input}\n${call}`;
    expect(recoverToolCalls(written, tools).calls).toHaveLength(1);
  });

  it("a list of arguments that was never closed, unless nothing declared is missing", () => {
    const properties = { path: text, limit: { type: "integer" } };
    const optional = [{ name: "look", inputSchema: { type: "object", properties, required: ["path"] } }];
    const reply = "<tool_call>\n<function=look>\n<parameter=path>\na\n</parameter>\n";
    expect(recoverToolCalls(reply, optional)).toMatchObject({ calls: [], nearMisses: [{ reason: "cut-off" }] });
    expect(recoverToolCalls(`${reply}<parameter=limit>5</parameter>`, optional).calls).toHaveLength(1);
  });

  it("a value that ends where the next call begins", () => {
    expect(recoverToolCalls("<function=read_file><parameter=path>a<invoke=b>", tools).calls).toEqual([]);
  });

  it("a value that ends where a call within it ends", () => {
    const open = "<tool_call>read_file<arg_key>path</arg_key><arg_value>a\n";
    expect(recoverToolCalls(`${open}</tool_call>`, tools).calls).toHaveLength(1);
    expect(recoverToolCalls(`${open}${call}`, tools).calls).toEqual([]);
  });

  it("`args` in the block that declares tools", () => {
    expect(recoverToolCalls('<tools>{"name": "read_file", "args": {"path": "a"}}</tools>', tools).calls).toEqual([]);
  });

  it("a tool that is not offered, with the names of those that are", () => {
    const { nearMisses } = recoverToolCalls('{"name": "delete", "arguments": {"path": "a"}}', tools);
    expect(nearMisses[0]?.hint).toContain("read_file, write_file, shell");
  });

  it("a name that would have to be guessed, where a command would be run", () => {
    expect(
      recoverToolCalls('<tool_call>{"name": "Shell", "arguments": {"command": "ls"}}</tool_call>', tools).calls,
    ).toEqual([]);
    expect(
      recoverToolCalls('<tool_call>{"name": "ReadFile", "arguments": {"path": "a"}}</tool_call>', tools).calls,
    ).toHaveLength(1);
  });
});

describe("thinking", () => {
  const read = '<tool_call>{"name": "read_file", "arguments": {"path": "a"}}</tool_call>';
  const write = '<tool_call>{"name": "write_file", "arguments": {"path": "a", "content": "b"}}</tool_call>';

  it("a rehearsed call is passed over when the real one follows", () => {
    expect(recoverToolCalls(`<think>${read}</think>${write}`, tools).calls.map(({ name }) => name)).toEqual([
      "write_file",
    ]);
  });

  it("a call that stands only in the thinking is taken when it only reads and nothing follows", () => {
    expect(recoverToolCalls(`<think>First ${read}`, tools).calls).toHaveLength(1);
    expect(recoverToolCalls(`<think>First ${read}</think>The answer is 4.`, tools).calls).toEqual([]);
    expect(recoverToolCalls(write.replace("</tool_call>", "</think></tool_call>"), tools).calls).toHaveLength(1);
    expect(recoverToolCalls(`So ${write}</think>`, tools).calls).toEqual([]);
    const fenced = `So:\n\`\`\`xml\n${read}\n\`\`\`\nThat's it.</think>The answer is 4.`;
    expect(recoverToolCalls(fenced, tools).calls).toEqual([]);
    const { calls, nearMisses } = recoverToolCalls(`<think>First ${write}</think>`, tools);
    expect([calls, nearMisses[0]?.reason]).toEqual([[], "thinking"]);
  });
});

describe("what is left to read", () => {
  it("is the text without the calls and what held them", () => {
    expect(recoverToolCalls(`Cleaning.\n${call}\nDone.`, tools).text).toBe("Cleaning.\n\nDone.");
  });

  it("two equal calls are two calls with spans of their own", () => {
    const { calls } = recoverToolCalls(`${call}\n${call}`, tools);
    expect(calls).toHaveLength(2);
    expect(calls[0]?.span[1]).toBeLessThanOrEqual(calls[1]?.span[0] ?? 0);
  });
});

describe("a file in a fence", () => {
  const reply = "Here it is.\n\nsrc/a.py\n```python\nx = 1\n```\n";

  it("is no call unless that is switched on", () => {
    expect(recoverToolCalls(reply, tools).calls).toEqual([]);
    expect(recoverToolCalls(reply, tools, { filenameFence: true }).calls[0]?.arguments).toEqual({
      path: "src/a.py",
      content: "x = 1\n",
    });
  });

  it("leads nowhere outside of the repository", () => {
    for (const path of ["../a.py", "/etc/a.conf", "a/../../b.py"])
      expect(recoverToolCalls(reply.replace("src/a.py", path), tools, { filenameFence: true }).calls).toEqual([]);
  });
});
