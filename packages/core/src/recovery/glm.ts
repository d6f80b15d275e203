import { asText, type Traits } from "./finding.js";
import { declaredBy } from "./named-children.js";
import { callEnd, isStructure, ownEnd, shownCallIn } from "./shown-calls.js";
import { endOf, find, matchAt, skipSpace, type Source, spend } from "./source.js";
import { plainName } from "./toolbox.js";
import type { NearMissReason } from "./types.js";
import { addValue } from "./xml-values.js";

/** Arguments as GLM writes them. */
export interface GlmArguments {
  readonly values: { readonly [name: string]: unknown };
  readonly end: number;
  readonly traits: Traits;
  readonly trouble: NearMissReason | undefined;
}

/**
 * `<arg_key>k</arg_key><arg_value>v</arg_value>` again and again: GLM 4.5 to 4.7, Laguna, Hunyuan.
 * @param name The tool whose arguments they are: what is none of its keys is part of a value.
 */
export function readGlm(source: Source, start: number, name: string): GlmArguments | undefined {
  const { text } = source;
  const values: Record<string, unknown> = {};
  const separator = endOf(toolSeparator, text, start);
  let at = skipSpace(text, Math.max(start, separator));
  let isRepaired = false;
  if (separator < 0 && !text.startsWith("<arg_key>", at)) return undefined;
  const failed = (trouble: NearMissReason, end: number): GlmArguments => ({ values, end, traits: asText, trouble });
  const broken = (trouble: NearMissReason, from: number): GlmArguments => failed(trouble, brokenEnd(source, from));
  for (let key = matchAt(argumentKey, text, at); key; key = matchAt(argumentKey, text, at)) {
    const from = at + key[0].length;
    // No tool has a key that must be written in numbers: whoever does it hides one.
    if (key[1]?.includes("&#")) return broken("forbidden-key", from);
    const end = ownEnd(source, from, "</arg_value>", followers, shownCall);
    const next = keyBehind(source, from, end, name);
    const isMissing = end < 0 || (next >= 0 && !text.slice(from, next).includes("</arg_value>"));
    const stop = isMissing ? firstOf(next, find(source, "</tool_call>", from)) : end;
    if (stop < 0) return failed("cut-off", text.length);
    if (!spend(source, stop - at)) return broken("unreadable", from);
    const raw = text.slice(from, stop);
    // The end of a call within a value that has none of its own is not the end of this call, nor is one that the value speaks of.
    if (isMissing && (raw.includes("<tool_call>") || (stop !== next && !isStructure(text, stop))))
      return broken("cut-off", from);
    // A closer that text follows: who can say where the value ends?
    if (isMissing && raw.includes("</arg_value>")) return broken("unreadable", from);
    addValue(values, (key[1] ?? "").trim(), isMissing ? raw.trimEnd() : raw);
    isRepaired ||= isMissing || key[2] === undefined;
    at = skipSpace(text, isMissing ? stop : stop + "</arg_value>".length);
  }
  // A key without its value, or anything else that is left: half a call.
  if (text.startsWith("<arg_", at)) return broken("unreadable", at);
  const closer = endOf(toolEnd, text, at);
  if (closer < 0 && at < text.length && !text.startsWith("<", at)) return failed("unreadable", at);
  const isOpen = closer < 0 && at >= text.length;
  const traits = { isText: true, isRepaired: isRepaired || closer < 0, isOpen, dropsUndeclared: false };
  return { values, end: Math.max(at, closer), traits, trouble: undefined };
}

/** Where a call that can't be read ends: calls in it are part of it, and what closes in the middle of a line may be spoken of. */
function brokenEnd(source: Source, from: number): number {
  const end = callEnd(source, from, "tool_call", (place) => isStructure(source.text, place));
  return end < 0 ? source.text.length : end;
}

/** Where the next key of the tool stands before `end`; -1: nowhere. A tool that is not known, or declares none, may have any. */
function keyBehind(source: Source, from: number, end: number, name: string): number {
  const at = find(source, "<arg_key>", from);
  if (end < 0 || at < 0 || at >= end) return end < 0 ? at : -1;
  // One of a call that the value shows.
  if (shownCallIn(source.text, from, at + "<arg_key>".length, shownCall)) return -1;
  const key = (matchAt(argumentKey, source.text, at)?.[1] ?? "").trim();
  const declared = declaredBy(source, name);
  return key !== "" && (!declared || declared.size === 0 || hasName(declared, key)) ? at : -1;
}

function hasName(declared: ReadonlySet<string>, key: string): boolean {
  return declared.has(key) || [...declared].some((name) => plainName(name) === plainName(key));
}

function firstOf(one: number, other: number): number {
  return one < 0 ? other : other < 0 ? one : Math.min(one, other);
}

const toolSeparator = /<tool_sep>/y;
const shownCall = /<(tool_call)>[^<>]{1,100}<arg_key>/g;
const argumentKey = /<arg_key>((?:[^<]|<(?!\/?(?:arg|tool)_)){1,100})(<\/arg_key>\s*)?<arg_value>/y;
const followers = /<arg_key>|<\/?tool_calls?>|<[|｜]/y;
const toolEnd = /<\/tool_call>/y;
