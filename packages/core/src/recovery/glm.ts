import { asText, type Traits } from "./finding.js";
import { endOf, find, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";
import { addValue, valueEnd } from "./xml-values.js";

/** Arguments as GLM writes them. */
export interface GlmArguments {
  readonly values: { readonly [name: string]: unknown };
  readonly end: number;
  readonly traits: Traits;
  readonly trouble: NearMissReason | undefined;
}

/** `<arg_key>k</arg_key><arg_value>v</arg_value>` again and again: GLM 4.5 to 4.7, Laguna, Hunyuan. */
export function readGlm(source: Source, start: number): GlmArguments | undefined {
  const { text } = source;
  const values: Record<string, unknown> = {};
  const separator = endOf(toolSeparator, text, start);
  let at = skipSpace(text, Math.max(start, separator));
  let isRepaired = false;
  if (separator < 0 && !text.startsWith("<arg_key>", at)) return undefined;
  const failed = (trouble: NearMissReason, end: number): GlmArguments => ({ values, end, traits: asText, trouble });
  for (let key = matchAt(argumentKey, text, at); key; key = matchAt(argumentKey, text, at)) {
    const from = at + key[0].length;
    const end = valueEnd(source, from, "</arg_value>", followers);
    const next = find(source, "<arg_key>", from);
    const isMissing = end < 0 || (next >= 0 && next < end && !text.slice(from, next).includes("</arg_value>"));
    const stop = isMissing ? firstOf(next, find(source, "</tool_call>", from)) : end;
    if (stop < 0) return failed("cut-off", text.length);
    if (!spend(source, stop - at)) return failed("unreadable", from);
    const raw = text.slice(from, stop);
    addValue(values, (key[1] ?? "").trim(), isMissing ? raw.trimEnd() : raw);
    isRepaired ||= isMissing;
    at = skipSpace(text, isMissing ? stop : stop + "</arg_value>".length);
  }
  // A key without its value, or anything else that is left: half a call.
  if (text.startsWith("<arg_", at)) return failed("unreadable", at + 5);
  const closer = endOf(toolEnd, text, at);
  if (closer < 0 && at < text.length && !text.startsWith("<", at)) return failed("unreadable", at);
  const isOpen = closer < 0 && at >= text.length;
  const traits = { isText: true, isRepaired: isRepaired || closer < 0, isOpen, dropsUndeclared: false };
  return { values, end: Math.max(at, closer), traits, trouble: undefined };
}

function firstOf(one: number, other: number): number {
  return one < 0 ? other : other < 0 ? one : Math.min(one, other);
}

const toolSeparator = /<tool_sep>/y;
const argumentKey = /<arg_key>([^<]{1,100})<\/arg_key>\s*<arg_value>/y;
const followers = /<arg_key>|<\/?tool_calls?>|<[|｜]/y;
const toolEnd = /<\/tool_call>/y;
