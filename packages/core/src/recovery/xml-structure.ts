import { addValue, textOf } from "./xml-values.js";

/** Elements as a record: children by name, what comes again as a list, the innermost as trimmed text. `undefined`: it is not only elements. */
export function readElements(xml: string, depth = 0): { readonly [name: string]: unknown } | undefined {
  if (depth > 10) return undefined;
  const values: Record<string, unknown> = {};
  let at = 0;
  while (at < xml.length) {
    space.lastIndex = at;
    at += space.exec(xml)?.[0].length ?? 0;
    if (at >= xml.length) break;
    tag.lastIndex = at;
    const found = tag.exec(xml);
    if (!found) return undefined;
    const name = found[1] ?? "";
    const from = at + found[0].length;
    const end = found[2] === "/" ? from : xml.indexOf(`</${name}>`, from);
    if (end < 0) return undefined;
    const inner = xml.slice(from, end);
    addValue(
      values,
      name,
      (inner.trimStart().startsWith("<") && readElements(inner, depth + 1)) || textOf(inner.trim()),
    );
    at = found[2] === "/" ? from : end + name.length + 3;
  }
  return Object.keys(values).length > 0 ? values : undefined;
}

const space = /\s*/y;
const tag = /<([\w.:-]{1,80})(?:\s[^<>]*?)?(\/?)>/y;
