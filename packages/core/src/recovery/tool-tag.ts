import { brokenEnd } from "./broken-end.js";
import { endOfAttributes, endOfTag, hasChildAhead, type ToolTag } from "./broken-tag.js";
import { isTool, parametersOf } from "./toolbox.js";
import { foundCall, troubled } from "./finding.js";
import { isForbiddenKey } from "./forbidden.js";
import { readJson } from "./json.js";
import { readNamedChildren } from "./named-children.js";
import { isRecord } from "./signature.js";
import { find, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";
import { type MakeFinding, readLines } from "./tool-lines.js";
import { addValue, textOf, withoutFrame } from "./xml-values.js";

/**
 * The tool's name is the tag and its parameters are the children: Cline, Roo, "morph" XML; or JSON or YAML inside.
 * Any HTML can look like this, so the children must be parameters of the tool.
 */
export function readToolTag(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const whole = matchAt(tag, text, start);
  const broken = whole ? null : matchAt(brokenTag, text, start);
  const head = whole ?? broken ?? matchAt(unclosedTag, text, start);
  const name = head?.[1] ?? "";
  const declared = head && parametersOf(source.tools, name);
  if (!head || !declared) return undefined;
  const from = start + head[0].length;
  const isUnclosed = whole === null;
  const at = skipSpace(text, from);
  const own = { name, declared, isUnclosed: isUnclosed && !broken, isMarkup: text[at] === "<" };
  const trouble = (reason: NearMissReason, end: number): Finding => troubled("morph-xml", "marked", start, end, reason);
  if (broken) {
    const end = endOfAttributes(source, start, own);
    return trouble(text.endsWith(">", end) ? "unreadable" : "cut-off", end);
  }
  const found = (end: number, input: unknown, format: string, isRepaired = isUnclosed, isOpen = false): Finding =>
    foundCall(format, "marked", start, end, name, input, {
      isText: format !== "tagged-json",
      isRepaired,
      isOpen,
      dropsUndeclared: false,
    });
  const attributes = attributesIn(head[2] ?? "");
  const isKnown = (key: string): boolean => declared.size === 0 || declared.has(key);
  const keys = Object.keys(attributes);
  if (!keys.every(isKnown)) {
    if (!keys.some(isKnown)) return undefined;
    return trouble("unreadable", head[3] === "/" ? from : endOfTag(source, from, own, from));
  }
  if (head[3] === "/") return found(from, attributes, "morph-xml");
  // A tag that was never closed ends with the sign that closes it, on a line of its own.
  const closer = isUnclosed ? "/>" : `</${name}>`;
  if (text[at] === "<") {
    const end = closerEnd(text, at, closer);
    return end < 0
      ? readChildren(source, start, at, closer, own, attributes, isKnown, found)
      : found(end, attributes, "morph-xml");
  }
  if (text[at] === "{") {
    const reading = readJson(source, at);
    const after = skipSpace(text, reading.end);
    if (reading.trouble === undefined && isRecord(reading.value) && text.startsWith(closer, after))
      return found(after + closer.length, reading.value, "tagged-json", reading.isRepaired || isUnclosed);
    const { trouble: reason = "unreadable", end, isRepaired, value } = reading;
    // Well-formed JSON without a closing tag, and with none of the parameters in it, is not what the tag holds.
    if (reading.trouble === undefined && !isRepaired)
      return isRecord(value) && Object.keys(value).some(isKnown) ? trouble(reason, end) : undefined;
    return isAt(keyInObject, text, at) ? trouble(reason, brokenEnd(source, at, closer, `<${name}`)) : undefined;
  }
  return readLines(source, start, from, own, isKnown, found);
}

/** The name of a tool alone in the first line of a reply, its parameters as tags below it, and nothing else. */
export function readHeadedTags(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const name = headline.exec(text.slice(0, start))?.[1] ?? "";
  const children = isTool(source.tools, name) ? readNamedChildren(source, start, name, nothing) : undefined;
  if (!children) return undefined;
  if (children === "cut-off") return troubled("morph-xml", "marked", 0, text.length, "cut-off");
  const traits = { isText: true, isRepaired: true, isOpen: true, dropsUndeclared: false };
  return foundCall("morph-xml", "marked", 0, children.end, name, children.values, traits);
}

function readChildren(
  source: Source,
  start: number,
  first: number,
  closer: string,
  own: ToolTag,
  values: Record<string, unknown>,
  isKnown: (key: string) => boolean,
  found: MakeFinding,
): Finding | undefined {
  const { text } = source;
  const trouble = (reason: NearMissReason, end: number): Finding => troubled("cline-xml", "marked", start, end, reason);
  // Without a closing tag only a parameter that still comes says that the call goes on.
  const isOurs = (from: number): boolean => hasChildAhead(source, from, own);
  const last = (from: number): number => endOfTag(source, from, own, isOurs(from) ? text.length : from);
  let at = first;
  for (let child = matchAt(tag, text, at); child; child = matchAt(tag, text, at)) {
    const key = child[1] ?? "";
    if (isForbiddenKey(key)) return trouble("forbidden-key", endOfTag(source, at, own));
    if (!isKnown(key))
      return Object.keys(values).length === 0 && !isOurs(at) ? undefined : trouble("unreadable", last(at));
    const from = at + child[0].length;
    if (child[3] === "/") {
      addValue(values, key, "");
      at = skipSpace(text, from);
      continue;
    }
    const stop = childEnd(source, from, `</${key}>`, closer, isKnown);
    if (stop < 0) {
      // What is never closed goes on to the end, with all that looks like a call in it.
      const inner = find(source, `</${key}>`, from);
      const end = inner < 0 ? -1 : endOfTag(source, inner, own, -1);
      return end < 0 ? trouble("cut-off", text.length) : trouble("unreadable", end);
    }
    if (!spend(source, stop - at)) return trouble("unreadable", text.length);
    addValue(values, key, textOf(unframed(key, text.slice(from, stop))));
    at = skipSpace(text, stop + key.length + 3);
    // The same closing tag twice: the second one closes nothing.
    if (text.startsWith(`</${key}>`, at)) at = skipSpace(text, at + key.length + 3);
  }
  const end = closerEnd(text, at, closer);
  if (end >= 0) return found(end, values, "cline-xml");
  // Everything is there but the last closing tag.
  return at >= text.length && Object.keys(values).length > 0
    ? found(at, values, "cline-xml", true, true)
    : trouble(at >= text.length ? "cut-off" : "unreadable", last(at));
}

/** The place behind the closing tag at `at`, also of one with blanks in it; -1: it does not stand there. */
function closerEnd(text: string, at: number, closer: string): number {
  if (text.startsWith(closer, at)) return at + closer.length;
  const loose = text.startsWith("</", at) ? matchAt(looseCloser, text, at) : null;
  return loose && `</${loose[1] ?? ""}>` === closer ? at + loose[0].length : -1;
}

/** The closing tag of a child that another parameter or the end of the call follows: one in the middle is part of the value. */
function childEnd(
  source: Source,
  from: number,
  childCloser: string,
  closer: string,
  isKnown: (key: string) => boolean,
): number {
  const { text } = source;
  for (
    let at = find(source, childCloser, from), last = from;
    at >= 0;
    last = at, at = find(source, childCloser, at + 1)
  ) {
    if (!spend(source, at - last)) return -1;
    const after = skipSpace(text, at + childCloser.length);
    if (after >= text.length || closerEnd(text, after, closer) >= 0 || text.startsWith(childCloser, after)) return at;
    const next = matchAt(tag, text, after);
    if (next && isKnown(next[1] ?? "")) return at;
  }
  return -1;
}

/** Of a file's content only the line end behind the tag is the format's; of other values the one before the closer too. */
function unframed(key: string, value: string): string {
  return /content|text/i.test(key) ? value.replace(/^\r?\n/, "") : withoutFrame(value);
}

function attributesIn(written: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  if (written === "") return values;
  for (const [, key, double, single] of written.matchAll(attribute))
    addValue(values, key ?? "", textOf(double ?? single ?? ""));
  return values;
}

/** In an attribute a `>` is text; a `<` in one was never closed. */
const tag = /<([A-Za-z_][\w.:-]{0,80})((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const unclosedTag = /<([A-Za-z_][\w.:-]{0,80})[ \t]*\r?\n/y;
/** One with a `<` in an attribute, or with a quotation mark too few. */
const brokenTag = /<([A-Za-z_][\w.:-]{0,80})\s+[\w:-]+\s*=\s*["']/y;
const attribute = /([\w:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const keyInObject = /\{\s*(?:["'“`]|\w+["']?\s*[:=])/y;
const looseCloser = /<\/\s*([\w.:-]{1,81})\s*>/y;
const headline = /^\s*([\w.-]{1,100}):?[ \t]*\r?\n\s*$/;
const nothing = /(?!)/y;
