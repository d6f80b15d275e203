import { isTool } from "./toolbox.js";
import { asText, found, foundCall, mended, plain, troubled } from "./finding.js";
import { readJson } from "./json.js";
import { readParameters, structureFollows, unquoted } from "./parameters.js";
import { isRecord } from "./signature.js";
import { structureIn } from "./schema-text.js";
import { endOf, matchAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";

/**
 * `<function=f>`, `<function name="f">` and `<invoke name="f">` with `<parameter>` children or JSON in them:
 * Qwen3-Coder, Seed, functionary 3.1, MiniCPM, MiniMax, DeepSeek's DSML, Step-3, prompts for Claude.
 */
export function readFunctionTag(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const opener = matchAt(openTag, text, start);
  const name = (opener?.[4] ?? opener?.[5] ?? opener?.[6] ?? "").trim();
  if (!opener || name === "") return undefined;
  const from = start + opener[0].length;
  const at = skipSpace(text, from);
  const own = unquoted(name, (other) => isTool(source.tools, other));
  const format = formatOf(opener);
  if (opener[7] === "/") return foundCall(format, "marked", start, from, own, {}, asText);
  if (text[at] === "{") {
    const finding = readJsonBody(source, start, format, own, at);
    const isLlama = opener[4] !== undefined && opener[2] === "function" && finding.trouble === undefined;
    return isLlama ? found("functionary-v3.1", "marked", start, finding.end, finding.calls) : finding;
  }

  const isFramed = opener[2] === "function";
  const reading = readParameters(source, at, isFramed);
  if (reading.trouble) return troubled(format, "marked", start, reading.end, reading.trouble);
  const { values, end, usesParam } = reading;
  const after = closed(text, end);
  const isOpen = end >= text.length && after === undefined;
  // A value that lacks its closing tag in a call that lacks its own: nothing says that it is whole.
  if (after === undefined && reading.isUnclosed) return troubled(format, "marked", start, end, "cut-off");
  if (after === undefined && (Object.keys(values).length === 0 || !(isOpen || structureFollows(text, end))))
    return troubled(format, "marked", start, Math.max(end, from), isOpen ? "cut-off" : "unreadable");
  const isRepaired = reading.isRepaired || after === undefined;
  const isMiniCpm = usesParam && isFramed && opener[4] === undefined;
  return foundCall(isMiniCpm ? "minicpm-xml" : format, "marked", start, after ?? end, own, unwrapped(values), {
    isText: true,
    isRepaired,
    isOpen,
    dropsUndeclared: isMiniCpm,
  });
}

function readJsonBody(source: Source, start: number, format: string, name: string, at: number): Finding {
  const reading = readJson(source, at);
  if (reading.trouble !== undefined) return troubled(format, "marked", start, reading.end, reading.trouble);
  if (reading.missing > 0) return troubled(format, "marked", start, reading.end, "cut-off");
  const after = closed(source.text, reading.end);
  const isRepaired = reading.isRepaired || after === undefined;
  return foundCall(format, "marked", start, after ?? reading.end, name, reading.value, isRepaired ? mended : plain);
}

/** One parameter that holds the whole object of arguments. */
function unwrapped(values: Record<string, unknown>): unknown {
  const only = values["arguments"];
  if (only === undefined || Object.keys(values).length > 1) return values;
  const inner = typeof only === "string" ? structureIn(only) : only;
  return isRecord(inner) ? inner : values;
}

/** The place behind the closing tag, if it stands at `at`. */
function closed(text: string, at: number): number | undefined {
  const place = skipSpace(text, at);
  const end = endOf(closeTag, text, place);
  return end < 0 ? undefined : end;
}

function formatOf(opener: RegExpExecArray): string {
  const space = opener[1] ?? "";
  if (space.includes("DSML")) return "deepseek-dsml";
  if (space === "steptml:") return "step3";
  return opener[2] === "function" ? "qwen3-coder-xml" : "invoke-xml";
}

const openTag =
  /<([｜|]DSML[｜|]|[a-z]+:)?(function|invoke|tool_call|call|tool)(?:(=)\s*([^<>\n]+?)|\s*name\s*=\s*(?:["']([^"'<>\n]*)["']|([^"'<>\s/]+)))\s*(\/?)(?:>|(?=\s*\n|<))/y;
const closeTag = /<\/(?:[｜|]DSML[｜|]|[a-z]+:)?(?:function|invoke|tool_call|call|tool)>/y;
