import { readBareJson, readBareList, readCodeLine } from "./bare.js";
import { readFunctionTag } from "./function-tag.js";
import { readGemma } from "./gemma.js";
import { readNameTags } from "./name-tags.js";
import { readCallingTool, readFunctionary, readHarmony, readMistral, readQwenAgent } from "./plain-marks.js";
import { readPerl } from "./perl.js";
import { readRawCode } from "./raw-code.js";
import { readReact } from "./react.js";
import { readFunctionCallTag, readShortLine } from "./short-call.js";
import { matchAt, type Source } from "./source.js";
import { readTagged, tagFormats, tokenFormats } from "./tagged.js";
import { readTokenCall, tokenAt } from "./token-call.js";
import { readToolTag } from "./tool-tag.js";
import type { FormatReader } from "./types.js";

/** The readers that can make something of the place where `sign` was found, in the order in which they are to be asked. */
export function readersAt({ text, words }: Source, at: number, sign: string): readonly FormatReader[] {
  const first = sign.charAt(0);
  if (sign.endsWith("(")) return code;
  if (sign.endsWith(">") && first !== ">") return shortLine;
  const second = text.charAt(at + 1);
  if (first === "[") return /[\s{]/.test(second) ? bracketed : /[A-Za-z_]/.test(second) ? marked : none;
  if (first === "{") return /["'“`\s{A-Za-z]/.test(second) ? braced : none;
  if (first !== "<") return bySign.get(first) ?? none;
  if (second === "|" || second === "｜") return tokenReaders(text, at);
  const word = matchAt(tagWord, text, at)?.[1];
  if (word === undefined) return none;
  const own = words.isTool(word) ? toolTag : none;
  const known = byTag.get(word.slice(word.lastIndexOf(":") + 1)) ?? (tagFormats.has(word) ? tagged : none);
  return own.length === 0 ? known : [...known, ...own];
}

function tokenReaders(text: string, at: number): readonly FormatReader[] {
  if (text.startsWith("DSML", at + 2)) return functionTag;
  const word = tokenAt(text, at)?.word;
  if (word === undefined) return text.startsWith("tool_call>", at + 2) ? gemma : none;
  if (word === "pythontag") return pythonTag;
  return tokenFormats.has(word)
    ? tagged
    : /^(?:toolcalls?:?begin|toolcallargumentbegin|recipient)$/.test(word)
      ? token
      : none;
}

const braced: readonly FormatReader[] = [readPerl, readBareJson];
const bracketed: readonly FormatReader[] = [readBareJson, readBareList];
const marked: readonly FormatReader[] = [readMistral, readCallingTool, readPerl, readTagged, readBareList];
const none: readonly FormatReader[] = [];
const shortLine: readonly FormatReader[] = [readShortLine];
const code: readonly FormatReader[] = [readCodeLine];
const tagged: readonly FormatReader[] = [readTagged];
const pythonTag: readonly FormatReader[] = [readTagged, readRawCode];
const toolTag: readonly FormatReader[] = [readToolTag];
const token: readonly FormatReader[] = [readTokenCall];
const gemma: readonly FormatReader[] = [readGemma];
const functionTag: readonly FormatReader[] = [readFunctionTag, readTagged];
const nameTags: readonly FormatReader[] = [readNameTags, readTagged];
const tagWord = /<([A-Za-z_][\w:.-]*)/y;

const bySign: ReadonlyMap<string, readonly FormatReader[]> = new Map([
  ["t", [readHarmony]],
  [">", [readFunctionary]],
  ["✿", [readQwenAgent]],
  ["c", gemma],
  ["A", [readReact]],
  ["*", [readReact]],
]);
const byTag: ReadonlyMap<string, readonly FormatReader[]> = new Map([
  ["function", functionTag],
  ["functionname", functionTag],
  ["invoke", functionTag],
  ["tool_call", functionTag],
  ["call", functionTag],
  ["tool", [readFunctionTag, readNameTags, readTagged]],
  ["name", nameTags],
  ["tool_name", nameTags],
  ["tool-name", nameTags],
  ["function-name", nameTags],
  ["function_name", nameTags],
  ["FunctionCall", [readFunctionCallTag]],
  ["start_function_call", gemma],
]);
