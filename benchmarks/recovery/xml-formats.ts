import type { Call, WrittenFormat } from "./formats.js";
import { gemma, plain } from "./literals.js";

/** Formats in which each argument has a tag or a quoting of its own. */
export const xmlFormats: readonly WrittenFormat[] = [
  tagged("qwen3-coder-xml", ({ name, arguments: input }) => {
    const parts = entries(input, (key, value) => `<parameter=${key}>\n${value}\n</parameter>\n`);
    return `<tool_call>\n<function=${name}>\n${parts}</function>\n</tool_call>`;
  }),
  tagged("qwen3-coder-xml, no opening tag", ({ name, arguments: input }) => {
    const parts = entries(input, (key, value) => `<parameter=${key}>\n${value}\n</parameter>\n`);
    return `<function=${name}>\n${parts}</function>\n</tool_call>`;
  }),
  tagged("seed-oss", ({ name, arguments: input }) => {
    const parts = entries(input, (key, value) => `<parameter=${key}>${value}</parameter>\n`);
    return `<seed:tool_call>\n<function=${name}>\n${parts}</function>\n</seed:tool_call>`;
  }),
  tagged("minicpm-xml", ({ name, arguments: input }) => {
    const parts = entries(input, (key, value) => `<param name="${key}">${value}</param>`);
    return `<function name="${name}">${parts}</function>`;
  }),
  tagged("glm-xml", ({ name, arguments: input }) => {
    const parts = entries(input, (key, value) => `<arg_key>${key}</arg_key>\n<arg_value>${value}</arg_value>\n`);
    return `<tool_call>${name}\n${parts}</tool_call>`;
  }),
  framedXml("invoke-xml", "<function_calls>\n", "</function_calls>", ""),
  framedXml("minimax-m2", "<minimax:tool_call>\n", "</minimax:tool_call>", ""),
  framedXml("deepseek-dsml", "<｜DSML｜function_calls>\n", "</｜DSML｜function_calls>", "｜DSML｜"),
  framedXml(
    "step3",
    "<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜>",
    "<｜tool_call_end｜><｜tool_calls_end｜>",
    "steptml:",
  ),
  {
    ...tagged("cline-xml", ({ name, arguments: input }) => {
      const parts = entries(input, (key, value) => `<${key}>${value}</${key}>\n`);
      return `<${name}>\n${parts}</${name}>`;
    }),
    isFlat: true,
  },
  tagged("gemma4", ({ name, arguments: input }) => `<|tool_call>call:${name}${gemma(input, '<|"|>')}<tool_call|>`),
  tagged(
    "functiongemma",
    ({ name, arguments: input }) => `<start_function_call>call:${name}${gemma(input, "<escape>")}<end_function_call>`,
  ),
];

function tagged(name: string, write: (call: Call) => string): WrittenFormat {
  return { name, write: (calls) => calls.map(write).join("\n") };
}

function framedXml(format: string, before: string, after: string, space: string): WrittenFormat {
  const one = ({ name, arguments: input }: Call): string => {
    const parts = entries(input, (key, value) => `<${space}parameter name="${key}">${value}</${space}parameter>\n`);
    return `<${space}invoke name="${name}">\n${parts}</${space}invoke>\n`;
  };
  return { name: format, write: (calls) => before + calls.map(one).join("") + after };
}

function entries(input: Call["arguments"], write: (key: string, value: string) => string): string {
  return Object.entries(input)
    .map(([key, value]) => write(key, plain(value)))
    .join("");
}
