import { isForbiddenKey } from "./forbidden.js";
import { blockScalar, flowOrScalar } from "./yaml-scalars.js";

/** Lines under reading. */
export interface YamlLines {
  readonly lines: readonly string[];
  at: number;
}

/** The part of YAML that models write between tool tags: maps, lists, scalars, block scalars; perhaps in a fence. `undefined`: it is none. */
export function readYaml(text: string): { readonly [key: string]: unknown } | undefined {
  const lines = text.replaceAll("\r\n", "\n").replace(fence, "$1").split("\n");
  const reader: YamlLines = { lines, at: 0 };
  skipEmpty(reader);
  const first = lines[reader.at];
  if (first === undefined) return undefined;
  const map = readMap(reader, indentOf(first), 0);
  skipEmpty(reader);
  return map && reader.at >= lines.length ? map : undefined;
}

/**
 * YAML whose last value is code with a docstring at its head. It reaches to the end: every other key has been given before it,
 * and what is in triple quotes from end to end, where they may be the format's own, is not taken.
 */
export function readYamlWithCode(
  text: string,
  keys: ReadonlySet<string>,
): { readonly [key: string]: unknown } | undefined {
  const head = codeLine.exec(text);
  const [, key = "", quote = ""] = head ?? [];
  if (!head || !keys.has(key)) return undefined;
  const before = text.slice(0, head.index);
  const map = before.trim() === "" ? {} : readYaml(before);
  if (!map || ![...keys].every((other) => (other === key) !== Object.hasOwn(map, other))) return undefined;
  const code = text.slice(head.index + head[0].length - quote.length).replace(/\r?\n[ \t]*$/, "");
  const isCode = code.includes(quote, quote.length) && !code.trimEnd().endsWith(quote);
  return isCode ? { ...map, [key]: code } : undefined;
}

function readMap(reader: YamlLines, indent: number, depth: number): { readonly [key: string]: unknown } | undefined {
  const map: Record<string, unknown> = {};
  for (skipEmpty(reader); reader.at < reader.lines.length; skipEmpty(reader)) {
    const line = reader.lines[reader.at] ?? "";
    if (indentOf(line) !== indent) break;
    if (!readPair(reader, line, indent, depth, map)) return undefined;
  }
  return Object.keys(map).length > 0 ? map : undefined;
}

/** Reads `key: value`, with what belongs to it on the lines below. */
function readPair(
  reader: YamlLines,
  line: string,
  indent: number,
  depth: number,
  map: Record<string, unknown>,
): boolean {
  const pair = keyLine.exec(line);
  const key = pair?.[1] ?? "";
  if (!pair || isForbiddenKey(key) || Object.hasOwn(map, key)) return false;
  reader.at += 1;
  const value = readValue(reader, (pair[2] ?? "").trim(), indent, depth);
  map[key] = value;
  return value !== undefined;
}

function readValue(reader: YamlLines, rest: string, indent: number, depth: number): unknown {
  if (depth > 20) return undefined;
  if (/^[|>][-+\d]{0,2}$/.test(rest)) return blockScalar(reader, rest, indent);
  if (rest !== "" && !rest.startsWith("#")) return flowOrScalar(rest);
  skipEmpty(reader);
  const next = reader.lines[reader.at];
  if (next === undefined) return "";
  if (listItem.test(next) && indentOf(next) >= indent) return readList(reader, indentOf(next), depth + 1);
  return indentOf(next) > indent ? readMap(reader, indentOf(next), depth + 1) : "";
}

function readList(reader: YamlLines, indent: number, depth: number): unknown[] | undefined {
  const items: unknown[] = [];
  for (skipEmpty(reader); ; skipEmpty(reader)) {
    const line = reader.lines[reader.at];
    const item = line !== undefined && indentOf(line) === indent ? listItem.exec(line) : null;
    if (!item) return items;
    const rest = item[2] ?? "";
    const value = keyLine.test(rest)
      ? readItemMap(reader, rest, (item[1] ?? "").length, depth)
      : readItem(reader, rest.trim(), indent, depth);
    if (value === undefined) return undefined;
    items.push(value);
  }
}

function readItem(reader: YamlLines, rest: string, indent: number, depth: number): unknown {
  reader.at += 1;
  return readValue(reader, rest, indent, depth);
}

/** `- a: 1` opens a map whose other keys stand below the first. */
function readItemMap(reader: YamlLines, first: string, indent: number, depth: number): unknown {
  const map: Record<string, unknown> = {};
  if (depth > 20 || !readPair(reader, first, indent, depth + 1, map)) return undefined;
  for (skipEmpty(reader); indentOf(reader.lines[reader.at] ?? "") === indent; skipEmpty(reader)) {
    if (!readPair(reader, reader.lines[reader.at] ?? "", indent, depth + 1, map)) return undefined;
  }
  return map;
}

/** Empty lines and comments. */
function skipEmpty(reader: YamlLines): void {
  while (reader.at < reader.lines.length && /^\s*(?:#|$)/.test(reader.lines[reader.at] ?? "")) reader.at += 1;
}

/** How far a line is indented. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

const fence = /^\s*```(?:ya?ml)?\n([^]*)\n[ \t]*```\s*$/;
const codeLine = /^([\w.-]{1,100}):[ \t]*("""|''')/m;
const keyLine = /^\s*["']?([\w.-]{1,100})["']?:(?:\s+(.*))?$/;
const listItem = /^(\s*-\s+|\s*-$)(.*)$/;
