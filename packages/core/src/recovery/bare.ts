import { readPayload } from "./json-payload.js";
import { readPython } from "./pythonic.js";
import { matchAt, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** A JSON value that stands in the text with nothing to announce it. */
export function readBareJson(source: Source, start: number): Finding | undefined {
  if (!matchAt(callLike, source.text, start)) return undefined;
  const payload = readPayload(source, start, "bare");
  return payload && { format: "bare-json", strength: "bare", start, ...payload };
}

/** Calls as code in square brackets, or alone at the start of a line. */
export function readBarePython(source: Source, start: number): Finding | undefined {
  return readPython(source, start, true);
}

/** The first key of everything that can be a call; other data is not even parsed. */
const callLike =
  /\[?\s*\{\{?\s*["'“`]?(?:name|tool|tool_name|function|function_name|function_call|action|arguments|parameters|args|input|params|type|id|index|tool_calls?|tool_call_id|thoughts?|thinking|reasoning|explanation|content|role|recipient_name|action_input)["'”`]?\s*[:=]/y;
