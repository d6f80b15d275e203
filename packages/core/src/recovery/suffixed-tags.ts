import { closerAtDepth } from "./broken-tag.js";
import { foundCall, troubled } from "./finding.js";
import { isForbiddenKey } from "./forbidden.js";
import { find, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";
import { addValue, valueEnd } from "./xml-values.js";

/**
 * `<tool_call:x>f<arg_key:x>k</arg_key:x><arg_value:x>v</arg_value:x></tool_call:x>`: GLM's tags, each with the same word behind its name, as
 * Hunyuan 4 writes them. Nothing is mended.
 */
export function readSuffixed(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(opener, text, start);
  if (!head) return undefined;
  const [, suffix = "", name = ""] = head;
  const tag = (word: string): string => `<${word}:${suffix}>`;
  const from = start + head[0].length;
  const trouble = (reason: NearMissReason): Finding => {
    const closer = closerAtDepth(source, from, `tool_call:${suffix}`);
    const end = closer < 0 ? text.length : text.indexOf(">", closer) + 1;
    return troubled(format, "marked", start, end, closer < 0 ? "cut-off" : reason);
  };
  const values: Record<string, unknown> = {};
  let at = from;
  while (text.startsWith(tag("arg_key"), at)) {
    const keyFrom = at + tag("arg_key").length;
    const keyEnd = find(source, tag("/arg_key"), keyFrom);
    const value = keyEnd < 0 ? -1 : skipSpace(text, keyEnd + tag("/arg_key").length);
    if (value < 0 || keyEnd - keyFrom > 100 || !text.startsWith(tag("arg_value"), value)) return trouble("unreadable");
    const key = text.slice(keyFrom, keyEnd).trim();
    if (isForbiddenKey(key) || key.includes("&#")) return trouble("forbidden-key");
    const valueFrom = value + tag("arg_value").length;
    const stop = valueEnd(source, valueFrom, tag("/arg_value"), followers);
    // What is never closed goes on to the end, with all that looks like a call in it.
    if (stop < 0 || !spend(source, stop - at)) return troubled(format, "marked", start, text.length, "cut-off");
    const raw = text.slice(valueFrom, stop);
    // This one had no closing tag: it ends with that of the next.
    if (raw.includes(tag("arg_value"))) return trouble("unreadable");
    addValue(values, key, raw);
    at = skipSpace(text, stop + tag("/arg_value").length);
  }
  const isClosed = text.startsWith(tag("/tool_call"), at);
  // A tag that is spoken of has no closer.
  if (!isClosed && at === from && find(source, tag("/tool_call"), at) < 0) return undefined;
  if (!isClosed && at < text.length) return trouble("unreadable");
  const end = isClosed ? at + tag("/tool_call").length : at;
  const traits = { isText: true, isRepaired: !isClosed, isOpen: !isClosed, dropsUndeclared: false };
  return foundCall(format, "marked", start, end, name, values, traits);
}

const format = "glm-xml";
const opener = /<tool_call:(\w{1,40})>\s*([^\s<>{}()[\]"'`,;=]{1,100})\s*/y;
const followers = /<arg_key:|<\/tool_call:/y;
