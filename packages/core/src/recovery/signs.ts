import { endOf, skipSpace } from "./source.js";

/** Where a format can begin, and the place behind what shows it: a bracket, a run of backticks, the head of a line of code. */
export interface Sign {
  readonly at: number;
  readonly end: number;
}

/** The next sign at or after `from`. */
export function nextSign(text: string, from: number): Sign | undefined {
  // Most calls follow each other or their tags at once: what stands there need not be searched for.
  const place = skipSpace(text, from);
  if (place >= text.length) return undefined;
  if (isBracket(text.charCodeAt(place))) return { at: place, end: place + 1 };
  // Behind the end of its thinking Gemma's call stands at the head of no line.
  if (text.startsWith("call:", from) && text.endsWith("<channel|>", from)) return { at: from, end: from + 5 };
  anySign.lastIndex = from;
  const found = anySign.exec(text);
  return found ? { at: found.index, end: anySign.lastIndex } : undefined;
}

/** The name of the tag at `at`, with the slash of a closing one in front; empty when there is none. */
export function tagNameAt(text: string, at: number): string {
  const end = text[at] === "<" ? endOf(tagOpener, text, at) : -1;
  return end < 0 ? "" : text.slice(at + 1, end);
}

function isBracket(code: number): boolean {
  return code === lessThan || code === openBrace || code === openBracket;
}

/** Action has two alternatives: one that begins with what may be missing takes a third longer at each sign of the text. */
const anySign =
  /[<[{✿]|^call:|`{3,}|>>>|\bto=|Action(?: \d+)?\s*:|\*\*Action(?: \d+)?\s*:|^[ \t]*(?:tool_code\s*=\s*)?(?:print\(\s*)?[A-Za-z_][\w.-]*(?:\(|\/[A-Za-z_][\w-]*>)/gm;
const tagOpener = /<\/?[\w:.-]*/y;
const lessThan = 60;
const openBrace = 123;
const openBracket = 91;
