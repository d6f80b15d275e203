import { readJson } from "./json.js";
import { readParameters, structureFollows, unquoted } from "./parameters.js";
import { isRecord } from "./schema.js";
import { structureIn } from "./schema-text.js";
import { matchAt, skipSpace, type Source } from "./source.js";
import type { Finding, NearMissReason, WrittenCall } from "./types.js";

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
  if (opener[7] === "/") return found(source, start, opener, name, from, { input: {}, isText: true });
  if (text[at] === "{") return readJsonBody(source, start, opener, name, at);

  const isFramed = opener[2] === "function";
  const reading = readParameters(source, at, isFramed);
  if (reading.trouble) return troubled(start, opener, reading.end, reading.trouble);
  const { values, end, usesParam } = reading;
  const after = closed(text, end);
  const isOpen = end >= text.length && after === undefined;
  // A value that lacks its closing tag in a call that lacks its own: nothing says that it is whole.
  if (after === undefined && reading.isUnclosed) return troubled(start, opener, end, "cut-off");
  if (after === undefined && (Object.keys(values).length === 0 || !(isOpen || structureFollows(text, end))))
    return troubled(start, opener, Math.max(end, from), isOpen ? "cut-off" : "unreadable");
  const isRepaired = reading.isRepaired || after === undefined;
  const isMiniCpm = usesParam && isFramed && opener[4] === undefined;
  return found(source, start, opener, name, after ?? end, {
    input: unwrapped(values),
    isText: true,
    isRepaired,
    isOpen,
    ...(isMiniCpm && { dropsUndeclared: true }),
  });
}

function readJsonBody(source: Source, start: number, opener: RegExpExecArray, name: string, at: number): Finding {
  const reading = readJson(source, at);
  if ("trouble" in reading) return troubled(start, opener, reading.end, reading.trouble);
  const { value, missing } = reading;
  if (missing > 0) return troubled(start, opener, reading.end, "cut-off");
  const after = closed(source.text, reading.end);
  const isRepaired = reading.isRepaired || after === undefined;
  const finding = found(source, start, opener, name, after ?? reading.end, { input: value, isRepaired });
  return opener[4] !== undefined && opener[2] === "function" ? { ...finding, format: "functionary-v3.1" } : finding;
}

function found(
  source: Source,
  start: number,
  opener: RegExpExecArray,
  name: string,
  end: number,
  written: Omit<WrittenCall, "name" | "start" | "end">,
): Finding {
  const own = unquoted(name, (other) => source.words.isTool(other));
  const format = written.dropsUndeclared ? "minicpm-xml" : formatOf(opener);
  const { input, isText = false, isRepaired = false, isOpen = false, dropsUndeclared = false } = written;
  const call = { name: own, input, isText, isRepaired, isOpen, dropsUndeclared, start, end };
  return { format, strength: "marked", start, end, calls: [call] };
}

function troubled(start: number, opener: RegExpExecArray, end: number, trouble: NearMissReason): Finding {
  return { format: formatOf(opener), strength: "marked", calls: [], start, end, trouble };
}

/** One parameter that holds the whole object of arguments. */
function unwrapped(values: Record<string, unknown>): unknown {
  const [entry, ...others] = Object.entries(values);
  if (!entry || others.length > 0 || entry[0] !== "arguments") return values;
  const inner = typeof entry[1] === "string" ? structureIn(entry[1]) : entry[1];
  return isRecord(inner) ? inner : values;
}

/** The place behind the closing tag, if it stands at `at`. */
function closed(text: string, at: number): number | undefined {
  const place = skipSpace(text, at);
  const tag = matchAt(closeTag, text, place);
  return tag ? place + tag[0].length : undefined;
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
