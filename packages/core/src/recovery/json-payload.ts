import { closingOf } from "./closings.js";
import { found, mended, plain, troubled, writtenCall } from "./finding.js";
import { callsIn, type NamedInput } from "./json-calls.js";
import { type JsonReading, readJson } from "./json.js";
import { skipSpace, type Source } from "./source.js";
import type { Finding, Strength, WrittenCall } from "./types.js";

/**
 * Reads one or more JSON values that follow each other, with commas, semicolons or line ends between, and takes the calls out of them.
 * @param at Where the first value stands, behind what announces it at `start`.
 */
export function readPayload(
  source: Source,
  start: number,
  at: number,
  format: string,
  strength: Strength,
): Finding | undefined {
  const { text } = source;
  const calls: WrittenCall[] = [];
  let end = at;
  for (let from = skipSpace(text, at); text[from] === "{" || text[from] === "["; from = nextValue(text, end)) {
    const reading = readJson(source, from);
    const named = reading.trouble === undefined ? callsIn(reading.value, source, strength) : undefined;
    const isList = strength === "marked" && text[from] === "[" && text[skipSpace(text, from + 1)] === "{";
    if (isList && (reading.trouble !== undefined || isCut(reading, named, 1)))
      return readItems(source, start, from, format, calls);
    if (reading.trouble !== undefined)
      return calls.length > 0
        ? found(format, strength, start, end, calls)
        : troubled(format, strength, start, brokenEnd(source, from, reading.end), reading.trouble);
    if (!named) break;
    if (isCut(reading, named, isList ? 1 : 0)) return found(format, strength, start, reading.end, calls, "cut-off");
    ({ end } = reading);
    const traits = reading.isRepaired ? mended : plain;
    for (const { name, input } of named) calls.push(writtenCall(name, input, from, end, traits));
    // One brace too many is how a miscounted end looks.
    if (text[skipSpace(text, end)] === "}") end = skipSpace(text, end) + 1;
    if (strength === "bare") break;
  }
  return calls.length > 0 ? found(format, strength, start, end, calls) : undefined;
}

/** Where a value ends that can't be read: at its own bracket, if that can be found. */
function brokenEnd(source: Source, from: number, end: number): number {
  return Math.max(end, closingOf(source, from));
}

/** A list behind a marker that breaks off or can't be read: the calls in front of that place are whole, the rest is told. */
function readItems(source: Source, start: number, at: number, format: string, before: readonly WrittenCall[]): Finding {
  const { text } = source;
  const calls = [...before];
  let end = at + 1;
  for (let from = skipSpace(text, end); text[from] === "{"; from = nextValue(text, end)) {
    const reading = readJson(source, from);
    const named = reading.trouble === undefined ? callsIn(reading.value, source, "marked") : undefined;
    if (reading.trouble !== undefined || isCut(reading, named, 0))
      return found(format, "marked", start, reading.end, calls, reading.trouble ?? "cut-off");
    ({ end } = reading);
    const traits = reading.isRepaired ? mended : plain;
    for (const { name, input } of named ?? []) calls.push(writtenCall(name, input, from, end, traits));
  }
  return found(format, "marked", start, end, calls, skipSpace(text, end) < text.length ? "unreadable" : "cut-off");
}

/** Whether more is missing at the end of the text than the brace of the envelope and `around` it: one of the arguments. */
function isCut({ missing }: JsonReading, named: readonly NamedInput[] | undefined, around: number): boolean {
  const inner = missing - around;
  return inner > 1 || (inner > 0 && named?.some(({ isFlat }) => isFlat) === true);
}

function nextValue(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === "," || text[at] === ";" ? skipSpace(text, at + 1) : at;
}
