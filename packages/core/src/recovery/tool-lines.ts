import { closerOf, hasLinesAhead, type ToolTag } from "./broken-tag.js";
import { troubled } from "./finding.js";
import { find, isAt, type Source, spend } from "./source.js";
import type { Finding } from "./types.js";
import { readYaml, readYamlWithCode } from "./yaml.js";

/** Makes a finding with one call in it. */
export type MakeFinding = (
  end: number,
  input: unknown,
  format: string,
  isRepaired?: boolean,
  isOpen?: boolean,
) => Finding;

/** YAML up to the closing tag; what has lines with keys and can't be read is a call all the same. */
export function readLines(
  source: Source,
  start: number,
  from: number,
  own: ToolTag,
  isKnown: (key: string) => boolean,
  found: MakeFinding,
): Finding | undefined {
  const { text } = source;
  const closer = own.isUnclosed ? "\n/>" : `</${own.name}>`;
  const first = find(source, closer, from);
  const free = first < 0 ? -1 : closerOf(source, from, own);
  const stop = free < 0 ? first : free;
  if (stop < 0 || !spend(source, 2 * (stop - from)))
    return hasLinesAhead(source, from, own) ? troubled("yaml-xml", "marked", start, text.length, "cut-off") : undefined;
  const end = text.indexOf(">", stop) + 1;
  const body = text.slice(from, stop);
  // Behind a closing tag in the middle of a line the value may go on.
  const isSure = free >= 0 || isAt(lineEnd, text, end);
  const values = isSure ? readYaml(body) : undefined;
  if (values && Object.keys(values).every(isKnown)) return found(end, values, "yaml-xml");
  // Where the name comes again, the code may go on behind its first closing tag.
  const isLast = isSure && !values && find(source, closer, end) < 0;
  const withCode = isLast ? readYamlWithCode(body, own.declared) : undefined;
  if (withCode) return found(end, withCode, "yaml-xml", true);
  return values || hasLinesAhead(source, from, own)
    ? troubled("yaml-xml", "marked", start, isSure ? end : text.length, "unreadable")
    : undefined;
}

const lineEnd = /\s*?(?:\n|<|$)/y;
