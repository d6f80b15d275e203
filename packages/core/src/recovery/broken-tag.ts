import { brokenEnd } from "./broken-end.js";
import { find, isSpace, matchAt, type Source, spend } from "./source.js";

/** A tag that is named as a tool, and what the tool declares. */
export interface ToolTag {
  readonly name: string;
  readonly declared: ReadonlySet<string>;
  /** It was never closed: a sign on a line of its own ends it. */
  readonly isUnclosed: boolean;
  /** What it holds begins with a tag. */
  readonly isMarkup: boolean;
}

/**
 * Where the closing tag of a call begins of which nothing else can be told: behind another tag or on a line of its own, with those that open
 * in it closed before. What has text in front is part of a value, unless lines with keys are all on one line. -1: there is none.
 */
export function closerOf(source: Source, from: number, { name, isUnclosed, isMarkup }: ToolTag): number {
  return isUnclosed
    ? find(source, "\n/>", from)
    : closerAtDepth(source, from, name, (end) => standsFree(source, from, end, isMarkup));
}

/** Where the closing tag of a tag begins whose inside begins at `from`, with those that open in it closed before; -1: there is none. */
export function closerAtDepth(
  source: Source,
  from: number,
  name: string,
  counts: (end: number) => boolean = always,
): number {
  const { text } = source;
  const closer = `</${name}>`;
  let depth = 1;
  let last = from;
  for (let at = from; ; at = last) {
    const end = find(source, closer, at);
    if (end < 0) return -1;
    const inner = find(source, `<${name}`, at);
    const isInner = inner >= 0 && inner < end;
    last = isInner ? inner + name.length + 1 : end + closer.length;
    if (!spend(source, last - at)) return -1;
    if (isInner) {
      if (/[\s>]/.test(text.charAt(last))) depth += 1;
    } else if (counts(end)) depth -= 1;
    if (depth === 0) return end;
  }
}

/** The place behind the closing tag, or where a call that has none is told to end. */
export function endOfTag(source: Source, from: number, tag: ToolTag, otherwise = source.text.length): number {
  const closer = closerOf(source, from, tag);
  return closer < 0 ? otherwise : source.text.indexOf(">", closer) + 1;
}

/** Whether a parameter of the tool opens behind a place, before another call of it does. */
export function hasChildAhead(source: Source, from: number, { name, declared }: ToolTag): boolean {
  const next = find(source, `<${name}`, from);
  return [...declared].some((key) => {
    const at = find(source, `<${key}>`, from);
    return at >= 0 && (next < 0 || at < next);
  });
}

/** Whether lines with keys follow, one of them of the tool. */
export function hasLinesAhead(source: Source, from: number, { declared }: ToolTag): boolean {
  const key = matchAt(keyLine, source.text, from)?.[1];
  return (
    key !== undefined && (declared.has(key) || [...declared].some((name) => find(source, `\n${name}:`, from) >= 0))
  );
}

/** Where a tag ends whose attributes can't be read: behind what closes it outside of their values. */
export function endOfAttributes(source: Source, start: number, tag: ToolTag): number {
  const end = brokenEnd(source, start + 1 + tag.name.length, ">", `<${tag.name}`);
  return source.text.startsWith("/>", end - 2) ? end : endOfTag(source, end, tag, end);
}

/** Whether a closing tag stands behind another tag, at the head of a line, or on the first line of what it closes, if that is no markup. */
function standsFree(source: Source, from: number, place: number, isMarkup: boolean): boolean {
  const { text } = source;
  let at = place;
  while (at > from && isSpace(text.charCodeAt(at - 1))) at -= 1;
  if (at <= from || text[at - 1] === ">" || text.slice(at, place).includes("\n")) return true;
  const line = isMarkup ? from : find(source, "\n", from);
  return line < 0 || line >= at;
}

const always = (): boolean => true;
const keyLine = /\s*(?:```ya?ml\s*)?(?:#[^\n]*\n\s*)*["']?([\w.-]{1,100})["']?:(?:\s|$)/y;
