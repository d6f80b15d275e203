import { readGlm } from "./glm.js";
import { readJson } from "./json.js";
import { readPython } from "./pythonic.js";
import { matchAt, skipSpace, type Source } from "./source.js";
import { readShortBody } from "./short-call.js";
import type { Finding, NearMissReason } from "./types.js";

/** What stands behind an announced call when it is no JSON: a name, and its arguments in one of many shapes. */
export function readNamedBody(source: Source, start: number, at: number, format: string): Finding | undefined {
  const { text } = source;
  const found = (
    end: number,
    name: string,
    input: unknown,
    isText: boolean,
    isRepaired = false,
    isOpen = false,
  ): Finding => ({
    format,
    strength: "marked",
    start,
    end,
    calls: [{ name, input, isText, isRepaired, isOpen, start, end }],
  });
  const trouble = (reason: NearMissReason, end: number): Finding => ({
    format,
    strength: "marked",
    calls: [],
    start,
    end,
    trouble: reason,
  });

  const python = readPython(source, at, false);
  if (python)
    return { ...python, format, strength: "marked", start, calls: python.calls.map((call) => ({ ...call, start })) };
  const word = matchAt(nameWord, text, at);
  if (!word) return undefined;
  const name = word[0];
  const from = at + name.length;
  const next = skipSpace(text, from);
  const glm = readGlm(source, next);
  if (glm)
    return glm.trouble
      ? trouble(glm.trouble, glm.end)
      : found(glm.end, name, glm.values, true, glm.isRepaired, glm.isOpen);
  if (!source.words.isTool(name)) return readShortBody(source, start, at, format);
  if (text[next] === "{") {
    const reading = readJson(source, next);
    if ("trouble" in reading) return trouble(reading.trouble, reading.end);
    return reading.missing > 0
      ? trouble("cut-off", reading.end)
      : found(reading.end, name, reading.value, false, reading.isRepaired);
  }
  const closer = matchAt(closingTag, text, next);
  if (closer) return found(next + closer[0].length, name, {}, true);
  return readShortBody(source, start, at, format);
}

const nameWord = /[^\s<>{}()[\]"'`,;=]{1,100}/y;
const closingTag = /<\/[\w:-]+>/y;
