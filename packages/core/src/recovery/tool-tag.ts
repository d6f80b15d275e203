import { parametersOf } from "./toolbox.js";
import { foundCall, troubled } from "./finding.js";
import { isForbiddenKey } from "./forbidden.js";
import { readJson } from "./json.js";
import { isRecord } from "./signature.js";
import { find, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";
import { addValue, textOf, withoutFrame } from "./xml-values.js";
import { readYaml } from "./yaml.js";

/**
 * The tool's name is the tag and its parameters are the children: Cline, Roo, "morph" XML; or JSON or YAML inside.
 * Any HTML can look like this, so the children must be parameters of the tool.
 */
export function readToolTag(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(tag, text, start);
  const name = head?.[1] ?? "";
  const declared = head && parametersOf(source.tools, name);
  if (!head || !declared) return undefined;
  const from = start + head[0].length;
  const found = (end: number, input: unknown, format: string, isRepaired = false, isOpen = false): Finding =>
    foundCall(format, "marked", start, end, name, input, {
      isText: format !== "tagged-json",
      isRepaired,
      isOpen,
      dropsUndeclared: false,
    });
  const attributes = attributesIn(head[2] ?? "");
  const isKnown = (key: string): boolean => declared.size === 0 || declared.has(key);
  if (!Object.keys(attributes).every(isKnown)) return undefined;
  if (head[3] === "/") return found(from, attributes, "morph-xml");
  const closer = `</${name}>`;
  const at = skipSpace(text, from);
  if (text.startsWith(closer, at)) return found(at + closer.length, attributes, "morph-xml");
  if (text[at] === "<") return readChildren(source, start, at, closer, attributes, isKnown, found);
  if (text[at] === "{") {
    const reading = readJson(source, at);
    const after = skipSpace(text, reading.end);
    if (reading.trouble !== undefined || !isRecord(reading.value) || !text.startsWith(closer, after)) return undefined;
    return found(after + closer.length, reading.value, "tagged-json", reading.isRepaired);
  }
  const stop = find(source, closer, from);
  if (stop < 0 || !spend(source, stop - from)) return undefined;
  const values = readYaml(text.slice(from, stop));
  return values && Object.keys(values).every(isKnown) ? found(stop + closer.length, values, "yaml-xml") : undefined;
}

function readChildren(
  source: Source,
  start: number,
  first: number,
  closer: string,
  values: Record<string, unknown>,
  isKnown: (key: string) => boolean,
  found: (end: number, input: unknown, format: string, isRepaired?: boolean, isOpen?: boolean) => Finding,
): Finding | undefined {
  const { text } = source;
  const trouble = (reason: NearMissReason, end: number): Finding => troubled("cline-xml", "marked", start, end, reason);
  let at = first;
  for (let child = matchAt(tag, text, at); child; child = matchAt(tag, text, at)) {
    const key = child[1] ?? "";
    if (isForbiddenKey(key)) return trouble("forbidden-key", at);
    if (!isKnown(key)) return Object.keys(values).length === 0 ? undefined : trouble("unreadable", at);
    const from = at + child[0].length;
    if (child[3] === "/") {
      addValue(values, key, "");
      at = skipSpace(text, from);
      continue;
    }
    const stop = childEnd(source, from, `</${key}>`, closer, isKnown);
    if (stop < 0) return trouble("cut-off", from);
    if (!spend(source, stop - at)) return trouble("unreadable", from);
    addValue(values, key, textOf(unframed(key, text.slice(from, stop))));
    at = skipSpace(text, stop + key.length + 3);
    // The same closing tag twice: the second one closes nothing.
    if (text.startsWith(`</${key}>`, at)) at = skipSpace(text, at + key.length + 3);
  }
  if (text.startsWith(closer, at)) return found(at + closer.length, values, "cline-xml");
  // Everything is there but the last closing tag.
  return at >= text.length && Object.keys(values).length > 0
    ? found(at, values, "cline-xml", true, true)
    : trouble(at >= text.length ? "cut-off" : "unreadable", at);
}

/** The closing tag of a child that another parameter or the end of the call follows: one in the middle is part of the value. */
function childEnd(
  source: Source,
  from: number,
  childCloser: string,
  closer: string,
  isKnown: (key: string) => boolean,
): number {
  const { text } = source;
  for (
    let at = find(source, childCloser, from), last = from;
    at >= 0;
    last = at, at = find(source, childCloser, at + 1)
  ) {
    if (!spend(source, at - last)) return -1;
    const after = skipSpace(text, at + childCloser.length);
    if (after >= text.length || text.startsWith(closer, after) || text.startsWith(childCloser, after)) return at;
    const next = matchAt(tag, text, after);
    if (next && isKnown(next[1] ?? "")) return at;
  }
  return -1;
}

/** Of a file's content only the line end behind the tag is the format's; of other values the one before the closer too. */
function unframed(key: string, value: string): string {
  return /content|text/i.test(key) ? value.replace(/^\r?\n/, "") : withoutFrame(value);
}

function attributesIn(written: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  if (written === "") return values;
  for (const [, key, double, single] of written.matchAll(attribute))
    addValue(values, key ?? "", textOf(double ?? single ?? ""));
  return values;
}

const tag = /<([A-Za-z_][\w.:-]{0,80})((?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*)\s*(\/?)>/y;
const attribute = /([\w:-]+)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')/g;
