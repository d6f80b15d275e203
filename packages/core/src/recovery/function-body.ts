import { closingOf } from "./closings.js";
import { foundCall, mended, plain, troubled } from "./finding.js";
import { readJson } from "./json.js";
import { declaredBy, readNamedChildren } from "./named-children.js";
import { strayCloser } from "./parameter-end.js";
import { readParameters, structureFollows } from "./parameters.js";
import { isRecord } from "./signature.js";
import { structureIn } from "./schema-text.js";
import { callEnd, isStructure } from "./shown-calls.js";
import { endOf, isAt, matchAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";
import { prefix } from "./xml-values.js";

/** What is known of a call in tags before its arguments are read. */
export interface FunctionHead {
  readonly name: string;
  readonly format: string;
  /** The tag that it was opened with. */
  readonly opener: string;
  /** The name was written as an attribute, `name="f"`. */
  readonly isNamed: boolean;
  /** The tag with the name has its end. */
  readonly isWhole: boolean;
  readonly isRepaired: boolean;
}

/** The arguments of a call whose name is known: JSON, `<parameter>` children, children named as its parameters. */
export function readFunctionBody(source: Source, start: number, from: number, head: FunctionHead): Finding {
  const { text } = source;
  const at = skipSpace(text, from);
  if (text[at] === "{") return readJsonBody(source, start, at, head);
  const { format, name } = head;
  const reading = readParameters(source, at, name, head.opener);
  if (reading.trouble) return troubled(format, "marked", start, brokenEnd(source, reading.end, head), reading.trouble);
  const other = reading.end === at && text[at] === "<" ? readOtherBody(source, start, at, head) : undefined;
  if (other) return other;
  const { values, end, usesParam } = reading;
  const after = closed(text, end);
  const isOpen = end >= text.length && after === undefined;
  // A value that lacks its closing tag in a call that lacks its own: nothing says that it is whole.
  if (after === undefined && reading.isUnclosed)
    return troubled(format, "marked", start, brokenEnd(source, from, head), "cut-off");
  if (after === undefined && (Object.keys(values).length === 0 || !(isOpen || structureFollows(text, end)))) {
    // Children that are no parameters of it may hold anything; behind a tag that is only mentioned words stand.
    const holds = isAt(childTag, text, at) && !structureFollows(text, at) && declaredBy(source, name) !== undefined;
    const last = brokenEnd(source, from, head, holds ? text.length : Math.max(end, from));
    return troubled(format, "marked", start, last, isOpen ? "cut-off" : "unreadable");
  }
  // A value that held the end of a call was taken for shorter than it is.
  const stray = strayCloser(source, after ?? end, reading.closer);
  if (stray >= 0) return troubled(format, "marked", start, brokenEnd(source, stray, head), "unreadable");
  const input = unwrapped(source, name, values);
  const isMiniCpm = usesParam && head.opener === "function" && head.isNamed;
  return foundCall(isMiniCpm ? "minicpm-xml" : format, "marked", start, after ?? end, name, input, {
    isText: true,
    isRepaired:
      head.isRepaired ||
      reading.isRepaired ||
      after === undefined ||
      (input !== values && values["arguments"] === undefined),
    isOpen,
    dropsUndeclared: isMiniCpm,
  });
}

function readJsonBody(source: Source, start: number, at: number, head: FunctionHead): Finding {
  const { format, name, isRepaired, opener } = head;
  const { text } = source;
  const reading = readJson(source, at);
  const trouble = reading.trouble ?? (reading.missing > 0 ? "cut-off" : undefined);
  if (trouble !== undefined) return troubled(format, "marked", start, jsonEnd(source, at, reading.end, head), trouble);
  const after = closed(text, reading.end);
  // Where a string had to be guessed at, a closing tag of another kind may be one that it speaks of.
  const isForeign = after !== undefined && !text.startsWith(`</${opener}>`, skipSpace(text, reading.end));
  if (reading.isRepaired && isForeign && !isStructure(text, reading.end))
    return troubled(format, "marked", start, jsonEnd(source, at, reading.end, head), "unreadable");
  const traits = isRepaired || reading.isRepaired || after === undefined ? mended : plain;
  return foundCall(format, "marked", start, after ?? reading.end, name, reading.value, traits);
}

/** Where a call ends whose JSON can't be read: at its closing tag, else at its last bracket; what has none goes on to the end. */
function jsonEnd(source: Source, at: number, otherwise: number, head: FunctionHead): number {
  const last = closingOf(source, at);
  const isBegun = isAt(objectStart, source.text, at) && declaredBy(source, head.name) !== undefined;
  return brokenEnd(source, at, head, last > 0 ? Math.max(last, otherwise) : isBegun ? source.text.length : otherwise);
}

/** What else stands in a function: all its parameters behind a closing tag that came too early, a list that holds them, children. */
function readOtherBody(source: Source, start: number, at: number, head: FunctionHead): Finding | undefined {
  const { text } = source;
  const end = closed(text, at);
  if (end !== undefined) {
    if (parametersFollow(text, end))
      return readFunctionBody(source, start, end, { ...head, isWhole: true, isRepaired: true });
    // `<function=f</function>` has lost something: only of a tool without parameters nothing can be missing.
    return head.isWhole || declaredBy(source, head.name)?.size === 0
      ? undefined
      : troubled(head.format, "marked", start, end, "unreadable");
  }
  const list = matchAt(argumentList, text, at);
  const isList = list !== null && !declaredBy(source, head.name)?.has(list[1] ?? "");
  const first = skipSpace(text, isList ? at + list[0].length : at);
  if (isList && text[first] === "{") return readListedJson(source, start, first, head);
  const params = isList ? readParameters(source, first, head.name, head.opener) : undefined;
  const reading =
    params && params.end > first && params.trouble === undefined && !params.isUnclosed
      ? params
      : readNamedChildren(source, first, head.name, isList ? listEnd : closeTag);
  if (!reading) return undefined;
  if (reading === "cut-off") return troubled(head.format, "marked", start, brokenEnd(source, first, head), "cut-off");
  const last = isList ? endOf(listEnd, text, reading.end) : reading.end;
  const after = last < 0 ? undefined : closed(text, last);
  if (after === undefined) return troubled(head.format, "marked", start, brokenEnd(source, first, head), "cut-off");
  const isRepaired = head.isRepaired || (params === reading && params.isRepaired);
  const traits = { isText: true, isRepaired, isOpen: false, dropsUndeclared: false };
  return foundCall(head.format, "marked", start, after, head.name, reading.values, traits);
}

/**
 * Where a call that can't be read ends: at its closing tag, with those that opened in it closed before; other calls in it are part of it.
 * What closes in the middle of a line may be spoken of in a value.
 * @param otherwise Where it ends when it is never closed: by default everything behind may stand in its last value.
 */
function brokenEnd(source: Source, from: number, { opener }: FunctionHead, otherwise = source.text.length): number {
  const end = callEnd(source, from, opener, (place) => isStructure(source.text, place));
  return end < 0 ? otherwise : end;
}

function readListedJson(source: Source, start: number, at: number, head: FunctionHead): Finding {
  const { format, name, isRepaired } = head;
  const reading = readJson(source, at);
  if (reading.trouble !== undefined) return troubled(format, "marked", start, reading.end, reading.trouble);
  const last = endOf(listEnd, source.text, skipSpace(source.text, reading.end));
  const after = last < 0 ? undefined : closed(source.text, last);
  if (after === undefined) return troubled(format, "marked", start, reading.end, "cut-off");
  return foundCall(
    format,
    "marked",
    start,
    after,
    name,
    reading.value,
    isRepaired || reading.isRepaired ? mended : plain,
  );
}

/** Whether `<parameter>` tags follow at a place, with names or without. */
export function parametersFollow(text: string, at: number): boolean {
  return isAt(parameterStart, text, skipSpace(text, at));
}

/** One parameter that holds the whole object of arguments: `arguments`, or under another word those that are declared. */
function unwrapped(source: Source, name: string, values: Record<string, unknown>): unknown {
  let only = "";
  for (const key in values) {
    if (only !== "") return values;
    only = key;
  }
  if (!holders.has(only)) return values;
  const declared = declaredBy(source, name);
  if (declared?.has(only)) return values;
  const value = values[only];
  const inner = typeof value === "string" ? structureIn(value) : value;
  if (!isRecord(inner)) return values;
  const isMeant = only === "arguments" || Object.keys(inner).every((key) => declared?.has(key));
  return isMeant ? inner : values;
}

/** The place behind the closing tag, if it stands at `at`. */
function closed(text: string, at: number): number | undefined {
  const place = skipSpace(text, at);
  const end = endOf(closeTag, text, place);
  return end < 0 ? undefined : end;
}

const closeTag = new RegExp(`</${prefix}??(?:function|invoke|tool_call|call|tool)>`, "y");
const parameterStart = new RegExp(`<${prefix}??param(?:eter)?[\\s=>n]`, "y");
const objectStart = /\{\s*["'“\w]/y;
const childTag = /<[A-Za-z_][\w.-]*>/y;
const argumentList = /<(arguments|parameters)>/y;
const listEnd = /<\/(?:arguments|parameters)>/y;
const holders: ReadonlySet<string> = new Set(["arguments", "parameters", "properties", "input", "args", "params"]);
