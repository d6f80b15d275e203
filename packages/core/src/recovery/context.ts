import type { Effect } from "../types.js";
import { behindLast, isSpace } from "./source.js";
import { behindThinking, endsThinking } from "./thinking.js";
import type { Finding } from "./types.js";

/** Why the words around a call say that it is not meant to be made; `undefined`: nothing says so. */
export function objection(
  text: string,
  finding: Finding,
  effect: Effect | undefined,
): "quoted" | "example" | undefined {
  const { start, end, strength } = finding;
  const told = endOfBefore(text, start);
  const isFirst = told === 0 && effect === undefined;
  if (isFirst && (strength === "marked" || end >= text.length)) return undefined;
  const after = text.slice(end, end + 200);
  if (strength === "bare" && isRecorded.test(after)) return "example";
  const isLesson = (strength !== "marked" || effect !== undefined) && lesson.test(after);
  if (isFirst) return isLesson ? "example" : undefined;
  const floor = Math.max(0, start - 300);
  const before = text.slice(floor, start);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  // A line whose beginning lies too far back has none that could be looked at.
  const head = line.length === before.length && floor > 0 ? "" : line;
  if (quotedHead.test(head) && (!/^[+-]/.test(head) || isInDiff(text, start))) return "quoted";
  if (isBetweenQuotes(before, after)) return "quoted";
  const introduction = introductionIn(text.slice(floor, told));
  if (isLesson || notMeant.test(introduction)) return "example";
  // A sentence that has ended tells of something else: of what was run before, of what an error looks like.
  const isOver = hasEnded.test(introduction);
  if (!isOver && retold.test(introduction)) return "example";
  if (effect === undefined) return !isOver && forbids.test(introduction) ? "example" : undefined;
  if (denial.test(introduction) || denial.test(firstSentence(after))) return "example";
  if (effect === "read" || strength === "marked") return undefined;
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
  if (tildes.test(line)) return introductionIn(before.slice(0, -line.length).trimEnd());
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

const example =
  /(?:for (?:example|instance)|e\.g\.|(?:an? |this |the |following )?examples?(?: (?:of|call|usage|output|is|tool)| (?:of|for|how|that|to)\b[^.!?:\n]{1,80})?\s*:|such as|(?:samples?|templates?|usage|pseudo-?code|call history)\s*:|syntax|format(?: is| structure)?\s*:|(?:request|response) body\b|(?:expected|sample) (?:output|response|request|input)\b|would (?:look|be written))/;
const plan =
  /(?:I|we|you|one) (?:would|could|might|may|should) (?:then |now |also |just |probably )?(?:call|use|run|write|invoke|execute|do|send|try)\b|(?:call|command) I(?:'d| would)\b|(?:should|shall) I (?:run|call|execute|write|do)\b|(?:do you want|would you like) me to\b|(?:once|when|after) you(?:r)? (?:approv|confirm)\w*/;
const shown =
  /looks? like|(?:file|page|log|issue|ticket|prompt|message|transcript|README|documentation) (?:contain(?:s|ed)|sa(?:ys|id)|shows?|reads)\b|(?:model|assistant|agent|user|bot|parser|tool)(?:'s)? (?:should |must |would |will |then |was )?(?:called|repl(?:y|ies|ied)|responded|wrote|writes?|answer(?:s|ed)?|pasted|return(?:s|ed)?|accept|reject|emit(?:s|ted)?|output|sa(?:y|ys|id))\b|(?:imagine|suppose)\b/;
const done =
  /(?:I|we)(?:'ve| have| had) (?:already |just |previously |then |also )?(?:called|run|used|executed|invoked|made|done|written)\b|(?:I|we) (?:already |just |previously |then |also )?(?:called|ran|used|executed|invoked|made|did|wrote)\b|(?:tool|function|command)(?:'s)? (?:output|result|response|log|call history)\b|(?:previously|earlier)\b/;
/** Each of these begins with a word: one look for its beginning serves them all. */
const notMeant = new RegExp(`\\b(?:${[example, plan].map(({ source }) => source).join("|")})`, "i");
const retold = new RegExp(`\\b(?:${[shown, done].map(({ source }) => source).join("|")})`, "i");
const hasEnded = /[.!?]["')*_]{0,3}\s*$/;
const forbids = /\b(?:never|(?:do|must|should)(?:n't| not)) (?:run|execute|call|output|emit)\b/i;
const denial = new RegExp(
  `${forbids.source}|\\bnot (?:a |an )?(?:tool call|invocation|call|to be run|running|executed)\\b|\\b(?:is|was) (?:just |only )?an? example\\b|\\bthat is how\\b|\\bwould (?:call|run|use)\\b`,
  "i",
);
const lesson =
  /^(?:\s|<\/?[\w:|｜▁-]{1,40}>|`{3,})*(?:that|this) (?:is|was) (?:just |only )?(?:how (?:you|we|I|one|it|a)\b|an? example|what (?:it|a call)\b)/i;
/** Behind `>` and `|`; behind `+` and `-` only in a diff. */
const quotedHead = /^(?:\s*[>|]|[+](?!\s*$)|[+-]\s*$)/;
/** Where one sentence ends and another begins. */
const sentenceEnd = /[.!?]\s+(?=\p{Lu})/gu;
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
