import { isKey } from "./toolbox.js";
import { parsed } from "./json.js";
import { find, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";
import { addValue, textOf, valueEnd, withoutFrame } from "./xml-values.js";

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

/** Reads `<parameter=k>v</parameter>` and `<parameter name="k">v</parameter>`, as many as follow each other. */
export function readParameters(source: Source, start: number, isFramed: boolean): ParameterReading {
  const { text } = source;
  const values: Record<string, unknown> = {};
  let at = start;
  let usesParam = false;
  let isRepaired = false;
  let isUnclosed = false;
  for (;;) {
    const long = matchAt(parameterTag, text, at);
    // `<parameter=k=v</parameter>`: only where a second `=` stands in what looks like the tag, or no tag is there at all.
    const short = !long || (long[3] ?? "").includes("=") ? shortAt(text, at) : null;
    const tag = short ?? long;
    if (!tag) return { values, end: at, isRepaired, isUnclosed, usesParam };
    const closer = `</${tag[1] ?? ""}${tag[2] ?? ""}>`;
    const from = at + tag[0].length;
    const end = short ? from : parameterEnd(source, from, closer);
    if (end < 0) return { values, end: from, isRepaired, usesParam, trouble: "cut-off" };
    if (!spend(source, end - at)) return { values, end, isRepaired, usesParam, trouble: "unreadable" };
    const isClosed = short !== null || text.startsWith(closer, end);
    isUnclosed = !isClosed;
    isRepaired ||= !isClosed || short !== null;
    usesParam ||= tag[2] === "param";
    const raw = short ? (short[4] ?? "") : text.slice(from, end);
    // DSML says of a value whether it is text.
    const typed = tag[4] === "false" ? parsed(raw) : undefined;
    const name = unquoted((tag[3] ?? "").trim(), (other) => isKey(source.tools, other));
    addValue(values, name, typed === undefined ? textOf(isFramed ? withoutFrame(raw) : raw) : typed);
    at = skipSpace(text, short ? from : isClosed ? end + closer.length : end);
  }
}

function shortAt(text: string, at: number): RegExpExecArray | null {
  return text.startsWith("<parameter=", at) ? matchAt(shortParameter, text, at) : null;
}

/** Quotation marks around a name are part of it only where something is named so. */
export function unquoted(name: string, isKnown: (name: string) => boolean): string {
  const isQuoted = name.startsWith('"') || name.startsWith("'");
  return !isQuoted || isKnown(name) ? name : name.replace(/^(["'])(.*)\1$/, "$2");
}

/** Whether the structure goes on at a place: another parameter, the end of the call, the next call. */
export function structureFollows(text: string, at: number): boolean {
  return isAt(followers, text, at);
}

/** A value without its closer ends where the next parameter, the end of the call or another call stands. */
function parameterEnd(source: Source, from: number, closer: string): number {
  const end = valueEnd(source, from, closer, followers);
  if (end < 0) return nextStructure(source, from);
  // The closer that was found may belong to a later parameter: this one had none.
  const inner = source.text.slice(from, end);
  const missed = inner.includes("\n<param") ? /\n<param(?:eter)?[= ][^<>\n]*>/.exec(inner) : null;
  return missed && !inner.slice(0, missed.index).includes(closer) && !inner.includes("</param")
    ? from + missed.index
    : end;
}

function nextStructure(source: Source, from: number): number {
  let first = -1;
  for (const mark of structure) {
    const at = find(source, mark, from);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}

const parameterTag =
  /<([｜|]DSML[｜|]|[a-z]+:)?(parameter|param)(?:\s*=\s*|\s+name\s*=\s*["']?)([^<>\n]+?)["']?(?:\s+string=["'](true|false)["'])?(?:\s+\w+=["']\w*["'])*\s*>/y;
const shortParameter = /<()(parameter)=([\w-]+)=([^<\n]*)<\/parameter>/y;
const followers = /<\/?(?:[｜|]DSML[｜|]|[a-z]+:)?(?:param|function|invoke|tool_call|call[=>]|tool[=>])|<[|｜]/y;
const structure = [
  "\n<parameter",
  "<parameter=",
  "</function>",
  "</invoke>",
  "</tool_call>",
  "</tool>",
  "<tool=",
  "<invoke=",
  "<function=",
];
