import { declaredBy } from "./named-children.js";
import { isStructure, ownEnd, shownCallIn } from "./shown-calls.js";
import { find, isAt, matchAt, skipSpace, type Source } from "./source.js";
import type { NearMissReason } from "./types.js";
import { prefix } from "./xml-values.js";

/** A parameter whose end is looked for, and what is known of its call. */
export interface OpenParameter {
  readonly call: string;
  readonly opener: string;
  readonly name: string;
  readonly tag: string;
  readonly values: Record<string, unknown>;
}

/** A value of which nobody can say where it ends, and the place up to which it may reach. */
export interface UnclearEnd {
  readonly reason: NearMissReason;
  readonly from: number;
}

/**
 * Where the value of a parameter ends: at its own closing tag, or where it has none at the next parameter or the end of the call.
 */
export function parameterEnd(source: Source, from: number, closer: string, open: OpenParameter): number | UnclearEnd {
  const { text } = source;
  const own = ownEnd(source, from, closer, followers);
  const end = own < 0 ? structureAt(source, from, open.opener) : own;
  if (end < 0) return { reason: "cut-off", from };
  const inner = text.slice(from, end);
  // A closer that text follows, or one of another kind: who can say where the value ends?
  if (own < 0 && hasStrayCloser(inner, closer)) return { reason: "unreadable", from };
  if (!inner.includes("param")) return end;
  const shown = shownCallIn(text, from, end)?.at ?? end;
  const head = text.slice(from, shown);
  // The call may have ended here and the next one begun, or both may be part of the value.
  if (shown < end && callHasEnded.test(head.slice(-200))) return { reason: "unreadable", from: end };
  // The closer that was found may belong to a later parameter: this one had none.
  return head.includes("<param") && !head.includes("</param") ? missedEnd(source, from, shown, end, open) : end;
}

/** Where behind a call the closing tag of its parameters comes once more, without one that opens: a value went on there. -1: nowhere. */
export function strayCloser(source: Source, from: number, closer: string): number {
  const { text } = source;
  const at = closer === "" ? -1 : find(source, closer, from);
  if (at < 0 || comesBefore(find(source, `<${closer.slice(2, -1)}`, from), at)) return -1;
  const after = skipSpace(text, at + closer.length);
  return after >= text.length || isAt(followers, text, after) ? at : -1;
}

/** Where a value without a closer of its own is ended by the end of its call; only one behind which nothing is said. */
function structureAt(source: Source, from: number, opener: string): number {
  const { text } = source;
  const own = find(source, `</${opener}>`, from);
  const outer = find(source, "</tool_call>", from);
  const end = comesBefore(own, outer) ? own : outer;
  if (end < 0 || !isStructure(text, end)) return -1;
  const inner = text.slice(from, end);
  // It may close what the value has opened.
  const isShown = inner.includes(end === own ? `<${opener}` : "<tool_call") || shownCallIn(text, from, end);
  return isShown ? -1 : end;
}

function hasStrayCloser(raw: string, closer: string): boolean {
  return raw.includes(closer) || /<\/(?:function|invoke|call|tool)>\s*$/.test(raw);
}

/**
 * Where the value in front of the first tag of another parameter ends, written like its own; on the same line only one that the call still lacks.
 * @param last Where the tag must stand before, `end` where the value ends if there is none.
 */
function missedEnd(source: Source, from: number, last: number, end: number, open: OpenParameter): number {
  const { text } = source;
  const beginning = open.tag.slice(0, open.tag.indexOf("=") + 1);
  const stop = find(source, `</${open.opener}>`, end);
  for (let at = find(source, beginning, from); at >= 0 && at < last; at = find(source, beginning, at + 1)) {
    const tag = matchAt(innerTag, text, at + beginning.length);
    if (!tag) continue;
    const before = text.charAt(at - 1);
    if (before === "\n") return at;
    // Behind a space or a quotation mark it is spoken of.
    if (/[\s"'`([{,;:=]/.test(before)) continue;
    const [, quote = "", name = ""] = tag;
    if (isLacking(source, name, open) && !comesBefore(find(source, `${beginning}${quote}${name}${quote}`, end), stop))
      return at;
  }
  return end;
}

/** Whether the call has a parameter of this name that did not come yet. */
function isLacking(source: Source, name: string, { call, name: own, values }: OpenParameter): boolean {
  return name !== own && !Object.hasOwn(values, name) && declaredBy(source, call)?.has(name) === true;
}

function comesBefore(place: number, other: number): boolean {
  return place >= 0 && (other < 0 || place < other);
}

const followers = new RegExp(
  `</?${prefix}??(?:param|arguments>|function|invoke|tool_call|call[=>]|tool[=>])|<[|｜]`,
  "y",
);
const callHasEnded = new RegExp(
  `</${prefix}??(?:function|invoke|tool_call|call|tool)>\\s*(?:</?${prefix}??tool_calls?>\\s*)*$`,
);
const innerTag = /(["']?)([^<>\n"']*)\1[^<>\n]*>/y;
