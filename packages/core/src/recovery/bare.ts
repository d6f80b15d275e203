import { isTool } from "./toolbox.js";
import { closingOf } from "./closings.js";
import { found, reaching } from "./finding.js";
import { readPayload } from "./json-payload.js";
import { readNamedJson } from "./named-input.js";
import { isOffered, readPython } from "./pythonic.js";
import { isRecord } from "./signature.js";
import { isAt, matchAt, skipSpace, type Source } from "./source.js";
import type { Finding, WrittenCall } from "./types.js";

/** A JSON value that stands in the text with nothing to announce it. Data is passed over as a whole: a call inside of it is data too. */
export function readBareJson(source: Source, start: number): Finding | undefined {
  const isFunctools = source.text.startsWith("functools", start - 9);
  if (isFunctools || isAt(callLike, source.text, start)) {
    const finding = isFunctools
      ? readPayload(source, start - 9, start, "phi4-functools", "marked")
      : readPayload(source, start, start, "bare-json", "bare");
    if (finding) return finding;
  }
  const name = headline(source, start);
  if (name !== undefined) return readNamedJson(source, 0, name, start, "functionary-v3.2");
  const isKeyed = isAt(dataKey, source.text, start);
  if (!isKeyed && !isAt(dataLike, source.text, start)) return undefined;
  const end = closingOf(source, start);
  return end > 0 && (isKeyed || source.foreign < start) ? found("bare-json", "bare", start, end, []) : undefined;
}

/** The name of a tool, when nothing else stands in front of the object and nothing behind it: functionary without its marks. */
function headline({ text, tools }: Source, start: number): string | undefined {
  if (start > 120) return undefined;
  const name = /^\s*([\w.-]{1,100})\s*\n\s*$/.exec(text.slice(0, start))?.[1];
  return name !== undefined && isTool(tools, name) && text.trimEnd().endsWith("}") ? name : undefined;
}

/** Calls as code in square brackets; the text of a link and a list within an expression are passed over as a whole. */
export function readBareList(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const finding = readPython(source, start, true);
  if (!finding || finding.trouble === "cut-off") return finding;
  const isPart = text[finding.end] === "(" || expressionBefore.test(text.slice(Math.max(0, start - 20), start));
  return isPart || !isMeant(source, finding) ? passedOver(finding, start) : finding;
}

/** Whether one of the calls is of an offered tool, or the list stands alone on its lines. */
function isMeant(source: Source, { calls, trouble, start, end }: Finding): boolean {
  const { text } = source;
  if (calls.some(({ name }) => isOffered(source, name))) return true;
  if (trouble === undefined && !calls.some(hasInput)) return false;
  return isAt(lineTail, text, end) && blankHead.test(text.slice(Math.max(0, start - 200), start));
}

/** A call as code, alone on its line and with an argument at least: `f(a=1)`, `print(f(a=1))`, `tool_code = f(a=1)`. */
export function readCodeLine(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(lineHead, text, start);
  const finding = head ? readPython(source, start + head[0].length, true) : undefined;
  if (!finding || finding.trouble === "cut-off") return finding;
  // The end of a list whose beginning was lost.
  if (text[skipSpace(text, finding.end)] === "]") return undefined;
  const isAlone = isAt(lineTail, text, finding.end) && !isInProgram(text, start);
  const isCall =
    finding.trouble !== undefined || finding.calls.some((call) => hasInput(call) && isOffered(source, call.name));
  return isAlone && isCall ? reaching(finding, start, finding.end) : passedOver(finding, start);
}

/** What is code and no call: what is quoted in it is not read either. */
function passedOver({ format, end }: Finding, start: number): Finding {
  return found(format, "bare", start, end, []);
}

function hasInput({ input }: WrittenCall): boolean {
  return isRecord(input) && Object.keys(input).length > 0;
}

/** Whether the line above a line of code is one of a program. */
function isInProgram(text: string, start: number): boolean {
  const above = text.slice(Math.max(0, start - 200), start).trimEnd();
  return programLine.test(above.slice(above.lastIndexOf("\n") + 1));
}

const expressionBefore = /[\w)\](=,+&|?]\s*$/;
const programLine =
  /^\s*(?:(?:return|raise|pass|yield|def|class|import|const|let|var|function|async|@\w+)\b|from \S+ import\b|(?:if|for|while|with|try|else|except)\b.*:$)/;
const lineHead = /[ \t]*(?:tool_code\s*=\s*)?/y;
const blankHead = /(?:^|\n)[ \t]*$/;
const lineTail = /[ \t]*(?:\r?\n|$)/y;

const dataLike = /\[?\s*\{\s*"/y;
/** A key shows that it is an object, well-formed or not. */
const dataKey = /\[?\s*\{\s*(?:"[^"\\\n]{1,80}"|'[^'\\\n]{1,80}'|[\p{L}_$][\p{L}\p{N}_$-]{0,80})\s*:/uy;
/** The first key of everything that can be a call; other data is not even parsed. */
const callLike =
  /\[?\s*\{\{?\s*["'“`]?(?:name|tool|tool_name|function|function_name|function_call|action|arguments|parameters|args|input|params|type|id|index|tool_calls?|tool_call_id|thoughts?|thinking|reasoning|explanation|content|role|recipient_name|action_input)["'”`]?\s*[:=]/y;
