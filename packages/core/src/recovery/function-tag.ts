import { parsed, readJson } from "./json.js";
import { isRecord } from "./schema.js";
import { structureIn } from "./schema-text.js";
import { matchAt, skipSpace, type Source } from "./source.js";
import type { Finding, NearMissReason } from "./types.js";
import { addValue, textOf, valueEnd, withoutFrame } from "./xml-values.js";

/**
 * `<function=f>`, `<function name="f">` and `<invoke name="f">` with `<parameter>` children or JSON in them:
 * Qwen3-Coder, Seed, functionary 3.1, MiniCPM, MiniMax, DeepSeek's DSML, Step-3, prompts for Claude.
 */
export function readFunctionTag(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const opener = matchAt(openTag, text, start);
  if (!opener) return undefined;
  const name = (opener[4] ?? opener[5] ?? opener[6] ?? "").trim();
  if (name === "") return undefined;
  const space = opener[1] ?? "";
  const isFunction = opener[2] === "function";
  const from = start + opener[0].length;
  const finding = (format: string, end: number, input: unknown, isRepaired: boolean, isText: boolean): Finding => ({
    format,
    strength: "marked",
    start,
    end,
    calls: [
      {
        name: own(name, (other) => source.words.isTool(other)),
        input,
        isText,
        isRepaired,
        start,
        end,
        ...(format === "minicpm-xml" && { dropsUndeclared: true }),
      },
    ],
  });
  const trouble = (reason: NearMissReason, end: number): Finding => ({
    format: formatOf(space, isFunction, opener, false),
    strength: "marked",
    calls: [],
    start,
    end,
    trouble: reason,
  });
  if (opener[7] === "/") return finding(formatOf(space, isFunction, opener, false), from, {}, false, true);

  const at = skipSpace(text, from);
  if (text[at] === "{") {
    const reading = readJson(source, at);
    if ("trouble" in reading) return trouble(reading.trouble, reading.end);
    const after = closed(text, reading.end);
    if (reading.missing > 0) return trouble("cut-off", reading.end);
    return finding(
      formatOf(space, isFunction, opener, true),
      after ?? reading.end,
      reading.value,
      reading.isRepaired || after === undefined,
      false,
    );
  }
  return readParameters(source, at, isFunction, finding, trouble, (usesParam) =>
    usesParam && isFunction && opener[4] === undefined ? "minicpm-xml" : formatOf(space, isFunction, opener, false),
  );
}

function readParameters(
  source: Source,
  start: number,
  isFunction: boolean,
  finding: (format: string, end: number, input: unknown, isRepaired: boolean, isText: boolean) => Finding,
  trouble: (reason: NearMissReason, end: number) => Finding,
  format: (usesParam: boolean) => string,
): Finding {
  const { text } = source;
  const values: Record<string, unknown> = {};
  let at = start;
  let usesParam = false;
  let isRepaired = false;
  for (;;) {
    const short = matchAt(shortParameter, text, at);
    const tag = short ?? matchAt(parameterTag, text, at);
    if (!tag) break;
    const closer = `</${tag[1] ?? ""}${tag[2] ?? ""}>`;
    const from = at + tag[0].length;
    const end = short ? from : parameterEnd(source, from, closer);
    if (end < 0) return trouble("cut-off", from);
    if (!source.spend(end - at)) return trouble("unreadable", end);
    const isClosed = short !== null || text.startsWith(closer, end);
    isRepaired ||= !isClosed || short !== null;
    usesParam ||= tag[2] === "param";
    const raw = short ? (short[4] ?? "") : text.slice(from, end);
    // DSML says of a value whether it is text.
    const typed = tag[4] === "false" ? parsed(raw) : undefined;
    addValue(
      values,
      own((tag[3] ?? "").trim(), (other) => source.words.isKey(other)),
      typed === undefined ? textOf(isFunction ? withoutFrame(raw) : raw) : typed,
    );
    at = skipSpace(text, short ? from : isClosed ? end + closer.length : end);
  }
  const after = closed(text, at);
  const isEmpty = Object.keys(values).length === 0;
  if (after === undefined && (isEmpty || !endsHere(text, at)))
    return trouble(at >= text.length ? "cut-off" : "unreadable", Math.max(at, start));
  return finding(format(usesParam), after ?? at, unwrapped(values), isRepaired || after === undefined, true);
}

/** A value without its closer ends where the next parameter or the end of the call stands. */
function parameterEnd(source: Source, from: number, closer: string): number {
  const next = matchNext(source, from);
  const end = valueEnd(source, from, closer, followers);
  if (end < 0) return next;
  // The closer that was found may belong to a later parameter: this one had none.
  const inner = source.text.slice(from, end);
  const missed = /\n<param(?:eter)?[= ][^<>\n]*>/.exec(inner);
  return missed && !inner.slice(0, missed.index).includes(closer) && !inner.includes("</param")
    ? from + missed.index
    : end;
}

function matchNext(source: Source, from: number): number {
  const ends = ["\n<parameter", "</function>", "</invoke>"]
    .map((mark) => source.find(mark, from))
    .filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) : -1;
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

function endsHere(text: string, at: number): boolean {
  return at >= text.length || matchAt(followers, text, at) !== null;
}

/** Quotation marks around a name are part of it only where the tool is named so. */
function own(name: string, isKnown: (name: string) => boolean): string {
  return !/^["']/.test(name) || isKnown(name) ? name : name.replace(/^(["'])(.*)\1$/, "$2");
}

function formatOf(space: string, isFunction: boolean, opener: RegExpExecArray, isJson: boolean): string {
  if (space.includes("DSML")) return "deepseek-dsml";
  if (space === "steptml:") return "step3";
  if (isFunction) return isJson && opener[4] !== undefined ? "functionary-v3.1" : "qwen3-coder-xml";
  return "invoke-xml";
}

const openTag =
  /<([｜|]DSML[｜|]|[a-z]+:)?(function|invoke|call|tool)(?:(=)\s*([^<>\n]+?)|\s*name\s*=\s*(?:["']([^"'<>\n]*)["']|([^"'<>\s/]+)))\s*(\/?)(?:>|(?=\s*\n|<))/y;
const parameterTag =
  /<([｜|]DSML[｜|]|[a-z]+:)?(parameter|param)(?:\s*=\s*|\s+name\s*=\s*["']?)([^<>\n]+?)["']?(?:\s+string=["'](true|false)["'])?(?:\s+\w+=["']\w*["'])*\s*>/y;
const shortParameter = /<()(parameter)=([\w-]+)=([^<\n]*)<\/parameter>/y;
const closeTag = /<\/(?:[｜|]DSML[｜|]|[a-z]+:)?(?:function|invoke|call|tool)>/y;
const followers = /<\/?(?:[｜|]DSML[｜|]|[a-z]+:)?(?:param|function|invoke|tool_call|call[=>]|tool[=>])|<[|｜]/y;
