import { isTool, parametersOf } from "./toolbox.js";
import { found, mended, writtenCall } from "./finding.js";
import { isForbiddenKey } from "./forbidden.js";
import { type Cursor, failed, makeCursor, readValue } from "./lenient.js";
import { skipBlank } from "./lenient-signs.js";
import { isRecord } from "./signature.js";
import { isAt, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding, WrittenCall } from "./types.js";

/** Function calls as code: `f(a=1)`, `[f(a=1), g()]`, one a line, `print(f(a=1))`. Only calls of offered tools. */
export function readPython(source: Source, start: number, isBare: boolean): Finding | undefined {
  const { text } = source;
  const isList = text[start] === "[";
  const isMarked = !isBare;
  const calls: WrittenCall[] = [];
  let at = isList ? skipSpace(text, start + 1) : start;
  let end = start;
  for (;;) {
    const call = readCall(source, at, isList, isMarked);
    if (!call) break;
    calls.push(call);
    ({ end } = call);
    const next = skipSpace(text, end);
    if (isList && text[next] === "]") {
      const isOurs = !isBare || calls.some(({ name }) => isOffered(source, name));
      return isOurs ? found("pythonic", "bare", start, next + 1, calls) : undefined;
    }
    if (!isList && isBare) break;
    at = text[next] === "," || text[next] === ";" ? skipSpace(text, next + 1) : next;
    if (!isList && at === next && !text.slice(end, next).includes("\n") && text[next] !== ",") break;
  }
  if (calls.length === 0) return undefined;
  // A list that breaks in the middle is taken only where a marker has announced it; one may lack its bracket at the end of all.
  if (isList && isBare && (skipSpace(text, end) < text.length || !calls.every(({ name }) => isOffered(source, name))))
    return undefined;
  if (!isList) return found("pythonic", "bare", start, end, calls);
  const closed = calls.map((call) => writtenCall(call.name, call.input, call.start, call.end, mended));
  const isWhole = skipSpace(text, end) >= text.length || isAt(specialToken, text, skipSpace(text, end));
  return found("pythonic", "bare", start, end, closed, isWhole ? undefined : "unreadable");
}

function isOffered({ tools }: Source, name: string): boolean {
  return isTool(tools, name) || (name.includes(".") && isTool(tools, name.slice(name.lastIndexOf(".") + 1)));
}

function readCall(source: Source, start: number, isAnyName: boolean, isMarked: boolean): WrittenCall | undefined {
  const { text } = source;
  const opener = matchAt(callStart, text, start);
  if (!opener) return undefined;
  // `code_interpreter.call(code="...")` is how Llama calls what is built in.
  const written = opener[2] ?? "";
  const name = written.endsWith(".call") ? written.slice(0, -".call".length) : written;
  if (!isAnyName && !isOffered(source, name)) return undefined;
  const from = start + opener[0].length;
  const cursor = makeCursor(source, from, true);
  const input = readArguments(cursor);
  if (!spend(source, cursor.at - start)) return undefined;
  if (input === undefined) return isMarked ? readLooseCall(source, start, from, name) : undefined;
  const end =
    opener[1] !== undefined && text[skipSpace(text, cursor.at)] === ")" ? skipSpace(text, cursor.at) + 1 : cursor.at;
  return writtenCall(name, input, start, end);
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
    if (value === failed || isForbiddenKey(name) || Object.hasOwn(values, name)) return undefined;
    values[name] = value;
    cursor.at = skipBlank(text, cursor.at);
    if (text[cursor.at] === ",") cursor.at += 1;
    else if (text[cursor.at] !== ")") return undefined;
  }
}

const specialToken = /<[|｜/]/y;
const callStart = /(print\(\s*)?([A-Za-z_][\w.-]{0,80})\(/y;
const keywordStart = /([\p{L}_][\p{L}\p{N}_-]{0,80})\s*=\s*(?!=)/uy;
