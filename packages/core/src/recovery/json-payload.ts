import { found, mended, plain, troubled, writtenCall } from "./finding.js";
import { callsIn } from "./json-calls.js";
import { readJson } from "./json.js";
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
    if (reading.trouble !== undefined)
      return calls.length > 0
        ? found(format, strength, start, end, calls)
        : troubled(format, strength, start, reading.end, reading.trouble);
    const named = callsIn(reading.value, source, strength);
    if (!named) break;
    // At the end of the text the brace of the envelope may be missing, never the one of the arguments.
    if (reading.missing > 1 || (reading.missing > 0 && named.some(({ isFlat }) => isFlat)))
      return found(format, strength, start, reading.end, calls, "cut-off");
    ({ end } = reading);
    const traits = reading.isRepaired ? mended : plain;
    for (const { name, input } of named) calls.push(writtenCall(name, input, from, end, traits));
    // One brace too many is how a miscounted end looks.
    if (text[skipSpace(text, end)] === "}") end = skipSpace(text, end) + 1;
    if (strength === "bare") break;
  }
  return calls.length > 0 ? found(format, strength, start, end, calls) : undefined;
}

function nextValue(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === "," || text[at] === ";" ? skipSpace(text, at + 1) : at;
}
