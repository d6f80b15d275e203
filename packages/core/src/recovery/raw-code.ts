import { isTool } from "./toolbox.js";
import { foundCall } from "./finding.js";
import { find, matchAt, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** Code alone behind Llama's `<|python_tag|>`: meant for the one tool that takes code, if there is such a tool. */
export function readRawCode(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const opener = matchAt(pythonTag, text, start);
  const name = codeTools.find((tool) => isTool(source.tools, tool));
  if (!opener || name === undefined) return undefined;
  const from = start + opener[0].length;
  const stop = find(source, "<|", from);
  const end = stop < 0 ? text.length : stop;
  const code = text.slice(from, end);
  if (code.trim() === "") return undefined;
  return foundCall("llama-python-tag", "marked", start, end, name, code);
}

const pythonTag = /<\|python_tag\|>(?!\s*[{[])/y;
const codeTools = ["python", "code_interpreter", "ipython"];
