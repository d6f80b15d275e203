import { asText, foundCall, reaching, troubled } from "./finding.js";
import { parametersFollow, readFunctionBody } from "./function-body.js";
import { readNamedJson } from "./named-input.js";
import { namelessAt } from "./nameless.js";
import { declaredBy, readNamedChildren } from "./named-children.js";
import { isRecord } from "./signature.js";
import { structureIn } from "./schema-text.js";
import { endOf, find, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding } from "./types.js";

/**
 * The name in one tag and the arguments in the next: `<name>f</name><parameters>{...}</parameters>`, `<tool>f</tool><tool_input>x</tool_input>`,
 * `<name>f</name><arguments><a>1</a></arguments>`, `<name>f</name><parameter=a>1</parameter>`.
 */
export function readNameTags(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(nameInTag, text, start);
  if (!head) return undefined;
  const name = head[2] ?? head[3] ?? "";
  const from = skipSpace(text, start + head[0].length);
  const opener = matchAt(argumentTag, text, from);
  if (opener && namelessAt(source, from, name) === undefined)
    return readArguments(source, start, from + opener[0].length, name, `</${opener[1] ?? ""}>`);
  if (parametersFollow(text, from))
    return readFunctionBody(source, start, from, { name, format, ...inTags, isRepaired: opener !== null });
  // Of two names in front of one input, nothing says which is meant.
  const next = head[1] === "tool" ? endOf(moreNames, text, from) : -1;
  return next < 0 ? undefined : troubled(format, "marked", start, next, "unreadable");
}

function readArguments(source: Source, start: number, from: number, name: string, closer: string): Finding {
  const { text } = source;
  const at = skipSpace(text, from);
  if (text[at] === "{") {
    const finding = readNamedJson(source, start, name, from, format);
    const after = skipSpace(text, finding.end);
    return text.startsWith(closer, after) ? reaching(finding, start, after + closer.length) : finding;
  }
  const isMarkup = text[at] === "<" && !text.startsWith(closer, at);
  const children = isMarkup ? readNamedChildren(source, at, name, argumentEnd) : undefined;
  if (children === "cut-off") return troubled(format, "marked", start, text.length, "cut-off");
  const stop = children?.end ?? find(source, closer, from);
  // What is never closed goes on to the end, with all that looks like a call in it.
  if (stop < 0) {
    const last = declaredBy(source, name) ? text.length : from;
    return troubled(format, "marked", start, last, "cut-off");
  }
  if (!spend(source, stop - from)) return troubled(format, "marked", start, from, "cut-off");
  const end = stop + closer.length;
  // What begins as markup and holds no parameters is not taken for the text of one.
  if (isMarkup)
    return children && text.startsWith(closer, stop)
      ? foundCall(format, "marked", start, end, name, children.values, asText)
      : troubled(format, "marked", start, Math.max(stop, from), children ? "cut-off" : "unreadable");
  const raw = text.slice(from, stop).trim();
  const inner = structureIn(raw);
  const input = raw === "" ? {} : isRecord(inner) ? inner : raw;
  return foundCall(format, "marked", start, end, name, input, asText);
}

const format = "name-parameters-tags";
const inTags = { opener: "function", isNamed: false, isWhole: true };
const nameInTag =
  /<(?:(name|tool|tool_name|function|function-name|function_name|tool-name)>\s*([\w.:-]{1,100})\s*<\/\1>|name=([\w.:-]{1,100})<\/name>)/y;
const argumentTag = /<(parameters?|arguments?|args|tool_input|tool-input|input)>/y;
const argumentEnd = /<\/(?:parameters?|arguments?|args|tool_input|tool-input|input)>/y;
const moreNames = /(?:<tool>\s*[\w.:-]{1,100}\s*<\/tool>\s*){1,20}<tool_input>/y;
