import { asText, foundCall, reaching, troubled } from "./finding.js";
import { isRecord } from "./signature.js";
import { structureIn } from "./schema-text.js";
import { readNamedJson } from "./named-input.js";
import { find, matchAt, skipSpace, type Source, spend } from "./source.js";
import type { Finding } from "./types.js";

/** The name in one tag and the arguments in the next: `<name>f</name><parameters>{...}</parameters>`, `<tool>f</tool><tool_input>x</tool_input>`. */
export function readNameTags(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(nameAndOpener, text, start);
  if (!head) return undefined;
  const name = head[2] ?? head[3] ?? "";
  const tag = head[4] ?? "";
  const from = start + head[0].length;
  const closer = `</${tag}>`;
  const format = "name-parameters-tags";
  if (text[skipSpace(text, from)] === "{") {
    const finding = readNamedJson(source, start, name, from, format);
    const after = skipSpace(text, finding.end);
    return text.startsWith(closer, after) ? reaching(finding, start, after + closer.length) : finding;
  }
  const stop = find(source, closer, from);
  if (stop < 0 || !spend(source, stop - from)) return troubled(format, "marked", start, from, "cut-off");
  const raw = text.slice(from, stop).trim();
  const inner = structureIn(raw);
  const input = raw === "" ? {} : isRecord(inner) ? inner : raw;
  return foundCall(format, "marked", start, stop + closer.length, name, input, asText);
}

const nameAndOpener =
  /<(?:(name|tool|tool_name|function-name|function_name|tool-name)>\s*([\w.:-]{1,100})\s*<\/\1>|name=([\w.:-]{1,100})<\/name>)\s*<(parameters?|arguments?|args|tool_input|tool-input|input)>/y;
