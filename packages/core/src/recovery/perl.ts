import { brokenEnd } from "./broken-end.js";
import { foundCall, mendedText, troubled } from "./finding.js";
import { isForbiddenKey } from "./forbidden.js";
import { failed, makeCursor, readValue } from "./lenient.js";
import { matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding } from "./types.js";

/** `[TOOL_CALL]{tool => "f", args => {--key "value"}}[/TOOL_CALL]`: a hash of Perl with the options of a command in it. */
export function readPerl(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(opener, text, start);
  if (!head) return undefined;
  const first = start + head[0].length;
  const cursor = makeCursor(source, first, true);
  const input: Record<string, unknown> = {};
  const lastEnd = (): number =>
    brokenEnd(source, first, text[start] === "[" ? "[/TOOL_CALL]" : "}}", text.slice(start, start + 6));
  for (let option = next(text, cursor.at); option; option = next(text, cursor.at)) {
    const key = option[1] ?? option[2] ?? "";
    const from = skipSpace(text, cursor.at) + option[0].length;
    const bare = matchAt(bareValue, text, from);
    cursor.at = bare ? from + bare[0].length : from;
    const value = bare ? bare[0].trim() : readValue(cursor);
    if (value === failed || isForbiddenKey(key))
      return troubled(format, "marked", start, lastEnd(), value === failed ? cursor.trouble : "forbidden-key");
    input[key] = value;
  }
  const tail = matchAt(closer, text, cursor.at);
  if (!spend(source, cursor.at - start) || !tail) return troubled(format, "marked", start, lastEnd(), "unreadable");
  const end = cursor.at + tail[0].length;
  return foundCall(format, "marked", start, end, head[1] ?? "", input, mendedText);
}

function next(text: string, at: number): RegExpExecArray | null {
  return matchAt(option, text, skipSpace(text, at));
}

const format = "perl-hash";
const opener = /(?:\[TOOL_CALL\]\s*)?\{\s*tool\s*=>\s*["']([\w.:-]{1,80})["']\s*,\s*args\s*=>\s*\{/y;
const option = /,?\s*(?:--([\w-]{1,80})[ =]\s*|["']?([\w-]{1,80})["']?\s*=>\s*)/y;
const bareValue = /[^\s"'`{}[\],][^\n{}]*/y;
const closer = /\s*\}{2,3}(?:\s*\[?\/TOOL_CALL\]?)?/y;
