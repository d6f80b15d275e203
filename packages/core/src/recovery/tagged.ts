import { troubled } from "./finding.js";
import { readPayload } from "./json-payload.js";
import { readNamedBody } from "./named-body.js";
import { endOf, find, isAt, matchAt, skipSpace, type Source } from "./source.js";
import { tagNameAt } from "./signs.js";
import { tokenAt } from "./token-call.js";
import type { Finding } from "./types.js";

/** JSON, or a name with something behind it, after a tag or token that announces a call. */
export function readTagged(source: Source, start: number): Finding | undefined {
  const opener = openerAt(source, start);
  return opener && readAfter(source, start, start + opener.length, opener.format, opener.closer);
}

/** Reads what stands behind an opener that ends at `from`. */
export function readAfter(
  source: Source,
  start: number,
  from: number,
  format: string,
  closer: string,
): Finding | undefined {
  const { text } = source;
  const first = skipSpace(text, from);
  const at = text[first] === "`" ? skipSpace(text, Math.max(from, endOf(fenceStart, text, from))) : first;
  const sign = text[at];
  if (sign === "{" || (sign === "[" && !isAt(listOfCode, text, at))) {
    const finding = readPayload(source, start, at, format, "marked");
    if (finding && finding.calls.length > 0) return finding;
    const end = closer === "" ? -1 : find(source, closer, at);
    return troubled(
      format,
      "marked",
      start,
      end > 0 ? end : Math.max(finding?.end ?? 0, at + 1),
      finding?.trouble ?? "unreadable",
    );
  }
  if (sign === undefined || sign === "<") return undefined;
  const named = readNamedBody(source, start, at, format);
  if (named) return named;
  // Prose that mentions the tag has no closer.
  const end = closer === "" ? -1 : find(source, closer, at);
  if (end >= 0) return troubled(format, "marked", start, end + closer.length, "unreadable");
  // Llama's tag has code of any kind behind it.
  return format !== "llama-python-tag" && isAt(code, text, at)
    ? troubled(format, "marked", start, Math.max(at + 1, find(source, "<|", at)), "unreadable")
    : undefined;
}

/** The opener that stands at `at`. */
function openerAt(source: Source, at: number): { format: string; closer: string; length: number } | undefined {
  const { text } = source;
  if (text[at] === "<") {
    const token = tokenAt(source, at);
    if (token)
      return fromTable(
        tokenFormats,
        token.word,
        Math.max(token.length, endOf(plugin, text, at + token.length) - at),
        "",
      );
    const name = tagNameAt(text, at);
    const end = endOf(tagEnd, text, at + 1 + name.length);
    return end < 0 ? undefined : fromTable(tagFormats, name, end - at, `</${name}>`);
  }
  const bracket = matchAt(bracketMark, text, at);
  return bracket ? fromTable(brackets, bracket[1] ?? "", bracket[0].length, "") : undefined;
}

function fromTable(
  table: ReadonlyMap<string, string>,
  key: string,
  length: number,
  closer: string,
): { format: string; closer: string; length: number } | undefined {
  const format = table.get(key);
  return format === undefined ? undefined : { format, closer, length };
}

const plugin = /<\|(?:plugin|interpreter)\|>/y;
const tagEnd = /(?:\s+(?:id|type|index)=["']?[\w-]*["']?)*\s*>/y;
const bracketMark = /\[(TOOL_CALLS?|TOOL_REQUEST)\]/y;
const code = /\[?\s*[A-Za-z_][\w.-]*\(/y;
const listOfCode = /\[\s*[A-Za-z_][\w.-]*\(/y;
const fenceStart = /\s*```[a-z_]*\s*/y;

/** What a special token announces, and how that is called. */
export const tokenFormats: ReadonlyMap<string, string> = new Map([
  ["toolcall", "granite"],
  ["pythontag", "llama-python-tag"],
  ["startaction", "command-r"],
  ["actionstart", "internlm2"],
  ["functioncall", "gigachat"],
  ["toolsprefix", "apertus"],
  ["contentinvoketooljson", "inkling"],
  ["toolcallstart", "lfm2"],
  ["pythonstart", "pythonic"],
  ["rolesep", "gigachat"],
]);
/** What a plain tag announces, and how that is called. */
export const tagFormats: ReadonlyMap<string, string> = new Map([
  ["tool_call", "hermes-json"],
  ["toolcall", "hermes-json"],
  ["tool-call", "hermes-json"],
  ["tool_calls", "tool_calls-json"],
  ["function_call", "granite-20b-fc"],
  ["function_calls", "olmo3"],
  ["tool", "hermes-json"],
  ["invoke", "invoke-xml"],
  ["function", "hermes-json"],
  ["response", "hermes-json"],
  ["JSON", "hermes-json"],
  ["TOOLCALL", "nemotron-TOOLCALL"],
  ["longcat_tool_call", "longcat"],
]);
const brackets: ReadonlyMap<string, string> = new Map([
  ["TOOL_CALLS", "mistral"],
  ["TOOL_CALL", "misc-text"],
  ["TOOL_REQUEST", "misc-text"],
]);
