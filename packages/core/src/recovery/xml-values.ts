import { find, isAt, skipSpace, type Source, spend } from "./source.js";

/**
 * Where the value that starts at `from` ends: at the first closer that structure follows. A closer that is part of the value,
 * in code for example, has text behind it. -1: there is no closer.
 */
export function valueEnd(source: Source, from: number, closer: string, followers: RegExp): number {
  const { text } = source;
  for (let at = find(source, closer, from), last = from; at >= 0; last = at, at = find(source, closer, at + 1)) {
    if (!spend(source, at - last)) return -1;
    const after = skipSpace(text, at + closer.length);
    if (after >= text.length || isAt(followers, text, after)) return at;
  }
  return -1;
}

/**
 * A value without the one line end on each side that belongs to the format; the rest, indentation too, is the value's own.
 * One that begins right behind its tag has no frame: a line end before the closer is then its own.
 */
export function withoutFrame(value: string): string {
  const start = value.startsWith("\r\n") ? 2 : value.startsWith("\n") ? 1 : 0;
  if (start === 0) return value;
  const end = value.endsWith("\r\n") ? 2 : value.endsWith("\n") ? 1 : 0;
  return value.length < start + end ? "" : value.slice(start, value.length - end);
}

/** The text that a value stands for: out of CDATA, and unescaped where nothing in it is raw markup. */
export function textOf(value: string): string {
  const cdata = value.includes("<![CDATA[") && /^\s*<!\[CDATA\[([^]*)\]\]>\s*$/.exec(value);
  if (cdata) return cdata[1] ?? "";
  if (!value.includes("&") || value.includes("<") || value.includes(">")) return value;
  // Someone who writes a bare & has not escaped anything.
  if (/&(?!(?:lt|gt|amp|quot|apos|#39);)/.test(value)) return value;
  return value.replaceAll(/&(lt|gt|amp|quot|apos|#39);/g, (_, name: string) => entities.get(name) ?? "");
}

const entities: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
  ["#39", "'"],
]);

/** Named values in the order of writing; a name that comes again makes a list. */
export function addValue(values: Record<string, unknown>, name: string, value: unknown): void {
  const before = Object.hasOwn(values, name) ? values[name] : undefined;
  if (Array.isArray(before)) before.push(value);
  else if (name === "__proto__") Object.defineProperty(values, name, { value, enumerable: true, configurable: true });
  else values[name] = before === undefined ? value : [before, value];
}

/** What may stand in front of a tag's name, as the source of a pattern: a namespace, or DSML between bars, doubled or with spaces. */
export const prefix = "(?: ?[｜|]{1,2} ?DSML ?[｜|]{1,2} ?|[a-z]+:)";

/** More attributes of a tag, as the source of a pattern; bounded, because it is tried at every place where a name may end. */
export const attributes = `(?:\\s{1,20}[\\w:-]{1,40}=(?:"[^"<>\\n]{0,200}"|'[^'<>\\n]{0,200}'|[^\\s"'<>=]{1,80})){0,6}`;
