import { readPayload } from "./json-payload.js";
import { readPython } from "./pythonic.js";
import { isRecord } from "./schema.js";
import { matchAt, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** A JSON value that stands in the text with nothing to announce it. */
export function readBareJson(source: Source, start: number): Finding | undefined {
  if (!matchAt(callLike, source.text, start)) return undefined;
  if (source.text.startsWith("functools", start - 9)) {
    const marked = readPayload(source, start, "marked");
    return marked && { format: "phi4-functools", strength: "marked", start: start - 9, ...marked };
  }
  const payload = readPayload(source, start, "bare");
  return payload && { format: "bare-json", strength: "bare", start, ...payload };
}

/** Calls as code in square brackets. */
export function readBareList(source: Source, start: number): Finding | undefined {
  return readPython(source, start, true);
}

/** A call as code, alone on its line and with an argument at least: `f(a=1)`, `print(f(a=1))`, `tool_code = f(a=1)`. */
export function readCodeLine(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(lineHead, text, start);
  const finding = head ? readPython(source, start + head[0].length, true) : undefined;
  const after = finding && matchAt(lineTail, text, finding.end);
  if (!finding || !after || finding.calls.some(({ input }) => isRecord(input) && Object.keys(input).length === 0))
    return undefined;
  return { ...finding, start };
}

const lineHead = /[ \t]*(?:tool_code\s*=\s*)?/y;
const lineTail = /[ \t]*(?:\r?\n|$)/y;

/** The first key of everything that can be a call; other data is not even parsed. */
const callLike =
  /\[?\s*\{\{?\s*["'“`]?(?:name|tool|tool_name|function|function_name|function_call|action|arguments|parameters|args|input|params|type|id|index|tool_calls?|tool_call_id|thoughts?|thinking|reasoning|explanation|content|role|recipient_name|action_input)["'”`]?\s*[:=]/y;
