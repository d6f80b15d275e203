import { isTool } from "./toolbox.js";
import { foundCall, reaching, troubled } from "./finding.js";
import { readNamedJson } from "./named-input.js";
import { endOf, find, matchAt, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** `[TOOL_CALLS]f[ARGS]{...}`, `[TOOL_CALLS]f{...}`, with a call id or not: Mistral from its eleventh tokenizer on. */
export function readMistral(source: Source, start: number): Finding | undefined {
  const head = matchAt(mistral, source.text, start);
  if (!head) return undefined;
  const name = head[1] ?? "";
  const at = start + head[0].length;
  if (head[2] === undefined && source.text[at] !== "{" && !isTool(source.tools, name)) return undefined;
  const finding = readNamedJson(source, start, name, at, "mistral");
  // Prose that goes on after the token names no call.
  return head[2] === undefined && finding.trouble === "unreadable" ? undefined : finding;
}

/** `commentary to=functions.f<|message|>{...}` in every state of decay: gpt-oss, whose channels leak. */
export function readHarmony(source: Source, start: number): Finding | undefined {
  const head = matchAt(harmony, source.text, start);
  if (!head || (head[1] === undefined && !/<\||json/.test(head[0]))) return undefined;
  return readNamedJson(source, start, head[2] ?? "", start + head[0].length, "harmony");
}

/** `[Calling tool: f({...})]`. */
export function readCallingTool(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(callingTool, text, start);
  if (!head) return undefined;
  const finding = readNamedJson(source, start, head[1] ?? "", start + head[0].length, "misc-text");
  const end = endOf(callingEnd, text, finding.end);
  if (end >= 0) return reaching(finding, start, end);
  return troubled("misc-text", "marked", start, finding.end, finding.trouble ?? "cut-off");
}

/** `>>>f` with JSON or code below it: functionary 3.2. */
export function readFunctionary(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(functionary, text, start);
  const name = head?.[1] ?? "";
  if (!head || !isTool(source.tools, name)) return undefined;
  const at = start + head[0].length;
  if (text[at] === "{") return readNamedJson(source, start, name, at, "functionary-v3.2");
  const next = find(source, ">>>", at);
  const end = next < 0 ? text.length : next;
  return foundCall("functionary-v3.2", "marked", start, end, name, text.slice(at, end).trimEnd());
}

/** `✿FUNCTION✿: f` and `✿ARGS✿: {...}`: the first Qwen agents. */
export function readQwenAgent(source: Source, start: number): Finding | undefined {
  const head = matchAt(qwenAgent, source.text, start);
  return head ? readNamedJson(source, start, (head[1] ?? "").trim(), start + head[0].length, "qwen-agent") : undefined;
}

const mistral = /\[TOOL_CALLS\]\s*([\w.:-]{1,100})(?:\[CALL_ID\]\w*)?\s*(\[ARGS\])?\s*/y;
const harmony =
  /to=(functions\.)?([\w-][\w.-]{0,99})(?:\s|<\|channel\|>\s*\w*|<\|constrain\|>\s*\w*|json\b|code\b)*(?:<\|message\|>)?\s*(?=\{)/y;
const callingTool = /\[(?:Calling tool|tool_call):\s*([\w.:-]{1,100})\s*\((?=\s*\{)/y;
const callingEnd = /\s*\)\s*\]/y;
const functionary = />>>([\w.-]{1,100})\n/y;
const qwenAgent = /✿FUNCTION✿:\s*([^\n✿]{1,100})\n\s*✿ARGS✿:\s*/y;
