import { isTool } from "./toolbox.js";
import { asText, found, foundCall, mended, mendedText, plain, troubled, writtenCall } from "./finding.js";
import { type FunctionHead, parametersFollow, readFunctionBody } from "./function-body.js";
import { readGlm } from "./glm.js";
import { readJson } from "./json.js";
import { declaredBy, readNamedChildren } from "./named-children.js";
import { readPython } from "./pythonic.js";
import { isAt, matchAt, skipSpace, type Source } from "./source.js";
import { readShortBody } from "./short-call.js";
import type { Finding } from "./types.js";

/** What stands behind an announced call when it is no JSON: a name, and its arguments in one of many shapes. */
export function readNamedBody(source: Source, start: number, at: number, format: string): Finding | undefined {
  const { text } = source;
  const python = readPython(source, at, false);
  if (python)
    return found(
      format,
      "marked",
      start,
      python.end,
      python.calls.map((call) => writtenCall(call.name, call.input, start, call.end, call)),
      python.trouble,
    );
  const word = matchAt(nameWord, text, at);
  if (!word) return undefined;
  const isSpaced = text[skipSpace(text, at + word[0].length)] !== "<";
  const name = (isSpaced ? spacedName(source, at) : undefined) ?? word[0];
  const from = at + name.length;
  const next = skipSpace(text, from);
  const glm = readGlm(source, next, name);
  if (glm)
    return glm.trouble
      ? troubled(format, "marked", start, glm.end, glm.trouble)
      : foundCall(format, "marked", start, glm.end, name, glm.values, glm.traits);
  if (name === "function" && text[from] === "=") return readBrokenTag(source, start, at, format);
  if (!isTool(source.tools, name)) return readShortBody(source, start, at, format);
  if (text[next] === "{") {
    const reading = readJson(source, next);
    if (reading.trouble !== undefined) return troubled(format, "marked", start, reading.end, reading.trouble);
    return reading.missing > 0
      ? troubled(format, "marked", start, reading.end, "cut-off")
      : foundCall(format, "marked", start, reading.end, name, reading.value, reading.isRepaired ? mended : plain);
  }
  if (text[next] === "<") return readNamedTags(source, start, next, name, format);
  return readShortBody(source, start, at, format);
}

/** A tool's name with blanks in it, in front of its arguments. */
function spacedName(source: Source, at: number): string | undefined {
  const name = matchAt(nameBeforeTags, source.text, at)?.[0].trimEnd() ?? "";
  return isTool(source.tools, name) ? name : undefined;
}

/** `function=f>` with its parameters: the tag has lost its beginning. */
function readBrokenTag(source: Source, start: number, at: number, format: string): Finding | undefined {
  const head = matchAt(brokenTag, source.text, at);
  return head ? readFunctionBody(source, start, at + head[0].length, headOf(head[1] ?? "", format)) : undefined;
}

/** Tags behind a name: the closing one, its parameters, with the closing one in front of them or not. */
function readNamedTags(source: Source, start: number, at: number, name: string, format: string): Finding | undefined {
  const { text } = source;
  const closer = matchAt(closingTag, text, at);
  const from = at + (closer?.[0].length ?? 0);
  if (parametersFollow(text, from)) return readFunctionBody(source, start, from, headOf(name, format));
  // A name alone calls what needs nothing; in a tag that may have held the name only, arguments may be missing.
  const isMissing = closer && !callCloser.test(closer[0]) && declaredBy(source, name)?.size !== 0;
  if (closer)
    return isMissing || isAt(argumentTag, text, skipSpace(text, from))
      ? troubled(format, "marked", start, from, "unreadable")
      : foundCall(format, "marked", start, from, name, {}, asText);
  const children = readNamedChildren(source, at, name, closingTag);
  if (children === "cut-off") return troubled(format, "marked", start, text.length, "cut-off");
  const end = children && matchAt(closingTag, text, children.end);
  return end
    ? foundCall(format, "marked", start, children.end + end[0].length, name, children.values, mendedText)
    : readShortBody(source, start, at, format);
}

function headOf(name: string, format: string): FunctionHead {
  return { name, format, opener: "function", isNamed: false, isWhole: true, isRepaired: true };
}

const nameWord = /[^\s<>{}()[\]"'`,;=]{1,100}/y;
const nameBeforeTags = /[^<>{}\n]{1,100}(?=<arg_key>)/y;
const closingTag = /<\/[\w:-]+>/y;
const brokenTag = /function\s*=\s*["']?([\w.:-]{1,100})["']?\s*>/y;
const argumentTag = /<(?:arg|param|input|tool_input|tool-input)/y;
const callCloser = /calls?>$/i;
