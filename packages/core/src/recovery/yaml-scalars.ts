import { readLenient } from "./lenient.js";
import { parsed } from "./json.js";
import { makeSource, noTools } from "./source.js";
import { indentOf, type YamlLines } from "./yaml.js";

/** `|` keeps line ends, `>` folds them; `-` drops the last one, `+` keeps all; a digit says how far the block is indented. */
export function blockScalar(reader: YamlLines, style: string, indent: number): string {
  const block: string[] = [];
  const digit = /\d/.exec(style)?.[0];
  let own = digit === undefined ? -1 : indent + Number(digit);
  for (; reader.at < reader.lines.length; reader.at += 1) {
    const line = reader.lines[reader.at] ?? "";
    if (line.trim() !== "" && indentOf(line) <= indent) break;
    if (own < 0 && line.trim() !== "") own = indentOf(line);
    block.push(line.slice(Math.max(own, 0)));
  }
  let empty = 0;
  for (; block[block.length - 1]?.trim() === ""; empty += 1) block.pop();
  const text = style.startsWith(">") ? folded(block) : block.join("\n");
  if (style.includes("-")) return text;
  return text + "\n".repeat(style.includes("+") ? empty + 1 : 1);
}

/** A value on one line: a quoted string, a list or map in brackets, a number, a truth value, null, or plain text. */
export function flowOrScalar(written: string): unknown {
  const quoted = /^"((?:[^"\\]|\\.){0,20000})"(?:\s+#.*)?$|^'((?:[^']|''){0,20000})'(?:\s+#.*)?$/.exec(written);
  if (quoted?.[2] !== undefined) return quoted[2].replaceAll("''", "'");
  if (quoted?.[1] !== undefined) {
    const said = parsed(`"${quoted[1]}"`);
    return typeof said === "string" ? said : quoted[1];
  }
  const scalar = written.replace(/\s+#.*$/, "");
  return flow(scalar) ?? plainScalar(scalar);
}

/** `[a, b]` and `{x: 1}`. */
function flow(scalar: string): unknown {
  const list = /^\[([^[\]{}"']*)\]$/.exec(scalar);
  if (list) return list[1]?.trim() === "" ? [] : list[1]?.split(",").map((item) => plainScalar(item.trim()));
  if (!/^[[{].*[\]}]$/.test(scalar)) return undefined;
  const reading = readLenient(makeSource(scalar, noTools), 0);
  return reading.trouble === undefined && reading.missing === 0 && reading.end === scalar.length
    ? reading.value
    : undefined;
}

/** Numbers and truth values, where their text can be made of them again: a schema may want it. */
function plainScalar(scalar: string): unknown {
  if (scalar === "true" || scalar === "false") return scalar === "true";
  if (scalar === "null" || scalar === "~") return null;
  return scalar !== "" && String(Number(scalar)) === scalar && Number.isFinite(Number(scalar))
    ? Number(scalar)
    : scalar;
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
