import type { Call } from "./formats.js";

/** Replies that look like calls and are none: nothing may come back. */
export const harmless: readonly { readonly name: string; readonly write: (call: Call) => string }[] = [
  {
    name: "package.json",
    write: ({ name }) =>
      `The file holds:\n\n${JSON.stringify({ name, version: "1.2.0", scripts: { test: "vitest" } }, null, 2)}`,
  },
  {
    name: "the tool's own schema",
    write: ({ name }) =>
      JSON.stringify({
        name,
        parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
      }),
  },
  { name: "a tool that is not offered", write: (call) => tagged({ ...call, name: "delete_everything" }) },
  { name: "an example", write: (call) => `A call looks like this, for example:\n\n\`\`\`json\n${json(call)}\n\`\`\`` },
  { name: "a plan", write: (call) => `If you agree, I would call ${json(call)} next.` },
  { name: "a summary", write: (call) => `I have already called ${json(call)} and it worked.` },
  { name: "in backticks", write: ({ name }) => `Use \`{"name": "${name}", "arguments": {"path": "a"}}\` for that.` },
  { name: "a quotation", write: (call) => `The log says:\n\n> ${tagged(call).replaceAll("\n", "\n> ")}\n` },
  { name: "a diff", write: (call) => `\`\`\`diff\n@@ -1 +1 @@\n-old\n+${json(call)}\n\`\`\`` },
  {
    name: "a tool's output",
    write: (call) => `<tool_response>\n${json(call)}\n</tool_response>\nThat is what it gave.`,
  },
  { name: "a parser's source", write: (call) => `\`\`\`ts\nconst sample = '${tagged(call)}';\nparse(sample);\n\`\`\`` },
  {
    name: "code in prose",
    write: ({ name }) => `The function ${name}(path) reads it; x = ${name}(path="a") would be wrong.`,
  },
  { name: "a record of a call", write: ({ name }) => `[{"name": "${name}", "status": "ok", "duration_ms": 12}]` },
  {
    name: "cut off in a string",
    write: (call) => `<tool_call>\n{"name": "${call.name}", "arguments": {"path": "a.py", "content": "def f(`,
  },
  {
    name: "a body that can't be read",
    write: ({ name }) => `<tool_call>\n{"name": "${name}", "arguments": {??}}\n</tool_call>`,
  },
  {
    name: "a forbidden key",
    write: ({ name }) =>
      `<tool_call>\n{"name": "${name}", "arguments": {"path": "a", "limit": 1, "__proto__": {"x": 1}}}\n</tool_call>`,
  },
];

function json({ name, arguments: input }: Call): string {
  return JSON.stringify({ name, arguments: input });
}

function tagged(call: Call): string {
  return `<tool_call>\n${json(call)}\n</tool_call>`;
}
