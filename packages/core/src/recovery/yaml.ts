import { isForbiddenKey } from "./forbidden.js";

/** The part of YAML that models write between tool tags: maps, lists, plain and quoted scalars, block scalars; perhaps in a fence. */
export function readYaml(text: string): { readonly [key: string]: unknown } | undefined {
  const lines = text.replaceAll("\r\n", "\n").replace(fence, "$1").split("\n");
  const reader: Reader = { lines, at: 0 };
  skipEmpty(reader);
  const first = lines[reader.at];
  if (first === undefined) return undefined;
  const map = readMap(reader, indentOf(first), 0);
  skipEmpty(reader);
  return map && reader.at >= lines.length ? map : undefined;
}

interface Reader {
  readonly lines: readonly string[];
  at: number;
}

function readMap(reader: Reader, indent: number, depth: number): { readonly [key: string]: unknown } | undefined {
  const map: Record<string, unknown> = {};
  for (skipEmpty(reader); reader.at < reader.lines.length; skipEmpty(reader)) {
    const line = reader.lines[reader.at] ?? "";
    if (indentOf(line) !== indent) break;
    const pair = keyLine.exec(line);
    const key = pair?.[1] ?? "";
    if (!pair || isForbiddenKey(key) || Object.hasOwn(map, key)) return undefined;
    reader.at += 1;
    const value = readValue(reader, (pair[2] ?? "").trim(), indent, depth);
    if (value === undefined) return undefined;
    map[key] = value;
  }
  return Object.keys(map).length > 0 ? map : undefined;
}

function readValue(reader: Reader, rest: string, indent: number, depth: number): unknown {
  if (depth > 20) return undefined;
  if (/^[|>][-+]?$/.test(rest)) return readBlock(reader, rest, indent);
  if (rest !== "") return unquoted(rest);
  skipEmpty(reader);
  const next = reader.lines[reader.at];
  if (next === undefined) return "";
  if (/^\s*-(?:\s|$)/.test(next) && indentOf(next) >= indent) return readList(reader, indentOf(next), depth + 1);
  return indentOf(next) > indent ? readMap(reader, indentOf(next), depth + 1) : "";
}

function readList(reader: Reader, indent: number, depth: number): unknown[] | undefined {
  const items: unknown[] = [];
  for (skipEmpty(reader); ; skipEmpty(reader)) {
    const line = reader.lines[reader.at];
    const item = line !== undefined && indentOf(line) === indent ? /^\s*-(?:\s+(.*))?$/.exec(line) : null;
    if (!item) return items;
    reader.at += 1;
    const value = readValue(reader, (item[1] ?? "").trim(), indent, depth);
    if (value === undefined) return undefined;
    items.push(value);
  }
}

/** `|` keeps line ends, `>` folds them; `-` drops the last one. */
function readBlock(reader: Reader, style: string, indent: number): string {
  const block: string[] = [];
  let own = -1;
  for (; reader.at < reader.lines.length; reader.at += 1) {
    const line = reader.lines[reader.at] ?? "";
    if (line.trim() !== "" && indentOf(line) <= indent) break;
    if (own < 0 && line.trim() !== "") own = indentOf(line);
    block.push(line.slice(Math.max(own, 0)));
  }
  while (block[block.length - 1]?.trim() === "") block.pop();
  return (style.startsWith(">") ? folded(block) : block.join("\n")) + (style.endsWith("-") ? "" : "\n");
}

/** Lines are joined with spaces; around empty and further indented lines their ends stay. */
function folded(lines: readonly string[]): string {
  let text = "";
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    text += index === 0 ? line : (isPlain(line) && isPlain(before) ? " " : "\n") + line;
  }
  return text.replaceAll(/\n\n(?=\S)/g, "\n");
}

function isPlain(line: string | undefined): boolean {
  return line !== undefined && /^\S/.test(line);
}

function unquoted(scalar: string): unknown {
  const quoted = /^"((?:[^"\\]|\\.)*)"$|^'((?:[^']|'')*)'$/.exec(scalar);
  if (quoted?.[2] !== undefined) return quoted[2].replaceAll("''", "'");
  if (quoted?.[1] === undefined) return plainScalar(scalar);
  try {
    return String(JSON.parse(scalar));
  } catch {
    return quoted[1];
  }
}

/** Numbers and truth values, where their text can be made of them again: a schema may want it. */
function plainScalar(scalar: string): unknown {
  if (scalar === "true" || scalar === "false") return scalar === "true";
  return scalar !== "" && String(Number(scalar)) === scalar && Number.isFinite(Number(scalar))
    ? Number(scalar)
    : scalar;
}

function skipEmpty(reader: Reader): void {
  while (reader.at < reader.lines.length && (reader.lines[reader.at] ?? "").trim() === "") reader.at += 1;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

const fence = /^\s*```(?:ya?ml)?\n([^]*)\n[ \t]*```\s*$/;
const keyLine = /^\s*["']?([\w.-]{1,100})["']?:(?:\s+(.*))?$/;
