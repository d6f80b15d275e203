import { isTool, parametersOf } from "./toolbox.js";
import { found, mended, writtenCall } from "./finding.js";
import { isForbiddenKey } from "./forbidden.js";
import { type Cursor, failed, makeCursor, readValue } from "./lenient.js";
import { skipBlank } from "./lenient-signs.js";
import { type BrokenCall, brokenCall } from "./python-end.js";
import { isRecord } from "./signature.js";
import { isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, WrittenCall } from "./types.js";

/**
 * Function calls as code: `f(a=1)`, `[f(a=1), g()]`, one a line, `print(f(a=1))`. Only calls of offered tools; what else is
 * written like one with nothing to announce it is found without a call: what is quoted in it is not read.
 */
export function readPython(source: Source, start: number, isBare: boolean): Finding | undefined {
  const { text } = source;
  const isList = text[start] === "[";
  const calls: WrittenCall[] = [];
  let at = isList ? skipSpace(text, start + 1) : start;
  let end = start;
  for (;;) {
    const call = readCall(source, at, isList, isBare);
    if (!call) break;
    if ("trouble" in call)
      return found("pythonic", "bare", start, call.end, isBare ? [] : mendedAll(calls), call.trouble);
    calls.push(call);
    ({ end } = call);
    const next = skipSpace(text, end);
    if (isList && text[next] === "]") return found("pythonic", "bare", start, next + 1, calls);
    if (!isList && isBare) break;
    at = text[next] === "," || text[next] === ";" ? skipSpace(text, next + 1) : next;
    if (!isList && at === next && !text.slice(end, next).includes("\n") && text[next] !== ",") break;
  }
  if (calls.length === 0) return undefined;
  if (!isList) return found("pythonic", "bare", start, end, calls);
  const isOver = skipSpace(text, end) >= text.length;
  // A list that breaks in the middle is taken only where a marker has announced it; one may lack its bracket at the end of all.
  if (isBare && !isOver) return found("pythonic", "bare", start, end, []);
  const isWhole = isOver || isAt(specialToken, text, skipSpace(text, end));
  return found("pythonic", "bare", start, end, mendedAll(calls), isWhole ? undefined : "unreadable");
}

function mendedAll(calls: readonly WrittenCall[]): readonly WrittenCall[] {
  return calls.map((call) => writtenCall(call.name, call.input, call.start, call.end, mended));
}

/** Whether a tool of this name was offered, with or without words and a point in front. */
export function isOffered({ tools }: Source, name: string): boolean {
  return isTool(tools, name) || (name.includes(".") && isTool(tools, name.slice(name.lastIndexOf(".") + 1)));
}

function readCall(
  source: Source,
  start: number,
  isList: boolean,
  isBare: boolean,
): WrittenCall | BrokenCall | undefined {
  const { text } = source;
  const opener = matchAt(callStart, text, start);
  if (!opener) return undefined;
  // `code_interpreter.call(code="...")` is how Llama calls what is built in.
  const written = opener[2] ?? "";
  const isBuiltIn = written.endsWith(".call");
  const name = isBuiltIn ? written.slice(0, -".call".length) : written;
  const from = start + opener[0].length;
  const isKnown = isOffered(source, name);
  if (!isKnown && !isList && !((isBare || isBuiltIn) && isAt(keywordStart, text, from))) return undefined;
  const cursor = makeCursor(source, from, true);
  const input = readArguments(cursor);
  if (!spend(source, cursor.at - start)) return undefined;
  const isPrinted = opener[1] !== undefined;
  if (input !== undefined) {
    const tail = skipSpace(text, cursor.at);
    return writtenCall(name, input, start, isPrinted && text[tail] === ")" ? tail + 1 : cursor.at);
  }
  const loose = isBare ? undefined : readLooseCall(source, start, from, name);
  if (loose || !isAt(isKnown ? argumentStart : keywordStart, text, from)) return loose;
  const broken = brokenCall(cursor, from, 1 + (isList ? 1 : 0) + (isPrinted ? 1 : 0));
  if (!broken || isKnown || !isBare) return broken;
  // A word that nobody offered in front of a bracket may be prose.
  return broken.isCode ? { ...broken, trouble: broken.trouble === "cut-off" ? "cut-off" : undefined } : undefined;
}

/** The same once more behind a marker, where a string may have quotes of its own kind in it. */
function readLooseCall(source: Source, start: number, from: number, name: string): WrittenCall | undefined {
  const cursor = makeCursor(source, from, true);
  cursor.parameters = parametersOf(source.tools, name);
  if (!cursor.parameters) return undefined;
  const input = readArguments(cursor);
  return spend(source, cursor.at - start) && input ? writtenCall(name, input, start, cursor.at, mended) : undefined;
}

/** Keyword arguments, or one object, up to the closing parenthesis. */
function readArguments(cursor: Cursor): { readonly [name: string]: unknown } | undefined {
  const { text } = cursor;
  const values: Record<string, unknown> = {};
  for (;;) {
    cursor.at = skipBlank(text, cursor.at);
    if (text[cursor.at] === ")") {
      cursor.at += 1;
      return values;
    }
    // `**{...}` gives one object too.
    if (text.startsWith("**{", cursor.at)) cursor.at += 2;
    if (text[cursor.at] === "{" && Object.keys(values).length === 0) {
      const value = readValue(cursor);
      cursor.at = skipBlank(text, cursor.at);
      if (!isRecord(value) || text[cursor.at] !== ")") return undefined;
      cursor.at += 1;
      return value;
    }
    const keyword = matchAt(keywordStart, text, cursor.at);
    if (!keyword) return undefined;
    cursor.at += keyword[0].length;
    const name = keyword[1] ?? "";
    const value = readValue(cursor);
    if (isForbiddenKey(name)) cursor.trouble = "forbidden-key";
    if (value === failed || isForbiddenKey(name) || Object.hasOwn(values, name)) return undefined;
    values[name] = value;
    cursor.at = skipBlank(text, cursor.at);
    if (text[cursor.at] === ",") cursor.at += 1;
    else if (text[cursor.at] !== ")") return undefined;
  }
}

const specialToken = /<[|｜/]/y;
const callStart = /(print\(\s*)?([A-Za-z_][\w.-]{0,80})\(/y;
/** A keyword or a string: no prose goes on like that behind the name of a tool. */
const argumentStart = /\s*(?:["']|[\p{L}_][\p{L}\p{N}_-]{0,80}\s*=(?!=))/uy;
const keywordStart = /\s*([\p{L}_][\p{L}\p{N}_-]{0,80})\s*=\s*(?!=)/uy;
