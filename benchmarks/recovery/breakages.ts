import type { Call } from "./formats.js";
import { python } from "./literals.js";

/** JSON as models break it, with the same call in it. */
export const breakages: readonly { readonly name: string; readonly write: (call: Call) => string }[] = [
  { name: "a brace too few", write: (call) => tagged(json(call).slice(0, -1)) },
  { name: "a brace too many", write: (call) => tagged(`${json(call)}}`) },
  { name: "no closing tag", write: (call) => `<tool_call>\n${json(call)}` },
  { name: "no opening tag", write: (call) => `${json(call)}\n</tool_call>` },
  { name: "trailing comma", write: (call) => tagged(json(call).replace(/\}\}$/, ",},}")) },
  {
    name: "raw line ends in strings",
    write: (call) => tagged(json(call).replaceAll(/(?<!\\)((?:\\\\)*)\\n/g, "$1\n")),
  },
  { name: "Python literals", write: ({ name, arguments: input }) => tagged(python({ name, arguments: input })) },
  { name: "unquoted keys", write: (call) => tagged(json(call, 1).replaceAll(/^( *)"(\w+)":/gm, "$1$2:")) },
  { name: "comments", write: (call) => tagged(json(call, 1).replace("{\n", "{ // the call\n")) },
  { name: "unclosed fence", write: (call) => `\`\`\`json\n${json(call, 2)}` },
  { name: "functions. in front of the name", write: (call) => json({ ...call, name: `functions.${call.name}` }) },
  { name: "name in camel case", write: (call) => tagged(json({ ...call, name: camel(call.name) })) },
];

function json({ name, arguments: input }: Call, indent?: number): string {
  return JSON.stringify({ name, arguments: input }, null, indent);
}

function tagged(body: string): string {
  return `<tool_call>\n${body}\n</tool_call>`;
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
