import { isTool, parametersOf } from "./toolbox.js";
import { foundCall, mendedText } from "./finding.js";
import { addValue } from "./xml-values.js";
import { matchAt, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** What GLM and small models shorten a call to behind `<tool_call>`: `f>value`, `f/parameter>value`, `f key="value"`. */
export function readShortBody(source: Source, start: number, at: number, format: string): Finding | undefined {
  const { text } = source;
  const listed = matchAt(attributes, text, at);
  if (listed && isTool(source.tools, listed[1] ?? "")) {
    const end = at + listed[0].length;
    const values: Record<string, unknown> = {};
    for (const [, key, value] of (listed[2] ?? "").matchAll(attribute)) addValue(values, key ?? "", value ?? "");
    return foundCall(format, "marked", start, end, listed[1] ?? "", values, mendedText);
  }
  const short = matchAt(shortCall, text, at);
  const name = short?.[1] ?? "";
  if (!short || !isTool(source.tools, name)) return undefined;
  const end = at + short[0].length;
  const value = (short[3] ?? "").trim();
  const input = short[2] === undefined ? value : { [short[2]]: value };
  return foundCall(format, "marked", start, end, name, input, mendedText);
}

/** `f/parameter>value` alone on a line: both must be offered. */
export function readShortLine(source: Source, start: number): Finding | undefined {
  const line = matchAt(shortLine, source.text, start);
  const name = line?.[1] ?? "";
  const key = line?.[2] ?? "";
  if (!line || !parametersOf(source.tools, name)?.has(key)) return undefined;
  const input = { [key]: (line[3] ?? "").trim() };
  return foundCall("glm-short", "bare", start, start + line[0].length, name, input, mendedText);
}

/** `<FunctionCall>f<code>key>value</code></FunctionCall>`. */
export function readFunctionCallTag(source: Source, start: number): Finding | undefined {
  const call = matchAt(functionCall, source.text, start);
  if (!call) return undefined;
  const values: Record<string, unknown> = {};
  for (const line of (call[2] ?? "").split("\n")) {
    const at = line.indexOf(">");
    if (at > 0) addValue(values, line.slice(0, at).trim(), line.slice(at + 1).trim());
    else if (line.trim() !== "") return undefined;
  }
  return foundCall("function-call-tag", "marked", start, start + call[0].length, call[1] ?? "", values, mendedText);
}

const shortCall = /([\w.:-]{1,80})(?:\/([\w-]{1,80}))?>(?!>)([^<\n]+)(?=<\/|\n|$)/y;
const shortLine = /[ \t]*([\w.:-]{1,80})\/([\w-]{1,80})>([^<>\n]+)(?=\n|$)/y;
const attributes = /([\w.:-]{1,80})((?:\s+[\w-]{1,80}="[^"<>]*")+)\s*(?=<\/|$)/y;
const attribute = /([\w-]+)="([^"]*)"/g;
const functionCall = /<FunctionCall>\s*([\w.:-]{1,80})\s*<code>([^<]*)<\/code>\s*<\/FunctionCall>/y;
