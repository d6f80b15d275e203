import type { Value } from "./literals.js";

/** A call as a model means it. */
export interface Call {
  readonly name: string;
  readonly arguments: { readonly [name: string]: Value };
}

/** One way to write calls into a reply. */
export interface WrittenFormat {
  readonly name: string;
  /** Calls that cannot stand next to each other in this format are written one a reply. */
  readonly isSingle?: boolean;
  /** The format has no way to write lists and objects. */
  readonly isFlat?: boolean;
  write(calls: readonly Call[]): string;
}

/** Every format that is written as JSON behind a mark, and JSON alone. */
export const jsonFormats: readonly WrittenFormat[] = [
  each("bare-json", (call) => named(call, "arguments", 2)),
  each("bare-json, parameters", (call) => named(call, "parameters")),
  whole("bare-json, list", (calls) => listed(calls, "arguments")),
  each("bare-json, arguments as a string", ({ name, arguments: input }) =>
    JSON.stringify({ name, arguments: JSON.stringify(input) }),
  ),
  whole("openai envelope", (calls) =>
    JSON.stringify({
      tool_calls: calls.map(({ name, arguments: input }, index) => ({
        id: `call_${index}`,
        type: "function",
        function: { name, arguments: JSON.stringify(input) },
      })),
    }),
  ),
  each("fenced-json", (call) => `\`\`\`json\n${named(call, "arguments", 2)}\n\`\`\``),
  each("fenced-json, tool name", (call) => `\`\`\`tool ${call.name}\n${JSON.stringify(call.arguments)}\n\`\`\``),
  each("hermes-json", (call) => `<tool_call>\n${named(call, "arguments")}\n</tool_call>`),
  whole("hermes-json, list", (calls) => `<tool_call>${listed(calls, "arguments")}</tool_call>`),
  whole("tool_calls-json", (calls) => `<tool_calls>${listed(calls, "arguments")}</tool_calls>`),
  whole("nemotron", (calls) => `<TOOLCALL>${listed(calls, "arguments")}</TOOLCALL>`),
  whole("functools", (calls) => `functools${listed(calls, "arguments")}`),
  whole("granite", (calls) => `<|tool_call|> ${listed(calls, "arguments")}`),
  each("granite-20b-fc", (call) => `<function_call> ${named(call, "arguments")}`),
  whole("command-r", (calls) => `<|START_ACTION|>${listed(calls, "parameters", "tool_name")}<|END_ACTION|>`),
  each("internlm2", (call) => `<|action_start|><|plugin|>${named(call, "parameters")}<|action_end|>`),
  each("longcat", (call) => `<longcat_tool_call>${named(call, "arguments")}</longcat_tool_call>`),
  each("gigachat", (call) => `<|function_call|>${named(call, "arguments")}`),
  each("inkling", (call) => `<|content_invoke_tool_json|>${named(call, "args")}<|end_message|>`),
  each("lm-studio", (call) => `[TOOL_REQUEST]${named(call, "arguments")}[END_TOOL_REQUEST]`),
  whole("apertus", (calls) => {
    const keyed = calls.map(({ name, arguments: input }) => ({ [name]: input }));
    return `<|tools_prefix|>${JSON.stringify(keyed)}<|tools_suffix|>`;
  }),
  whole("llama-python-tag", (calls) => `<|python_tag|>${calls.map((call) => named(call, "parameters")).join("; ")}`),
];

function each(name: string, write: (call: Call) => string): WrittenFormat {
  return { name, write: (calls) => calls.map(write).join("\n") };
}

function whole(name: string, write: (calls: readonly Call[]) => string): WrittenFormat {
  return { name, write };
}

function named(call: Call, key: string, indent?: number): string {
  return JSON.stringify({ name: call.name, [key]: call.arguments }, null, indent);
}

function listed(calls: readonly Call[], key: string, nameKey = "name"): string {
  return JSON.stringify(calls.map((call) => ({ [nameKey]: call.name, [key]: call.arguments })));
}
