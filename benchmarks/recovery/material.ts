/** What a parameter takes. */
export type Kind = "path" | "code" | "count" | "flag" | "words" | "records";

/** A tool of the benchmark: names of its parameters and what they take; all are required. */
export interface BenchmarkTool {
  readonly name: string;
  readonly effect: "read" | "write";
  readonly parameters: { readonly [name: string]: Kind };
}

/** The tools that are offered in every case. */
export const tools: readonly BenchmarkTool[] = [
  { name: "read_file", effect: "read", parameters: { path: "path", limit: "count" } },
  { name: "write_file", effect: "write", parameters: { path: "path", content: "code" } },
  { name: "search_text", effect: "read", parameters: { query: "words", case_sensitive: "flag" } },
  { name: "update_todos", effect: "write", parameters: { todos: "records", done: "flag" } },
];

/** The same as JSON Schema. */
export const schemas: readonly {
  readonly name: string;
  readonly effect: "read" | "write";
  readonly inputSchema: { readonly [key: string]: unknown };
}[] = tools.map(({ name, effect, parameters }) => ({
  name,
  effect,
  inputSchema: {
    type: "object",
    properties: Object.fromEntries(Object.entries(parameters).map(([key, kind]) => [key, schemaOf(kind)])),
    required: Object.keys(parameters),
    additionalProperties: false,
  },
}));

function schemaOf(kind: Kind): { readonly [key: string]: unknown } {
  if (kind === "count") return { type: "integer" };
  if (kind === "flag") return { type: "boolean" };
  if (kind !== "records") return { type: "string" };
  const record = { type: "object", properties: { id: { type: "integer" }, note: { type: "string" } } };
  return { type: "array", items: record };
}

/** Code that breaks weak readers: quotes, braces, tags, fences and escapes in it. */
export const codeSamples: readonly string[] = [
  'def greet(name):\n    print(f"Hello, {name}!")\n',
  "const re = /\\d+\\s*\"x\"/g;\nexport const list = [1, { a: 'b' }];\n",
  '<div class="hero">\n  <p>1 &lt; 2 && 3 > 2</p>\n</div>\n',
  "#!/bin/sh\nset -eu\necho \"$HOME/a b\" | sed 's/[^a-z]//g' > out.txt\n",
  '{\n  "name": "write_file",\n  "version": "1.0.0",\n  "scripts": { "build": "tsc -p ." }\n}\n',
  "# Title\n\nSome `code`:\n\n```js\nconsole.log('hi');\n```\n\nThe end.\n",
  "SELECT \"a\" FROM t WHERE x = 'it''s' AND y IN (1, 2);\n",
  "x = {'a': [1, 2], \"b\": (3,)}\nif x['a'][0] == 1:\n\tprint('tab\\tand \\\\ slash')\n",
];

/** What models say around their calls. */
export const prose: readonly string[] = [
  "I'll do that now.",
  "Let me look at the file first, then change it.",
  "Okay. The tests use `pytest`, so I keep to that (see README.md).",
  'First step: the module itself. It has {braces}, [brackets] and a "quote".',
  "Sure! Here we go:",
  "The user wants a new endpoint.\n\n1. the model\n2. the route\n\nI begin with the first.",
];
