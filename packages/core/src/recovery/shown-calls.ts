import { find, isAt, skipSpace, type Source, spend } from "./source.js";
import { prefix } from "./xml-values.js";

/** A call that stands in a value, as text: `<function=f>` and a parameter behind it. */
export interface ShownCall {
  readonly at: number;
  /** The place behind the tag that opens it. */
  readonly from: number;
  /** That tag's name, with what stands in front of it. */
  readonly opener: string;
}

/**
 * Where the value that starts at `from` ends: at the first of its own closers that structure follows and that belongs to no call
 * shown in the value. A closer in code has text behind it. -1: there is none.
 * @param shown How calls are written that have such a closer of their own.
 */
export function ownEnd(source: Source, from: number, closer: string, followers: RegExp, shown = shownTag): number {
  const { text } = source;
  let last = from;
  for (let at = find(source, closer, from); at >= 0; at = find(source, closer, last)) {
    if (!spend(source, at - last)) return -1;
    const inner = shownCallIn(text, last, at, shown);
    last = inner ? callEnd(source, inner.from, inner.opener) : at + closer.length;
    if (last < 0) return -1;
    if (inner) continue;
    const after = skipSpace(text, last);
    if (after >= text.length || isAt(followers, text, after)) return at;
  }
  return -1;
}

/** The first call that is shown between two places. */
export function shownCallIn(text: string, from: number, end: number, shown = shownTag): ShownCall | undefined {
  const piece = text.slice(from, end);
  if (shown === shownTag && !piece.includes("param")) return undefined;
  shown.lastIndex = 0;
  const found = shown.exec(piece);
  return found ? { at: from + found.index, from: from + shown.lastIndex, opener: found[1] ?? "" } : undefined;
}

/**
 * The place behind the closing tag of a call, with those that opened in it closed before; -1: it is never closed.
 * @param isTrusted Whether the closing tag that ends at a place is the call's own and not one that its text speaks of.
 * @param token What stands in front of every tag.
 */
export function callEnd(
  source: Source,
  from: number,
  opener: string,
  isTrusted: (end: number) => boolean = always,
  token = "",
): number {
  const { text } = source;
  const closer = `${token}</${opener}>`;
  const opening = `${token}<${opener}`;
  let at = from;
  for (let depth = 1; ;) {
    const end = find(source, closer, at);
    if (end < 0) return -1;
    const inner = find(source, opening, at);
    const isInner = inner >= 0 && inner < end;
    const next = isInner ? inner + opening.length : end + closer.length;
    if (!spend(source, next - at)) return text.length;
    if (isInner) depth += /[\s=>]/.test(text.charAt(next)) ? 1 : 0;
    else if (depth > 1) depth -= 1;
    else if (isTrusted(next)) return next;
    at = next;
  }
}

/** Whether nothing but the structure of calls stands at a place up to the end of the text or the next call. */
export function isStructure(text: string, at: number): boolean {
  return isAt(structure, text, at);
}

function always(): boolean {
  return true;
}

const words = "function|invoke|tool_call|call|tool";
const shownTag = new RegExp(`<(${prefix}??(?:${words}))(?=[\\sĠ=n])[^<>]*>(?:\\s|\\\\[nrt])*<${prefix}??param`, "g");
const structure = new RegExp(
  `\\s*(?:</${prefix}??(?:${words}|tool_calls|function_calls)>\\s*)*(?:$|<${prefix}??(?:${words})[\\sn=>]|<[|｜])`,
  "y",
);
