import type { Effect } from "../types.js";
import { isTalk, spelledOut } from "./phrases.js";
import { behindLast, isSpace } from "./source.js";
import { behindThinking, endsThinking } from "./thinking.js";
import type { Finding } from "./types.js";

/** Why the words around a call say that it is not meant to be made; `undefined`: nothing says so. */
export function objection(
  text: string,
  finding: Finding,
  effect: Effect | undefined,
  /** Where the finding before it ends: a call says nothing of the next one. */
  from: number,
): "quoted" | "example" | undefined {
  const { start, end, strength } = finding;
  const told = endOfBefore(text, start);
  const isFirst = told === 0 && effect === undefined;
  if (isFirst && (strength === "marked" || end >= text.length)) return undefined;
  const after = text.slice(end, end + 200);
  if (strength === "bare" && isRecorded.test(after)) return "example";
  const isLesson = (strength !== "marked" || effect !== undefined) && lesson.test(after);
  if (isFirst) return isLesson ? "example" : undefined;
  const floor = Math.max(from, start - 300);
  const before = text.slice(floor, start);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  // A line whose beginning lies too far back has none that could be looked at.
  const head = line.length === before.length && floor > 0 ? "" : line;
  if (quotedHead.test(head) && (!/^[+-]/.test(head) || isInDiff(text, start))) return "quoted";
  if (isBetweenQuotes(before, after)) return "quoted";
  const introduction = spelledOut(introductionIn(text.slice(floor, Math.max(floor, told))));
  if (isLesson || isTalk(introduction, effect)) return "example";
  if (effect === undefined) return undefined;
  if (denial.test(introduction) || denial.test(spelledOut(firstSentence(after)))) return "example";
  if (effect === "read") return undefined;
  if (waits.test(after) || continues.test(after)) return "example";
  if (strength === "marked") return undefined;
  // What nothing announces stands on lines of its own, or it is part of a sentence.
  const isAlone = /^\s*(?:(?:\d+[.)]|[-*•])\s+)?$/.test(line) && /^[\s;,]*(?:\n|$)/.test(after);
  return isAlone || strength === "fenced" ? undefined : "quoted";
}

/** Whether quotation marks or backticks stand around a call and around the tags that hold it, or what opens and closes a comment. */
function isBetweenQuotes(before: string, after: string): boolean {
  const opened = before.trimEnd();
  if (wideQuotes.some((quote) => opened.endsWith(quote)) && wideQuoteEnd.test(after)) return true;
  if (!/^\s*[`"”'’»<]/.test(after) || !/[`"“'‘«>]$/.test(opened)) return false;
  return quoteEnd.test(after.replace(tagsAfter, "")) && quoteStart.test(before.replace(tagsBefore, ""));
}

/** Whether a diff has begun not far before a place. */
function isInDiff(text: string, place: number): boolean {
  return /^@@ |^diff --git|^\+\+\+ /m.test(text.slice(Math.max(0, place - 4000), place));
}

/** The first sentence behind the call, or what there is of it. */
function firstSentence(after: string): string {
  const end = after.search(/\n\s*\n|[.!?]\s/);
  return end < 0 ? after : after.slice(0, end);
}

/** The last sentence of what was told before the call, in its last line; a thought introduces nothing. */
function introductionIn(before: string): string {
  const line = behindThinking(before.slice(before.lastIndexOf("\n") + 1));
  const above = before.slice(0, before.length - line.length).trimEnd();
  // What introduces a list introduces what stands in it.
  if (tildes.test(line) || itemMark.test(line)) return introductionIn(above);
  if (above.endsWith(":") && heading.test(line)) return introductionIn(above);
  if (speaker.test(line) && otherSpeaker.test(above)) return "As the assistant said:";
  return behindLast(sentenceEnd, line);
}

/** Where the words before a place end: tags and white space between do not count. */
function endOfBefore(text: string, place: number): number {
  const floor = Math.max(0, place - 300);
  let at = place;
  for (;;) {
    while (at > floor && isSpace(text.charCodeAt(at - 1))) at -= 1;
    if (at <= floor || text[at - 1] !== ">") return at;
    const opener = openerBefore(text, at, Math.max(floor, at - 60));
    if (opener < 0 || endsThinking(text, opener, at)) return at;
    at = opener;
  }
}

/** Where the tag begins whose end stands before a place, on the same line; -1: not above `floor`. */
function openerBefore(text: string, place: number, floor: number): number {
  for (let at = place - 2; at >= floor; at -= 1) {
    const sign = text[at];
    if (sign === "<") return at;
    if (sign === "\n") return -1;
  }
  return -1;
}

const denial = new RegExp(
  `\\b(?:never|(?:do|must|should) not) (?:run|execute|call|output|emit)\\b|\\bnot (?:a |an )?(?:tool call|invocation|call|to be run|running|executed)\\b|\\b(?:is|was) (?:just |only )?an? example\\b|\\bthat is how\\b|\\bwould (?:call|run|use)\\b`,
  "i",
);
const lesson =
  /^(?:\s|<\/?[\w:|｜▁-]{1,40}>|`{3,})*(?:that|this) (?:is|was) (?:just |only )?(?:how (?:you|we|I|one|it|a)\b|an? example|what (?:it|a call)\b)/i;
/** Asks for leave behind the call. */
const waits =
  /^(?:\s|<\/?[\w:|｜▁-]{1,40}>|`{3,})*(?:(?:ok(?:ay)?|agreed|all right|what do you think|do you (?:agree|approve)|(?:shall|should|may|can) I [^.!?\n]*)\?|(?:just )?say (?:so|yes|go)\b|please (?:confirm|approve)\b)/i;
/** The sentence that the call stands in goes on behind it. */
const continues = /^(?:\s*<\/?[\w:|｜▁-]{1,40}>)*(?:[ \t]+|[ \t]*,[ \t]*)\p{Ll}/u;
/** Behind `>` and `|`; behind `+` and `-` only in a diff. */
const quotedHead = /^(?:\s*[>|]|[+](?!\s*$)|[+-]\s*$)/;
/** Where one sentence ends and another begins. */
const sentenceEnd = /[.!?]["')*_]*\s+(?=["'(*_]*\p{Lu})/gu;
/** The mark of an item of a list that stands alone on its line. */
const itemMark = /^\s*(?:(?:\d+|[a-z])[.):]|[-*•])\s*$/i;
const heading = /^\s*#{1,6}\s/;
const speaker = /^\s*(?:assistant|model|bot|ai)\s*:/i;
const otherSpeaker = /^\s*(?:user|human)\s*:/im;
/** A fence that is read as text. */
const tildes = /^\s*~{3,}[\w+-]*$/;
const wideQuotes = ['"""', "'''", "<!--"];
const wideQuoteEnd = /^(?:\s*<\/[\w:|｜▁-]{1,60}>){0,3}\s*(?:"""|'''|-->)/;
/** Another message of the same conversation: what stands before it is a record of one. */
const isRecorded = /^\s*,?\s*\{\s*"role"\s*:/;
/** Tags and tokens that hold a call. */
const tagsBefore = /(?:<[\w:|｜▁="-]{1,60}>\s*){1,4}$/;
const tagsAfter = /^(?:\s*<\/?[\w:|｜▁-]{1,60}>){1,4}/;
/** Right at the call or its tags; with a line end between only if it can't belong to a word in front of it or behind it. */
const quoteStart = /[`"“'‘«]$|(?:^|[\s(:])[`"“'‘«]\s*$/;
const quoteEnd = /^(?:[`"”'’»]|\s*[`"”'’»](?=[\s.,;:!?)]|$))/;
