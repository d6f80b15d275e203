import { findTool, isKey } from "./toolbox.js";
import { parsed } from "./json.js";
import { readNameless } from "./nameless.js";
import { signatureOf } from "./signature.js";
import { parameterEnd } from "./parameter-end.js";
import { isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { NearMissReason } from "./types.js";
import { addValue, attributes, textOf, withoutFrame, prefix } from "./xml-values.js";

/** What the `<parameter>` children of a call hold. */
export interface ParameterReading {
  readonly values: Record<string, unknown>;
  readonly end: number;
  readonly isRepaired: boolean;
  /** The last value has no closing tag. */
  readonly isUnclosed?: boolean;
  /** They were written `<param>`, as MiniCPM does. */
  readonly usesParam: boolean;
  /** The closing tag that was wanted last. */
  readonly closer: string;
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
  let closer = "";
  let usesParam = false;
  let isRepaired = false;
  let isUnclosed = false;
  // The line ends around a value are the format's.
  const isFramed = opener.endsWith("function");
  for (;;) {
    const long = matchAt(parameterTag, text, at);
    // `<parameter=k=v</parameter>`: only where a second `=` stands in what looks like the tag, or no tag is there at all.
    const short = !long || (long[3] ?? "").includes("=") ? shortAt(text, at) : null;
    const tag = short ?? long;
    if (!tag) {
      const nameless = readNameless(source, at, call);
      if (!nameless) return { values, end: at, isRepaired, isUnclosed, usesParam, closer };
      addValue(values, nameless.name, nameless.value);
      at = nameless.end;
      isUnclosed = false;
      isRepaired = true;
      continue;
    }
    closer = `</${tag[1] ?? ""}${tag[2] ?? ""}>`;
    const from = at + tag[0].length;
    const name = unquoted((tag[3] ?? "").trim(), (other) => isKey(source.tools, other));
    const end = short ? from : parameterEnd(source, from, closer, { call, opener, name, values, tag: tag[0] });
    if (typeof end !== "number") return { values, end: end.from, isRepaired, usesParam, closer, trouble: end.reason };
    if (!spend(source, end - at)) return { values, end, isRepaired, usesParam, closer, trouble: "unreadable" };
    const isClosed = short !== null || text.startsWith(closer, end);
    isUnclosed = !isClosed;
    isRepaired ||= !isClosed || short !== null;
    usesParam ||= tag[2] === "param";
    const raw = short ? (short[4] ?? "") : isClosed ? text.slice(from, end) : unclosed(text.slice(from, end), isFramed);
    // DSML says of a value whether it is text.
    const typed = tag[4] === "false" ? parsed(raw) : undefined;
    const scalar = text.startsWith("<value>", skipSpace(text, from)) ? scalarIn(source, raw, call, name) : undefined;
    addValue(values, name, typed === undefined ? (scalar ?? textOf(isFramed ? withoutFrame(raw) : raw)) : typed);
    at = skipSpace(text, short ? from : isClosed ? end + closer.length : end);
    // The same closing tag twice: the second one closes nothing.
    if (isClosed && text.startsWith(closer, at)) at = skipSpace(text, at + closer.length);
  }
}

/** Where a value has no closing tag the line end behind it is the format's; a frame takes it anyway. */
function unclosed(raw: string, isFramed: boolean): string {
  return isFramed && /^\r?\n/.test(raw) ? raw : raw.replace(/\r?\n$/, "");
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

const parameterTag = new RegExp(
  `<(${prefix})??(parameter|param)` +
    /(?:\s*=\s{0,20}|[\sĠ]*name\s*=\s{0,20}["']?)([^<>\n]{1,200}?)["']?(?:\s{1,20}string=["'](true|false)["'])?/
      .source +
    `${attributes}\\s{0,20}>`,
  "y",
);
const valueTag = /^\s*<value>([^<>]*)<\/value>\s*$/;
const shortParameter = /<()(parameter)=([\w-]+)=([^<\n]*)<\/parameter>/y;
const calls = "function|invoke|tool_call|call[=>]|tool[=>]";
const callTag = new RegExp(`</?${prefix}??(?:${calls})|<[|｜]`, "y");
