import { isTool } from "./toolbox.js";
import { readNamedJson } from "./named-input.js";
import { endOf, matchAt, skipSpace, type Source, type Token } from "./source.js";
import type { Finding } from "./types.js";

/** A name and then arguments, parted by special tokens: DeepSeek V3, Kimi K2, Solar, functionary 2. */
export function readTokenCall(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const begin = tokenAt(source, start);
  if (!begin) return undefined;
  const from = start + begin.length;
  const head = matchAt(plainText, text, from)?.[0] ?? "";
  const at = from + head.length;
  const next = tokenAt(source, at);
  if (begin.word === "recipient")
    return next?.word === "content" && isTool(source.tools, head.trim())
      ? readNamedJson(source, start, head.trim(), at + next.length, "functionary-v2")
      : undefined;
  if (begin.word === "toolcallbegin" && next?.word === "toolsep")
    return readDeepSeek(source, start, head.trim(), at + next.length);
  if (begin.word === "toolcallbegin" && next?.word === "toolcallargumentbegin")
    return readNamedJson(source, start, head.trim(), at + next.length, "kimi-k2");
  // The token of the single call is left out, or the one in front of it too.
  if (begin.word === "toolcallsbegin" && next?.word === "toolsep" && head.trim() !== "")
    return readDeepSeek(source, start, head.trim(), at + next.length);
  if (begin.word === "toolcallargumentbegin") {
    const name = identified.exec(text.slice(Math.max(0, start - 110), start))?.[0] ?? "";
    return name === "" ? undefined : readNamedJson(source, start - name.length, name.trim(), from, "kimi-k2");
  }
  if (begin.word !== "toolcall:begin" || next?.word !== "toolcall:name") return undefined;
  const name = matchAt(plainText, text, at + next.length)?.[0] ?? "";
  const parted = tokenAt(source, at + next.length + name.length);
  return parted?.word === "toolcall:args"
    ? readNamedJson(source, start, name.trim(), at + next.length + name.length + parted.length, "solar")
    : undefined;
}

/** `function<sep>f` and a fence (V3), or `f<sep>{...}` (V3.1). */
function readDeepSeek(source: Source, start: number, head: string, from: number): Finding | undefined {
  const { text } = source;
  if (text[skipSpace(text, from)] === "<" && !tokenAt(source, skipSpace(text, from))) return undefined;
  if (head !== "function" && head !== "") return readNamedJson(source, start, head, from, "deepseek-v3");
  const name = matchAt(firstWord, text, from)?.[0] ?? "";
  return readNamedJson(source, start, name.trim(), from + name.length, "deepseek-v3");
}

/** The special token at a place, without the signs in which its spellings differ. */
export function tokenAt(source: Source, at: number): Token | undefined {
  const bar = source.text[at + 1];
  if (bar !== "|" && bar !== "｜") return undefined;
  if (source.token?.at === at) return source.token;
  const end = endOf(specialToken, source.text, at);
  if (end < 0) return undefined;
  return (source.token = { at, word: plainWord(source.text.slice(at + 2, end - 2)), length: end - at });
}

/** The same few tokens stand in every reply, so what they come to is remembered. */
function plainWord(token: string): string {
  const known = plainWords.get(token);
  if (known !== undefined) return known;
  const word = token.replaceAll(/[\s▁_\\-]/g, "").toLowerCase();
  if (plainWords.size < 200) plainWords.set(token, word);
  return word;
}

const specialToken = /<[|｜][\w▁\\: -]{3,40}[|｜]>/y;
const plainWords = new Map<string, string>();
const plainText = /[^<{`]{0,120}/y;
const identified = /(?:functions\.[\w.-]{1,80}|[\w.-]{1,80}:\d{1,4})(?::\d{1,4})?\s*$/;
const firstWord = /\s*[^\s`{<]{1,100}/y;
