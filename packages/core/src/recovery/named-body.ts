import { isTool } from "./toolbox.js";
import { asText, found, foundCall, mended, plain, troubled, writtenCall } from "./finding.js";
import { readGlm } from "./glm.js";
import { readJson } from "./json.js";
import { readPython } from "./pythonic.js";
import { matchAt, skipSpace, type Source } from "./source.js";
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
    );
  const word = matchAt(nameWord, text, at);
  if (!word) return undefined;
  const name = word[0];
  const from = at + name.length;
  const next = skipSpace(text, from);
  const glm = readGlm(source, next);
  if (glm)
    return glm.trouble
      ? troubled(format, "marked", start, glm.end, glm.trouble)
      : foundCall(format, "marked", start, glm.end, name, glm.values, glm.traits);
  if (!isTool(source.tools, name)) return readShortBody(source, start, at, format);
  if (text[next] === "{") {
    const reading = readJson(source, next);
    if (reading.trouble !== undefined) return troubled(format, "marked", start, reading.end, reading.trouble);
    return reading.missing > 0
      ? troubled(format, "marked", start, reading.end, "cut-off")
      : foundCall(format, "marked", start, reading.end, name, reading.value, reading.isRepaired ? mended : plain);
  }
  const closer = matchAt(closingTag, text, next);
  if (closer) return foundCall(format, "marked", start, next + closer[0].length, name, {}, asText);
  return readShortBody(source, start, at, format);
}

const nameWord = /[^\s<>{}()[\]"'`,;=]{1,100}/y;
const closingTag = /<\/[\w:-]+>/y;
