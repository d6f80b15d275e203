import { found, writtenCall } from "./finding.js";
import { readPayload } from "./json-payload.js";
import { find, skipSpace, type Source } from "./source.js";
import type { Passage } from "./types.js";

/**
 * `<tools>` declares tools in prompts, and a prompt that is repeated must stay without effect; Qwen2.5-Coder wraps its calls in it.
 * A call is only one object with a name and arguments, alone in the block. Anything else is passed over as a whole.
 */
export function readToolsBlock(source: Source, start: number): Passage | undefined {
  const { text } = source;
  if (!text.startsWith(opener, start)) return undefined;
  const closer = find(source, "</tools>", start);
  const stop = closer < 0 ? text.length : closer + "</tools>".length;
  const at = skipSpace(text, start + opener.length);
  const payload =
    text[at] === "{" && /^\{\s*["'](?:name|arguments)["']/.test(text.slice(at, at + 40))
      ? readPayload(source, start, at, "hermes-json", "fenced")
      : undefined;
  const [call, ...others] = payload?.calls ?? [];
  if (!payload || !call || others.length > 0 || skipSpace(text, payload.end) !== (closer < 0 ? text.length : closer))
    return { end: stop };
  if (!/["']arguments["']\s*:/.test(text.slice(at, payload.end))) return { end: stop };
  const whole = writtenCall(call.name, call.input, start, stop, call);
  return { finding: found("hermes-json", "marked", start, stop, [whole]), end: stop };
}

const opener = "<tools>";
