import { behindLast, endOf } from "./source.js";
import type { Finding, OfferedTool } from "./types.js";

/** A tag or token that begins or ends thinking. */
export interface ThinkingMark {
  readonly at: number;
  readonly end: number;
  readonly opens: boolean;
}

/** Adds a mark. Of openers in a row the first counts, of closers the last: a text full of them leaves one. */
export function addMark(marks: ThinkingMark[], mark: ThinkingMark): void {
  const last = marks.at(-1);
  if (last?.opens !== mark.opens) marks.push(mark);
  else marks[marks.length - 1] = mark.opens ? { ...mark, at: last.at } : mark;
}

/** Whether a place is inside of the thinking. A closer without an opener ends thinking that the prompt had begun. */
export function isThinking(marks: readonly ThinkingMark[], at: number): boolean {
  if (marks.length === 0) return false;
  const next = firstAfter(marks, at);
  const mark = marks[next];
  if (mark && !mark.opens) return true;
  return marks[next - 1]?.opens ?? false;
}

/**
 * A call in the thinking is meant when the model forgot to stop thinking or had nothing to say behind it.
 * Only one that a marker announces, and never one that changes something: a rehearsal looks the same.
 */
export function isMeantInThinking(
  text: string,
  marks: readonly ThinkingMark[],
  finding: Finding,
  tool: OfferedTool,
): boolean {
  if (finding.strength !== "marked" || tool.effect === "write" || tool.effect === "execute") return false;
  const last = marks[marks.length - 1];
  return last !== undefined && (last.opens || text.slice(last.end).trim() === "");
}

/** Whether the tag from one place to another ends thinking. */
export function endsThinking(text: string, start: number, end: number): boolean {
  return endOf(thinkingEnd, text, start) === end;
}

/** What is said behind the last thought that ends in a text. */
export function behindThinking(text: string): string {
  return behindLast(anyThinkingEnd, text);
}

/** Index of the first mark at or after a place, by halves: there can be as many marks as calls. */
function firstAfter(marks: readonly ThinkingMark[], at: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The tokens that end thinking; the tags that do are closing tags of those that begin it. */
export const endTokens = /\[\/THINK\]|<\|END_THINKING\|>|<\|inner_suffix\|>|<channel\|>|<\|close\|>think<\|sep\|>/;
/** What the tags of thinking are called; some models put their name in front (`scan.ts` reads those that are known). */
export const thinkingTags = /think|thinking|thought|reasoning/;
const thinkingEnd = new RegExp(`</(?:${thinkingTags.source}|[a-z]+:think)>|${endTokens.source}`, "y");
const anyThinkingEnd = new RegExp(thinkingEnd.source, "g");
