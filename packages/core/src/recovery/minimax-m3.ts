import { asText, found, troubled, writtenCall } from "./finding.js";
import { callEnd } from "./shown-calls.js";
import { find, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";

/**
 * MiniMax M3 puts a token in front of every tag: `]<]minimax[>[<invoke name="f">]<]minimax[>[<a>1]<]minimax[>[</a>]<]minimax[>[</invoke>`.
 * The children of a call are its parameters; objects nest, and `<item>` is one of a list.
 * @param at Where the first bracket stands that may begin a tag: the token begins one place before it.
 */
export function readMinimaxM3(source: Source, at: number): Finding | undefined {
  const { text } = source;
  const start = at - 1;
  const first = start < 0 ? undefined : tagAt(text, start);
  if (!first || first.isCloser || !(first.name === "tool_call" || first.name === "invoke")) return undefined;
  let tag = first.name === "invoke" ? first : tagAt(text, skipSpace(text, first.end));
  if (!tag) return undefined;
  let end = first.end;
  let trouble: NearMissReason | undefined;
  const calls: { readonly name: string; readonly input: unknown; readonly start: number; end: number }[] = [];
  while (trouble === undefined && tag?.called !== undefined && tag.name === "invoke") {
    const element = readElement(source, tag.end, tag.name, 0);
    if (typeof element === "string") trouble = element;
    else {
      ({ end } = element);
      calls.push({ name: tag.called, input: element.value, start: calls.length === 0 ? start : tag.at, end });
      tag = tagAt(text, skipSpace(text, end));
    }
  }
  // Whatever stands in a call that can't be read is part of it.
  if (trouble !== undefined) end = brokenEnd(source, tag?.end ?? end);
  else if (tag?.name === "tool_call" && tag.isCloser) end = tag.end;
  const last = calls.at(-1);
  if (!last) return troubled(format, "marked", start, end, trouble ?? "unreadable");
  if (trouble === undefined) last.end = end;
  const written = calls.map((call) => writtenCall(call.name, call.input, call.start, call.end, asText));
  return found(format, "marked", start, end, written, trouble);
}

function brokenEnd(source: Source, from: number): number {
  const end = callEnd(source, from, "invoke", () => true, mark);
  return end < 0 ? source.text.length : end;
}

/** What an element holds, up to its closing tag: text, a list of its items, or its children by name. */
function readElement(
  source: Source,
  from: number,
  name: string,
  depth: number,
): { readonly value: unknown; readonly end: number } | NearMissReason {
  const { text } = source;
  const children = new Map<string, unknown[]>();
  for (let at = from; ;) {
    const next = find(source, mark, at);
    if (next < 0) return "cut-off";
    if (!spend(source, next - at)) return "unreadable";
    const tag = tagAt(text, next);
    if (!tag) return "cut-off";
    const isBlank = skipSpace(text, at) >= next;
    if (tag.isCloser) {
      const isText = children.size === 0 && depth > 0;
      if (tag.name !== name || !(isBlank || isText)) return "unreadable";
      return { value: isText ? text.slice(from, next) : valueOf(children, depth), end: tag.end };
    }
    if (!isBlank || depth > 10) return "unreadable";
    const child = readElement(source, tag.end, tag.name, depth + 1);
    if (typeof child === "string") return child;
    const same = children.get(tag.name);
    if (same) same.push(child.value);
    else children.set(tag.name, [child.value]);
    at = child.end;
  }
}

/** A record of the children, what comes again as a list; of nothing but items the list of them. */
function valueOf(children: ReadonlyMap<string, unknown[]>, depth: number): unknown {
  const items = depth > 0 && children.size === 1 ? children.get("item") : undefined;
  return items ?? Object.fromEntries([...children].map(([name, all]) => [name, all.length > 1 ? all : all[0]]));
}

interface Tag {
  readonly at: number;
  readonly end: number;
  readonly isCloser: boolean;
  readonly name: string;
  /** The name of what it calls. */
  readonly called: string | undefined;
}

function tagAt(text: string, at: number): Tag | undefined {
  const tag = text.startsWith(mark, at) ? matchAt(tagBehind, text, at + mark.length) : null;
  return tag
    ? { at, end: tagBehind.lastIndex, isCloser: tag[1] === "/", name: tag[2] ?? "", called: tag[3] }
    : undefined;
}

const format = "minimax-m3";
const mark = "]<]minimax[>[";
const tagBehind = /<(\/?)([\w.:-]{1,80})(?:\s+name\s*=\s*["']([^"'<>]{1,100})["'])?\s*>/y;
