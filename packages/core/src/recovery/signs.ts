import { endOf } from "./source.js";

/** Where a format can begin, and the place behind what shows it: a bracket, a run of backticks, the head of a line of code. */
export interface Sign {
  readonly at: number;
  readonly end: number;
}

/** The next sign at or after `from`: one walk over the text, which looks closer only at the few characters that can begin one. */
export function nextSign(text: string, from: number): Sign | undefined {
  const before = text.charCodeAt(from - 1);
  if (from === 0 || kindOf(before) === line) {
    const end = endOf(lineHead, text, from);
    if (end >= 0) return { at: from, end };
  }
  for (let at = from; at < text.length; at += 1) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === 0) continue;
    if (kind === bracket) return { at, end: at + 1 };
    const start = kind === line ? at + 1 : at;
    const end = endOf(kind === line ? lineHead : longSign, text, start);
    if (end >= 0) return { at: start, end };
  }
  return undefined;
}

/** The name of the tag at `at`, with the slash of a closing one in front; empty when there is none. */
export function tagNameAt(text: string, at: number): string {
  if (text.charCodeAt(at) !== lessThan) return "";
  let end = text.charCodeAt(at + 1) === slash ? at + 2 : at + 1;
  while (isNameSign[text.charCodeAt(end)] === 1) end += 1;
  return text.slice(at + 1, end);
}

const lineHead = /call:|[ \t]*(?:tool_code\s*=\s*)?(?:print\(\s*)?[A-Za-z_][\w.-]*(?:\(|\/[A-Za-z_][\w-]*>)/y;
const longSign = /`{3,}|>>>|\bto=|(?:\*\*)?Action(?: \d+)?\s*:/y;

function kindOf(code: number): number {
  return code < 128 ? (kinds[code] ?? 0) : code === 0x273f ? bracket : code === 0x2028 || code === 0x2029 ? line : 0;
}

const bracket = 1;
const long = 2;
const line = 3;
/** What each character of ASCII can begin; beyond it only ✿ and two line ends count. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return "<[{".includes(sign) ? bracket : "`>tA*".includes(sign) ? long : "\n\r".includes(sign) ? line : 0;
});
const isNameSign = Uint8Array.from({ length: 128 }, (_, code) => (/[\w:.-]/.test(String.fromCharCode(code)) ? 1 : 0));
const lessThan = 60;
const slash = 47;
