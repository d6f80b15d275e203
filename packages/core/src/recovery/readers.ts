import { readBareJson, readBareList, readCodeLine } from "./bare.js";
import { readFunctionTag } from "./function-tag.js";
import { readGemma } from "./gemma.js";
import { readNameTags } from "./name-tags.js";
import { readCallingTool, readFunctionary, readHarmony, readMistral, readQwenAgent } from "./plain-marks.js";
import { readReact } from "./react.js";
import { matchAt, type Source } from "./source.js";
import { readTagged, tagFormats } from "./tagged.js";
import { readTokenCall } from "./token-call.js";
import { readToolTag } from "./tool-tag.js";
import type { FormatReader } from "./types.js";

/** The readers that can make something of the place where `sign` was found, in the order in which they are to be asked. */
export function readersAt({ text, names }: Source, at: number, sign: string): readonly FormatReader[] {
  const first = sign.charAt(0);
  if (sign.endsWith("(")) return code;
  if (first !== "<") return bySign.get(first) ?? none;
  const second = text.charAt(at + 1);
  if (second === "|" || second === "｜") return token;
  const word = matchAt(tagWord, text, at)?.[1];
  if (word === undefined) return none;
  const own = names.has(word) ? [readToolTag] : none;
  const known = byTag.get(word.slice(word.lastIndexOf(":") + 1)) ?? (tagFormats.has(word) ? tagged : none);
  return own.length === 0 ? known : [...known, ...own];
}

const none: readonly FormatReader[] = [];
const code: readonly FormatReader[] = [readCodeLine];
const tagged: readonly FormatReader[] = [readTagged];
const token: readonly FormatReader[] = [readFunctionTag, readTokenCall, readGemma, readTagged];
const functionTag: readonly FormatReader[] = [readFunctionTag, readTagged];
const nameTags: readonly FormatReader[] = [readNameTags, readTagged];
const tagWord = /<([A-Za-z_][\w:.-]*)/y;

const bySign: ReadonlyMap<string, readonly FormatReader[]> = new Map([
  ["[", [readMistral, readCallingTool, readTagged, readBareJson, readBareList]],
  ["{", [readBareJson]],
  ["t", [readHarmony]],
  [">", [readFunctionary]],
  ["✿", [readQwenAgent]],
  ["A", [readReact]],
  ["*", [readReact]],
]);
const byTag: ReadonlyMap<string, readonly FormatReader[]> = new Map([
  ["function", functionTag],
  ["functionname", functionTag],
  ["invoke", functionTag],
  ["call", functionTag],
  ["tool", [readFunctionTag, readNameTags, readTagged]],
  ["name", nameTags],
  ["tool_name", nameTags],
  ["tool-name", nameTags],
  ["function-name", nameTags],
  ["function_name", nameTags],
  ["start_function_call", [readGemma]],
]);
