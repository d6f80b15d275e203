import type { Call, WrittenFormat } from "./formats.js";
import { python } from "./literals.js";

/** Formats in which the name stands in front of the arguments: special tokens, code, and protocols in plain text. */
export const namedFormats: readonly WrittenFormat[] = [
  joined("mistral", "", ({ name, arguments: input }) => `[TOOL_CALLS]${name}[ARGS]${JSON.stringify(input)}`),
  framed("deepseek-v3", "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", ({ name, arguments: input }) => {
    const fence = `\`\`\`json\n${JSON.stringify(input)}\n\`\`\``;
    return `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n${fence}<｜tool▁call▁end｜>`;
  }),
  framed(
    "deepseek-v3.1",
    "<｜tool▁calls▁begin｜>",
    "<｜tool▁calls▁end｜>",
    ({ name, arguments: input }) =>
      `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${JSON.stringify(input)}<｜tool▁call▁end｜>`,
  ),
  framed(
    "kimi-k2",
    "<|tool_calls_section_begin|>",
    "<|tool_calls_section_end|>",
    ({ name, arguments: input }, index) =>
      `<|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>${JSON.stringify(input)}<|tool_call_end|>`,
  ),
  joined(
    "solar",
    "",
    ({ name, arguments: input }, index) =>
      `<|tool_call:begin|>${index}<|tool_call:name|>${name}<|tool_call:args|>${JSON.stringify(input)}<|tool_call:end|>`,
  ),
  joined(
    "harmony",
    "<|start|>assistant",
    ({ name, arguments: input }) =>
      `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${JSON.stringify(input)}<|call|>`,
  ),
  joined(
    "functionary-v3.1",
    "\n",
    ({ name, arguments: input }) => `<function=${name}>${JSON.stringify(input)}</function>`,
  ),
  joined("functionary-v3.2", "\n", ({ name, arguments: input }) => `>>>${name}\n${JSON.stringify(input)}`),
  joined(
    "qwen-agent",
    "\n",
    ({ name, arguments: input }) => `✿FUNCTION✿: ${name}\n✿ARGS✿: ${JSON.stringify(input)}\n✿RESULT✿:`,
  ),
  joined(
    "name and parameters in tags",
    "\n",
    ({ name, arguments: input }) =>
      `<tool_call>\n<name>${name}</name>\n<parameters>${JSON.stringify(input)}</parameters>\n</tool_call>`,
  ),
  joined("calling tool", "\n", ({ name, arguments: input }) => `[Calling tool: ${name}(${JSON.stringify(input)})]`),
  {
    name: "react",
    isSingle: true,
    write: ([call]) => `Thought: next\nAction: ${call?.name}\nAction Input: ${JSON.stringify(call?.arguments)}`,
  },
  framed("pythonic", "[", "]", code, ", "),
  framed("lfm2", "<|tool_call_start|>[", "]<|tool_call_end|>", code, ", "),
  framed("olmo3", "<function_calls>", "</function_calls>", code, "\n"),
  framed("llama4", "<|python_start|>[", "]<|python_end|>", code, ", "),
  framed("tool_code", "```tool_code\n", "\n```", code, "\n"),
];

function code({ name, arguments: input }: Call): string {
  const words = Object.entries(input).map(([key, value]) => `${key}=${python(value)}`);
  return `${name}(${words.join(", ")})`;
}

function joined(name: string, between: string, write: (call: Call, index: number) => string): WrittenFormat {
  return { name, write: (calls) => calls.map(write).join(between) };
}

function framed(
  name: string,
  before: string,
  after: string,
  write: (call: Call, index: number) => string,
  between = "",
): WrittenFormat {
  return { name, write: (calls) => before + calls.map(write).join(between) + after };
}
