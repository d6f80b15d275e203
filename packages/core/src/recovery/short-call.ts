import { isTool, parametersOf } from "./toolbox.js";
import { closerAtDepth } from "./broken-tag.js";
import { foundCall, mendedText, troubled } from "./finding.js";
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
  if (!short || !isTool(source.tools, name)) {
    const head = matchAt(shortHead, text, at);
    return head && isTool(source.tools, head[1] ?? "")
      ? troubled(format, "marked", start, at + head[0].length, "unreadable")
      : undefined;
  }
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
  const { text } = source;
  const head = matchAt(functionCall, text, start);
  if (!head) return undefined;
  const name = head[1] ?? "";
  const from = start + head[0].length;
  const call = matchAt(codeInCall, text, from);
  const values = call && valuesIn(call[1] ?? "", parametersOf(source.tools, name));
  if (values) return foundCall(functionCallTag, "marked", start, from + call[0].length, name, values, mendedText);
  const closer = closerAtDepth(source, from, "FunctionCall");
  const end = closer < 0 ? text.length : closer + "</FunctionCall>".length;
  return troubled(functionCallTag, "marked", start, end, closer < 0 ? "cut-off" : "unreadable");
}

/** `key>value` on each line; `undefined`: something else stands on one, so a value has several. */
function valuesIn(code: string, declared: ReadonlySet<string> | undefined): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  for (const line of code.split("\n")) {
    const at = line.indexOf(">");
    const key = line.slice(0, Math.max(at, 0)).trim();
    if (key === "" ? line.trim() !== "" : declared && declared.size > 0 && !declared.has(key)) return undefined;
    if (key !== "") addValue(values, key, line.slice(at + 1).trim());
  }
  return values;
}

const functionCallTag = "function-call-tag";
const callEnd = /(?=\s*(?:<\/(?:\w+:)?(?:[\w-]*call\w*|tool\w*|function|invoke)>|<\/\w*$|$))/.source;
const shortCall = new RegExp(`([\\w.:-]{1,80})(?:\\/([\\w-]{1,80}))?>(?!>)([^<\\n]+)${callEnd}`, "y");
const shortLine = /[ \t]*([\w.:-]{1,80})\/([\w-]{1,80})>([^<>\n]+)(?=\n|$)/y;
const attributes = new RegExp(`([\\w.:-]{1,80})((?:\\s+[\\w-]{1,80}="[^"<>]*")+)${callEnd}`, "y");
const attribute = /([\w-]+)="([^"]*)"/g;
/** How a call that is cut short begins: whatever follows, it is no sentence. */
const shortHead = /([\w.:-]{1,80})(?:(?:\/[\w-]{1,80})?>(?!>)|\s+[\w-]{1,80}=["'])/y;
const functionCall = /<FunctionCall>\s*([\w.:-]{1,80})\s*<code>/y;
const codeInCall = /([^<]*)<\/code>\s*<\/FunctionCall>/y;
