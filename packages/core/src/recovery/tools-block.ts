import { brokenEnd } from "./broken-end.js";
import { closingOf } from "./closings.js";
import { found, troubled, writtenCall } from "./finding.js";
import { readPayload } from "./json-payload.js";
import { endOf, find, isAt, skipSpace, type Source, spend } from "./source.js";
import type { Passage } from "./types.js";

/**
 * `<tools>` declares tools in prompts, and a prompt that is repeated must stay without effect; Qwen2.5-Coder wraps its calls in it.
 * A call is only one object with a name and arguments, alone in the block. Anything else is passed over as a whole.
 */
export function readToolsBlock(source: Source, start: number): Passage | undefined {
  const { text } = source;
  if (!text.startsWith(opener, start)) return undefined;
  const at = skipSpace(text, start + opener.length);
  const payload = isAt(callLike, text, at) ? readPayload(source, start, at, format, "fenced") : undefined;
  if (payload?.trouble !== undefined) {
    const last = brokenEnd(source, at, closer, opener);
    return { finding: troubled(format, "marked", start, last, payload.trouble), end: last };
  }
  const [call, ...others] = payload?.calls ?? [];
  const isAlone = payload !== undefined && others.length === 0 && isAt(ending, text, payload.end);
  if (!call || !isAlone || !/["']arguments["']\s*:/.test(text.slice(at, payload.end)))
    return { end: blockEnd(source, at) };
  const end = endOf(ending, text, payload.end);
  const whole = writtenCall(call.name, call.input, start, end, call);
  return { finding: found(format, "marked", start, end, [whole]), end };
}

/** The place behind the closing tag, which is none within the JSON that stands first in the block. */
function blockEnd(source: Source, from: number): number {
  const { text } = source;
  let at = from;
  while (text[at] === "{" || text[at] === "[") {
    const end = closingOf(source, at);
    if (end < 0) return brokenEnd(source, at, closer, opener);
    if (!spend(source, end - at)) return text.length;
    at = skipSpace(text, text[end] === "," ? end + 1 : end);
  }
  const end = find(source, closer, at);
  return end < 0 ? text.length : end + closer.length;
}

const format = "hermes-json";
const opener = "<tools>";
const closer = "</tools>";
/** How the block ends, with its own tag, with that of a call or with the text. */
const ending = /\s*(?:<\/tools>|<\/tool_call>|$)/y;
const callLike = /\{\s*["'](?:name|arguments)["']/y;
