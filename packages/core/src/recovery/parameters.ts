import { findTool, isKey } from "./toolbox.js";
import { parsed } from "./json.js";
import { declaredBy } from "./named-children.js";
import { readNameless } from "./nameless.js";
import { signatureOf } from "./signature.js";
import { endOf, find, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";
import { addValue, textOf, valueEnd, withoutFrame, prefix } from "./xml-values.js";

/** What the `<parameter>` children of a call hold. */
export interface ParameterReading {
  readonly values: Record<string, unknown>;
  readonly end: number;
  readonly isRepaired: boolean;
  /** The last value has no closing tag. */
  readonly isUnclosed?: boolean;
  /** They were written `<param>`, as MiniCPM does. */
  readonly usesParam: boolean;
  readonly trouble?: NearMissReason;
}

/**
 * Reads `<parameter=k>v</parameter>` and `<parameter name="k">v</parameter>`, as many as follow each other.
 * @param call The name of the call that they belong to.
 * @param opener The tag that it was opened with: only the same closes it.
 */
export function readParameters(source: Source, start: number, call: string, opener: string): ParameterReading {
  const { text } = source;
  const values: Record<string, unknown> = {};
  let at = start;
  let usesParam = false;
  let isRepaired = false;
  let isUnclosed = false;
  // The line ends around a value are the format's.
  const isFramed = opener === "function";
  for (;;) {
    const long = matchAt(parameterTag, text, at);
    // `<parameter=k=v</parameter>`: only where a second `=` stands in what looks like the tag, or no tag is there at all.
    const short = !long || (long[3] ?? "").includes("=") ? shortAt(text, at) : null;
    const tag = short ?? long;
    if (!tag) {
      const nameless = readNameless(source, at, call);
      if (!nameless) return { values, end: at, isRepaired, isUnclosed, usesParam };
      addValue(values, nameless.name, nameless.value);
      at = nameless.end;
      isUnclosed = false;
      isRepaired = true;
      continue;
    }
    const closer = `</${tag[1] ?? ""}${tag[2] ?? ""}>`;
    const from = at + tag[0].length;
    const name = unquoted((tag[3] ?? "").trim(), (other) => isKey(source.tools, other));
    const end = short ? from : parameterEnd(source, from, closer, { call, opener, name, values, tag: tag[0] });
    if (end < 0)
      return { values, end: from, isRepaired, usesParam, trouble: end === unsure ? "unreadable" : "cut-off" };
    if (!spend(source, end - at)) return { values, end, isRepaired, usesParam, trouble: "unreadable" };
    const isClosed = short !== null || text.startsWith(closer, end);
    isUnclosed = !isClosed;
    isRepaired ||= !isClosed || short !== null;
    usesParam ||= tag[2] === "param";
    const raw = short ? (short[4] ?? "") : text.slice(from, end);
    // DSML says of a value whether it is text.
    const typed = tag[4] === "false" ? parsed(raw) : undefined;
    const scalar = text.startsWith("<value>", skipSpace(text, from)) ? scalarIn(source, raw, call, name) : undefined;
    addValue(values, name, typed === undefined ? (scalar ?? textOf(isFramed ? withoutFrame(raw) : raw)) : typed);
    at = skipSpace(text, short ? from : isClosed ? end + closer.length : end);
    // The same closing tag twice: the second one closes nothing.
    if (isClosed && text.startsWith(closer, at)) at = skipSpace(text, at + closer.length);
  }
}

function shortAt(text: string, at: number): RegExpExecArray | null {
  return text.startsWith("<parameter=", at) ? matchAt(shortParameter, text, at) : null;
}

/** `<value>0.8</value>` for a number or a truth value, which can't be markup. */
function scalarIn(source: Source, raw: string, call: string, name: string): string | undefined {
  const tool = findTool(source.tools, call)?.tool;
  const type = tool && signatureOf(tool.inputSchema).plainTypes.get(name);
  return type === "number" || type === "integer" || type === "boolean" ? valueTag.exec(raw)?.[1] : undefined;
}

/** Quotation marks around a name are part of it only where something is named so. */
export function unquoted(name: string, isKnown: (name: string) => boolean): string {
  const isQuoted = name.startsWith('"') || name.startsWith("'");
  return !isQuoted || isKnown(name) ? name : name.replace(/^(["'])(.*)\1$/, "$2");
}

/** Whether the structure goes on at a place: the end of the call or of what holds it, the next call. */
export function structureFollows(text: string, at: number): boolean {
  return isAt(callTag, text, at);
}

/** A parameter whose end is looked for, and what is known of its call. */
interface OpenParameter {
  readonly call: string;
  readonly opener: string;
  readonly name: string;
  readonly tag: string;
  readonly values: Record<string, unknown>;
}

/** A value without its closer ends where the next parameter, the end of the call or another call stands. */
function parameterEnd(source: Source, from: number, closer: string, open: OpenParameter): number {
  const { text } = source;
  const end = valueEnd(source, from, closer, followers);
  if (end >= 0) {
    // The closer that was found may belong to a later parameter: this one had none.
    const inner = text.slice(from, end);
    const isMissed = inner.includes("<param") && !inner.includes("</param");
    return isMissed ? missedEnd(source, from, end, open) : end;
  }
  const next = nextStructure(source, from, open.opener);
  // A closer that text follows, or one of another kind: who can say where the value ends?
  return next >= 0 && hasStrayCloser(text.slice(from, next), closer) ? unsure : next;
}

function hasStrayCloser(raw: string, closer: string): boolean {
  return raw.includes(closer) || /<\/(?:function|invoke|call|tool)>\s*$/.test(raw);
}

/** Where the value in front of the first tag of another parameter ends, written like its own; on the same line only one that the call still lacks. */
function missedEnd(source: Source, from: number, end: number, open: OpenParameter): number {
  const { text } = source;
  const beginning = open.tag.slice(0, open.tag.indexOf("=") + 1);
  const closer = `</${open.opener}>`;
  const stop = find(source, closer, end);
  let ended = find(source, closer, from);
  let last = -1;
  let nextFrom = -1;
  for (let at = find(source, beginning, from); at >= 0 && at < end; at = find(source, beginning, at + 1)) {
    for (; ended >= 0 && ended < at; ended = find(source, closer, ended + 1)) {
      last = ended;
      nextFrom = endOf(nextCall, text, ended);
    }
    // The call has ended and the next one has begun.
    if (nextFrom >= at) return last;
    const tag = matchAt(innerTag, text, at + beginning.length);
    if (!tag) continue;
    const before = text.charAt(at - 1);
    if (before === "\n") return at - 1;
    // Behind a space or a quotation mark it is spoken of.
    if (/[\s"'`([{,;:=]/.test(before)) continue;
    const [, quote = "", name = ""] = tag;
    if (isLacking(source, name, open) && !comesBefore(find(source, `${beginning}${quote}${name}${quote}`, end), stop))
      return at;
  }
  return end;
}

/** Whether the call has a parameter of this name that did not come yet. */
function isLacking(source: Source, name: string, { call, name: own, values }: OpenParameter): boolean {
  return name !== own && !Object.hasOwn(values, name) && declaredBy(source, call)?.has(name) === true;
}

function comesBefore(place: number, other: number): boolean {
  return place >= 0 && (other < 0 || place < other);
}

function nextStructure(source: Source, from: number, opener: string): number {
  let first = -1;
  for (const mark of structureOf.get(opener) ?? structure) {
    const at = find(source, mark, from);
    if (comesBefore(at, first)) first = at;
  }
  return first;
}

/** Where a value ends that has no end that can be told. */
const unsure = -2;
const parameterTag = new RegExp(
  `<(${prefix})??(parameter|param)` +
    /(?:\s*=\s*|[\sĠ]*name\s*=\s*["']?)([^<>\n]+?)["']?(?:\s+string=["'](true|false)["'])?(?:\s+\w+=["']\w*["'])*\s*>/
      .source,
  "y",
);
const valueTag = /^\s*<value>([^<>]*)<\/value>\s*$/;
const shortParameter = /<()(parameter)=([\w-]+)=([^<\n]*)<\/parameter>/y;
const calls = "function|invoke|tool_call|call[=>]|tool[=>]";
const callTag = new RegExp(`</?${prefix}??(?:${calls})|<[|｜]`, "y");
const followers = new RegExp(`</?${prefix}??(?:param|arguments>|${calls})|<[|｜]`, "y");
const nextCall = /<\/\w+>\s*(?:<\/?tool_calls?>\s*)*<(?:function|invoke|tool_call|call|tool)[\s=][^<>]*>\s*/y;
const innerTag = /(["']?)([^<>\n"']*)\1[^<>\n]*>/y;
const structure = ["\n<parameter", "<parameter=", "</tool_call>"];
const structureOf: ReadonlyMap<string, readonly string[]> = new Map(
  ["function", "invoke", "call", "tool"].map((opener) => [opener, [...structure, `</${opener}>`, `<${opener}=`]]),
);
