import { isTool } from "./toolbox.js";
import { readBareJson, readBareList, readCodeLine } from "./bare.js";
import { readFunctionTag } from "./function-tag.js";
import { readGemma } from "./gemma.js";
import { readKimiK3 } from "./kimi-k3.js";
import { readMinimaxM3 } from "./minimax-m3.js";
import { readNameTags } from "./name-tags.js";
import {
  readCallingTool,
  readFinalChannel,
  readFunctionary,
  readHarmony,
  readMistral,
  readQwenAgent,
  readUnopened,
} from "./plain-marks.js";
import { readPerl } from "./perl.js";
import { readRawCode } from "./raw-code.js";
import { readReact } from "./react.js";
import { readFunctionCallTag, readShortLine } from "./short-call.js";
import type { Sign } from "./signs.js";
import { type Source } from "./source.js";
import { readSuffixed } from "./suffixed-tags.js";
import { readTagged, tagFormats, tokenFormats } from "./tagged.js";
import { readTokenCall, tokenAt } from "./token-call.js";
import { readHeadedTags, readToolTag } from "./tool-tag.js";
import type { FormatReader } from "./types.js";

/** The readers that can make something of the place where a sign was found, in the order in which they are to be asked. */
export function readersAt(source: Source, { at, end }: Sign, tag: string): readonly FormatReader[] {
  const { text, tools } = source;
  const first = text.charAt(at);
  const second = text[at + 1] ?? "";
  if (first === "[") return /[\s{]/.test(second) ? bracketed : /[A-Za-z_]/.test(second) ? marked : none;
  if (first === "{") return /["'“`\s{A-Za-z]/.test(second) ? braced : none;
  if (first === "<") {
    if (second === "|" || second === "｜") return tokenReaders(source, at);
    if (tag === "") return second === "]" ? minimax : text.startsWith(" | DSML |", at + 1) ? functionTag : none;
    if (second === "/") return none;
    const bare = tag.includes(":") ? tag.slice(tag.lastIndexOf(":") + 1) : tag;
    const known = byTag.get(bare) ?? (tagFormats.has(tag) ? tagged : tag.startsWith("tool_call:") ? suffixed : none);
    // A name stands in the tag of a function: one without can only hold something else.
    const isWhole = known === functionTag && text[at + 1 + tag.length] === ">";
    if (isWhole && !isTool(tools, tag)) return tag === "function" ? nameTags : tagged;
    if (isTool(tools, tag)) return [...known, readToolTag];
    return known === none && at < farthestHead ? headed : known;
  }
  const last = text.charAt(end - 1);
  if (last === "(") return code;
  return last === ">" && first !== ">" ? shortLine : (bySign.get(first) ?? none);
}

function tokenReaders(source: Source, at: number): readonly FormatReader[] {
  const { text } = source;
  if (text.startsWith("DSML", at + 2)) return functionTag;
  const word = tokenAt(source, at)?.word;
  if (word === undefined && text.startsWith("DSML", at + 3)) return functionTag;
  if (word === undefined) return text.startsWith("tool_call>", at + 2) ? gemma : none;
  return byToken.get(word) ?? (tokenFormats.has(word) ? tagged : none);
}

const braced: readonly FormatReader[] = [readPerl, readBareJson];
const bracketed: readonly FormatReader[] = [readBareJson, readBareList];
const marked: readonly FormatReader[] = [readMistral, readCallingTool, readPerl, readTagged, readBareList];
const none: readonly FormatReader[] = [];
const shortLine: readonly FormatReader[] = [readShortLine];
const headed: readonly FormatReader[] = [readHeadedTags];
/** A first line that is longer names no tool. */
const farthestHead = 120;
const code: readonly FormatReader[] = [readCodeLine, readUnopened];
const tagged: readonly FormatReader[] = [readTagged];
const pythonTag: readonly FormatReader[] = [readTagged, readRawCode];
const token: readonly FormatReader[] = [readTokenCall];
const gemma: readonly FormatReader[] = [readGemma];
const functionTag: readonly FormatReader[] = [readFunctionTag, readTagged];
const minimax: readonly FormatReader[] = [readMinimaxM3];
const suffixed: readonly FormatReader[] = [readSuffixed];
const nameTags: readonly FormatReader[] = [readNameTags, readTagged];

const byToken: ReadonlyMap<string, readonly FormatReader[]> = new Map([
  ["pythontag", pythonTag],
  ["toolcallbegin", token],
  ["toolcallsbegin", token],
  ["toolcall:begin", token],
  ["toolcalls:begin", token],
  ["toolcallargumentbegin", token],
  ["recipient", token],
  ["channel", [readFinalChannel]],
  ["open", [readKimiK3]],
]);
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
  ["call", [readGemma, ...functionTag]],
  ["tool", [readFunctionTag, readNameTags, readTagged]],
  ["name", nameTags],
  ["tool_name", nameTags],
  ["tool-name", nameTags],
  ["function-name", nameTags],
  ["function_name", nameTags],
  ["FunctionCall", [readFunctionCallTag]],
  ["start_function_call", gemma],
]);
