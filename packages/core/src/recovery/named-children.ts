import { signatureOf } from "./signature.js";
import { find, isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import { findTool } from "./toolbox.js";
import { addValue, textOf, withoutFrame } from "./xml-values.js";

/** The parameters that a tool declares, by any name it may be called; `undefined`: no such tool. */
export function declaredBy(source: Source, name: string): ReadonlySet<string> | undefined {
  const tool = findTool(source.tools, name)?.tool;
  return tool && signatureOf(tool.inputSchema).names;
}

export interface NamedChildren {
  readonly values: Record<string, unknown>;
  readonly end: number;
}

/**
 * Children that are named as the parameters of a tool, `<path>a</path><content>b</content>`, up to what ends them.
 * `undefined`: something else stands there; `cut-off`: one of them never ends.
 */
export function readNamedChildren(
  source: Source,
  start: number,
  name: string,
  closer: RegExp,
): NamedChildren | "cut-off" | undefined {
  const { text } = source;
  const declared = declaredBy(source, name);
  if (!declared) return undefined;
  const values: Record<string, unknown> = {};
  let at = start;
  for (let tag = matchAt(childTag, text, at); tag; tag = matchAt(childTag, text, at)) {
    const key = tag[1] ?? "";
    if (!declared.has(key)) return undefined;
    const from = at + tag[0].length;
    const end = childEnd(source, from, `</${key}>`, declared, closer);
    if (end < 0 || !spend(source, end - at)) return "cut-off";
    addValue(values, key, textOf(withoutFrame(text.slice(from, end))));
    at = skipSpace(text, end + key.length + 3);
  }
  return at > start && (at >= text.length || isAt(closer, text, at)) ? { values, end: at } : undefined;
}

/** The closing tag of a child that another one or the end of all follows: one in the middle is part of the value. */
function childEnd(source: Source, from: number, own: string, declared: ReadonlySet<string>, closer: RegExp): number {
  const { text } = source;
  for (let at = find(source, own, from), last = from; at >= 0; last = at, at = find(source, own, at + 1)) {
    if (!spend(source, at - last)) return -1;
    const after = skipSpace(text, at + own.length);
    if (after >= text.length || isAt(closer, text, after)) return at;
    const next = matchAt(childTag, text, after);
    if (next && declared.has(next[1] ?? "")) return at;
  }
  return -1;
}

const childTag = /<([A-Za-z_][\w.-]{0,80})>/y;
