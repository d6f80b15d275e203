import { brokenEnd } from "./broken-end.js";
import { isTool } from "./toolbox.js";
import { found, foundCall, mended, reaching, troubled } from "./finding.js";
import { readPayload } from "./json-payload.js";
import { readNamedJson } from "./named-input.js";
import { readPython } from "./pythonic.js";
import { endOf, find, isAt, matchAt, skipSpace, type Source } from "./source.js";
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
  const { text } = source;
  const head = matchAt(harmony, text, start);
  if (!head) return undefined;
  const name = head[2] ?? "";
  const isMarked = head[1] !== undefined || /<\||json/.test(head[0]);
  // Of all its marks only `to=` is left: a tool's name must stand behind it, and nothing beside it.
  if (!isMarked && !(isTool(source.tools, name) && isAt(lineStart, text, start))) return undefined;
  const finding = readNamedJson(source, start, name, start + head[0].length, "harmony");
  if (isMarked) return finding;
  return isAt(lineEnd, text, finding.end)
    ? found("harmony", "bare", start, finding.end, finding.calls, finding.trouble)
    : undefined;
}

/** `<|channel|>final<|message|>{...}`: JSON in the channel that is meant for the user is no call, whatever it looks like. */
export function readFinalChannel(source: Source, start: number): Finding | undefined {
  const from = endOf(finalChannel, source.text, start);
  if (from < 0) return undefined;
  const payload = readPayload(source, start, from, "harmony", "bare");
  const end = brokenEnd(source, from, "", "<|");
  return payload && payload.calls.length > 0
    ? troubled("harmony", "bare", start, end, "quoted")
    : found("harmony", "bare", start, end, []);
}

/** `f(a=1)]<|tool_call_end|>`: a call of LFM2 whose opener was lost. */
export function readUnopened(source: Source, start: number): Finding | undefined {
  const { text } = source;
  if (find(source, "<|tool_call_end|>", start) < 0) return undefined;
  const call = readPython(source, skipSpace(text, start), true)?.calls[0];
  const end = call ? endOf(lfm2End, text, call.end) : -1;
  return call && end >= 0 ? foundCall("lfm2", "marked", start, end, call.name, call.input, mended) : undefined;
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
/** Each of its words can be read in one way only: of two there would be twice as many for every word. */
const harmony =
  /to=(functions\.)?([\w-][\w.-]{0,99})(?:\s|<\|(?:channel|constrain)\|>(?:\w+\b|(?!\w))|\b(?:commentary|analysis|json|code)\b)*(?:<\|message\|>)?\s*(?=\{|<\|call\|>)/y;
const finalChannel = /<\|channel\|>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>\s*(?=[{[])/y;
const lineStart = /(?<=(?:^|\n)[ \t]*)/y;
const lineEnd = /[ \t]*(?:\r?\n|$)/y;
const lfm2End = /\s*\]\s*<\|tool_call_end\|>/y;
const callingTool = /\[(?:Calling tool|tool_call):\s*([\w.:-]{1,100})\s*\((?=\s*\{)/y;
const callingEnd = /\s*\)\s*\]/y;
const functionary = />>>([\w.-]{1,100})\n/y;
const qwenAgent = /✿FUNCTION✿:\s*([^\n✿]{1,100})\n\s*✿ARGS✿:\s*/y;
