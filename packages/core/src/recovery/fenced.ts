import { isTool } from "./toolbox.js";
import { found, foundCall, mended, plain, reaching, troubled } from "./finding.js";
import { readJson } from "./json.js";
import { readPayload } from "./json-payload.js";
import { readPython } from "./pythonic.js";
import { isRecord } from "./signature.js";
import { find, isAt, matchAt, skipSpace, type Source } from "./source.js";
import type { Finding, Passage } from "./types.js";

/**
 * Reads a fenced block: JSON calls in it, code that calls a tool, or arguments after a name in its first line.
 * A block of something else is passed over; one with tags in it is opened.
 */
export function readFence(source: Source, start: number): Passage | undefined {
  const { text } = source;
  const opener = matchAt(fenceOpener, text, start);
  if (!opener) return undefined;
  const ticks = opener[1] ?? "```";
  const language = (opener[2] ?? "").toLowerCase();
  const from = start + opener[0].length;
  const at = skipSpace(text, from);
  if (!callLanguages.has(language)) return { end: fenceEnd(source, from, ticks) };
  if (text[at] === "<" || isAt(bracketMark, text, at)) {
    const end = fenceEnd(source, from, ticks);
    return { end: from, fence: { start, inside: at, closer: end - (end < text.length ? ticks.length : 0) } };
  }

  const strength = markedLanguages.has(language) ? "marked" : "fenced";
  const named = opener[3];
  const finding =
    named && isTool(source.tools, named)
      ? readArguments(source, start, at, named)
      : readBody(source, start, at, strength);
  if (!finding) return { end: fenceEnd(source, from, ticks) };
  // A fence that was opened as a call is sometimes closed as a tag.
  const tag = strength === "marked" ? matchAt(closingTag, text, finding.end) : null;
  const after = skipSpace(text, finding.end + (tag?.[0].length ?? 0));
  const isClosed = text.startsWith(ticks, after);
  if (finding.trouble !== undefined)
    return passage(reaching(finding, finding.start, Math.max(finding.end, fenceEnd(source, from, ticks))));
  // Something else stands in the fence with it: a listing or a document, no call.
  const isWhole = isClosed || tag !== null || after >= text.length;
  const isUnclosed = !isWhole && text.startsWith("\n", finding.end) && find(source, `\n${ticks}`, finding.end) < 0;
  if (!isWhole && !isUnclosed) return { end: fenceEnd(source, from, ticks) };
  const end = isClosed ? after + ticks.length : tag ? after : finding.end;
  return passage(reaching(finding, start, end));
}

function passage(finding: Finding): Passage {
  return { finding, end: finding.end };
}

function readBody(source: Source, start: number, at: number, strength: "marked" | "fenced"): Finding | undefined {
  const sign = source.text[at];
  if (sign === "{" || (sign === "[" && !isAt(listedCall, source.text, at))) {
    return readPayload(source, start, at, "fenced-json", strength);
  }
  const python = readPython(source, at, false);
  if (python?.trouble !== undefined && python.end > (python.calls.at(-1)?.end ?? 0))
    return troubled(python.format, strength, start, python.end, python.trouble);
  return python && found(python.format, strength, start, python.end, python.calls);
}

function readArguments(source: Source, start: number, at: number, name: string): Finding | undefined {
  if (source.text[at] !== "{") return undefined;
  const reading = readJson(source, at);
  const { end } = reading;
  const trouble = reading.trouble ?? (reading.missing > 0 ? "cut-off" : undefined);
  if (trouble !== undefined || !isRecord(reading.value))
    return troubled("fenced-json", "marked", start, end, trouble ?? "unreadable");
  return foundCall("fenced-json", "marked", start, end, name, reading.value, reading.isRepaired ? mended : plain);
}

/** The place behind the closing fence: alone on its line, at least as long. Without one the block reaches to the end of the text. */
function fenceEnd(source: Source, from: number, ticks: string): number {
  let end = source.text.length;
  for (const indent of ["\n", "\n ", "\n  ", "\n   "]) {
    const at = find(source, indent + ticks, from - 1);
    if (at >= 0) end = Math.min(end, at + indent.length + ticks.length);
  }
  return end;
}

const fenceOpener = /(`{3,})([\w+-]*)[ \t]*([\w.:-]+)?[ \t]*(?:\r?\n|(?=[{[<]))/y;
const closingTag = /\s*<\/\w*(?:tool_?call|invoke|function)\w*>/y;
const bracketMark = /\[TOOL_/y;
const listedCall = /\[\s*[A-Za-z_]/y;
const markedLanguages: ReadonlySet<string> = new Set([
  "tool",
  "tool_call",
  "tool_calls",
  "toolcall",
  "tool_code",
  "function_call",
  "function",
  "invoke",
  "tool-call",
]);
const callLanguages: ReadonlySet<string> = new Set([
  "",
  "json",
  "jsonc",
  "json5",
  "xml",
  "text",
  "python",
  "py",
  ...markedLanguages,
]);
