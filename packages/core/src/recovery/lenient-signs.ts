import { isAt, matchAt, skipSpace } from "./source.js";

/** The place behind white space and comments. */
export function skipBlank(text: string, at: number): number {
  for (let place = skipSpace(text, at); ;) {
    const comment = text[place] === "/" ? matchAt(commentText, text, place) : null;
    if (!comment) return place;
    place = skipSpace(text, place + comment[0].length);
  }
}

/** A closing tag, special token or fence: the value was meant to be over. */
export function isMarkerAt(text: string, at: number): boolean {
  const sign = text[at];
  return (sign === "<" || sign === "`" || sign === "[") && isAt(marker, text, at);
}

const commentText = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const marker = /<\/|<[|｜]|<\w*tool_call|```|\[\/?[A-Z_]{4,}\]/y;
const callTag =
  /<\/[\w:-]*(?:tool|call|function|invoke|response|JSON|answer|param|arg|input)[\w:-]*>|<[|｜][^|｜<>\n"']{1,40}[|｜]>|```|\[\/?[A-Z_]{4,}\]/;
/** What closes the call around a string; `</p>` closes something in it, and behind a word of code its punctuation follows. */
export const closingTag = new RegExp(`(?:${callTag.source})(?!\\s*["'\`),;\\]}])`, "iy");
/** The same where the brackets are left out too: nothing but space or another tag follows. */
export const loneTag = new RegExp(`(?:${callTag.source})(?=\\s|[<[]|$)(?!\\s*["'\`),;\\]}])`, "iy");
/** A key with its colon, in its quotes or, the last group, without them or without the first. */
export const anyKey = /(?:"([^"\n\\]{1,80})"|'([^'\n\\]{1,80})'|“([^”\n\\]{1,80})”|([A-Za-z_][\w-]{0,80})["']?)\s*:/y;
/** It stands for what is left out: a template. */
export const ellipsis = /\.{3}|…/y;
/** How a value of JSON begins. */
export const valueStart = /["'“[{\d-]|(?:true|false|null|True|False|None)\b/y;
