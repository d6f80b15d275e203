import { brokenEnd } from "./broken-end.js";
import { closerAtDepth } from "./broken-tag.js";
import { found, reaching, troubled, writtenCall } from "./finding.js";
import { readJson } from "./json.js";
import { readPayload } from "./json-payload.js";
import { readNamedBody } from "./named-body.js";
import { endOf, find, isAt, matchAt, skipSpace, type Source } from "./source.js";
import { tagNameAt } from "./signs.js";
import { tokenAt } from "./token-call.js";
import { findTool } from "./toolbox.js";
import type { Finding } from "./types.js";

/** JSON, or a name with something behind it, after a tag or token that announces a call. */
export function readTagged(source: Source, start: number): Finding | undefined {
  const opener = openerAt(source, start);
  return opener && readAfter(source, start, start + opener.length, opener);
}

/** A tag or token that announces a call. */
interface Opener {
  readonly format: string;
  readonly length: number;
  /** What closes the call. */
  readonly closer: string;
  /** How another one begins. */
  readonly mark: string;
  /** Only a tag has a closer of its own, by which a call is told from prose that mentions it. */
  readonly isTag: boolean;
}

/** Reads what stands behind an opener that ends at `from`. */
function readAfter(source: Source, start: number, from: number, opener: Opener): Finding | undefined {
  const { text } = source;
  const { format, closer, mark, isTag } = opener;
  const first = skipSpace(text, from);
  const at = text[first] === "`" ? skipSpace(text, Math.max(from, endOf(fenceStart, text, from))) : first;
  const sign = text[at];
  const endFrom = (place: number): number => brokenEnd(source, place, closer, mark);
  if (sign === "{" || (sign === "[" && !isAt(listOfCode, text, at))) {
    const finding = readPayload(source, start, at, format, "marked");
    if (finding && finding.trouble === undefined) return finding;
    const reading = finding ? undefined : readJson(source, at);
    const behind = Math.max(at + 1, finding?.end ?? reading?.end ?? 0);
    const isClosed = isTag && find(source, closer, behind) >= 0;
    // Well-formed JSON that is no call ends by itself.
    const isBroken = isAt(inBrackets, text, at) && (reading === undefined || reading.isRepaired);
    const last = isClosed || isBroken ? endFrom(at) : behind;
    return found(format, "marked", start, last, finding?.calls ?? [], finding?.trouble ?? "unreadable");
  }
  if (sign === undefined || sign === "<") return undefined;
  const named = readNamedBody(source, start, at, format);
  const isCalled = isAt(code, text, at);
  // Calls as code stand one a line: behind those that were read another one may break off.
  const next = named && isCalled && sign !== "[" ? skipSpace(text, named.end) : at;
  const isBroken = named === undefined || next > at ? isCode(source, next, format) : named.trouble !== undefined;
  if (isBroken && (isCalled || isAt(quoted, text, at))) {
    const end = endFrom(next);
    const trouble = named?.trouble ?? (end < text.length ? "unreadable" : "cut-off");
    return found(format, "marked", start, end, named?.calls ?? [], trouble);
  }
  if (named?.trouble !== undefined && isAt(shortened, text, at)) {
    const end = closerAtDepth(source, at, tagNameAt(text, start));
    return reaching(named, start, end < 0 ? text.length : end + closer.length);
  }
  if (named) return named;
  // Prose that mentions the tag has no closer.
  const end = isTag ? find(source, closer, at) : -1;
  const json = end < 0 ? -1 : endOf(introduction, text, from);
  if (json >= 0)
    return (
      readIntroduced(source, start, json, opener) ?? troubled(format, "marked", start, endFrom(json), "unreadable")
    );
  if (end >= 0) return troubled(format, "marked", start, end + closer.length, "unreadable");
  // Llama's tag has code of any kind behind it.
  return format !== llama && isAt(code, text, at)
    ? troubled(format, "marked", start, Math.max(at + 1, find(source, "<|", at)), "unreadable")
    : undefined;
}

/** JSON alone below one line of words, up to the closing tag: what the words say counts as if there were no tag. */
function readIntroduced(source: Source, start: number, at: number, { format, closer }: Opener): Finding | undefined {
  const payload = readPayload(source, start, at, format, "bare");
  const [call] = payload?.calls ?? [];
  if (!payload || !call || payload.trouble !== undefined) return undefined;
  const end = skipSpace(source.text, payload.end);
  if (!source.text.startsWith(closer, end)) return undefined;
  const written = writtenCall(call.name, call.input, start, end + closer.length, call);
  return found(format, "bare", at, payload.end, [written]);
}

/** Whether a call as code begins at a place, of a tool that was offered or with a name for its argument; Llama's tag has other code behind it. */
function isCode(source: Source, at: number, format: string): boolean {
  const [, name = "", keyword] = matchAt(code, source.text, at) ?? [];
  if (name === "") return false;
  const isBuiltIn = name.endsWith(".call");
  const isOffered = findTool(source.tools, isBuiltIn ? name.slice(0, -".call".length) : name) !== undefined;
  return format === llama ? keyword !== undefined && (isBuiltIn || isOffered) : keyword !== undefined || isOffered;
}

/** The opener that stands at `at`. */
function openerAt(source: Source, at: number): Opener | undefined {
  const { text } = source;
  if (text[at] === "<") {
    const token = tokenAt(source, at);
    if (token) {
      const length = Math.max(token.length, endOf(plugin, text, at + token.length) - at);
      return fromTable(tokenFormats, token.word, length, "", text.slice(at, at + 2), false);
    }
    const name = tagNameAt(text, at);
    const end = endOf(tagEnd, text, at + 1 + name.length);
    return end < 0 ? undefined : fromTable(tagFormats, name, end - at, `</${name}>`, `<${name}>`, true);
  }
  const bracket = matchAt(bracketMark, text, at);
  if (!bracket) return undefined;
  const [mark, word = ""] = bracket;
  const closer = word === "TOOL_REQUEST" ? "[END_TOOL_REQUEST]" : `[/${word}]`;
  return fromTable(brackets, word, mark.length, closer, mark, false);
}

function fromTable(
  table: ReadonlyMap<string, string>,
  key: string,
  length: number,
  closer: string,
  mark: string,
  isTag: boolean,
): Opener | undefined {
  const format = table.get(key);
  return format === undefined ? undefined : { format, length, closer, mark, isTag };
}

const plugin = /<\|(?:plugin|interpreter)\|>/y;
const tagEnd = /(?:\s+(?:id|type|index)=["']?[\w-]*["']?)*\s*>/y;
const bracketMark = /\[(TOOL_CALLS?|TOOL_REQUEST)\]/y;
const code = /\[?\s*([A-Za-z_][\w.-]*)\((\s*\w+\s*=)?/y;
const listOfCode = /\[\s*[A-Za-z_][\w.-]*\(/y;
const introduction = /[ \t]*\r?\n\s*(?=\S)[^\n<>{}[\]`"]{1,200}\n\s*(?=\{)/y;
/** A name in front of JSON or of attributes. */
const quoted = /[\w.:-]{1,100}(?:\s*\{|\s+[\w-]{1,80}=["'])/y;
/** A name in front of a text. */
const shortened = /[\w.:/-]{1,160}>/y;
/** A key: what holds none is part of a sentence. */
const inBrackets = /[{[]\s*(?:[{[]\s*)*(?:["'“`]|\w+["']?\s*[:=])/y;
const llama = "llama-python-tag";
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
