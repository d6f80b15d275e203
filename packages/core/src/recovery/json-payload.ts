import { callsIn } from "./json-calls.js";
import { readJson } from "./json.js";
import { skipSpace, type Source } from "./source.js";
import type { NearMissReason, Strength, WrittenCall } from "./types.js";

/** What a run of JSON values holds. */
export interface Payload {
  readonly calls: readonly WrittenCall[];
  readonly end: number;
  readonly trouble?: NearMissReason;
}

/** Reads one or more JSON values that follow each other, with commas, semicolons or line ends between, and takes the calls out of them. */
export function readPayload(source: Source, start: number, strength: Strength): Payload | undefined {
  const { text } = source;
  const calls: WrittenCall[] = [];
  let end = start;
  for (let at = skipSpace(text, start); text[at] === "{" || text[at] === "["; at = nextValue(text, end)) {
    const reading = readJson(source, at);
    if ("trouble" in reading)
      return calls.length > 0 ? { calls, end } : { calls, end: reading.end, trouble: reading.trouble };
    const named = callsIn(reading.value, source, strength);
    if (!named) return calls.length > 0 ? { calls, end } : undefined;
    // At the end of the text the brace of the envelope may be missing, never the one of the arguments.
    if (reading.missing > 1 || (reading.missing > 0 && named.some(({ isFlat }) => isFlat)))
      return { calls, end: reading.end, trouble: "cut-off" };
    ({ end } = reading);
    for (const { name, input } of named) calls.push({ name, input, start: at, end, isRepaired: reading.isRepaired });
    // One brace too many is how a miscounted end looks.
    if (text[skipSpace(text, end)] === "}") end = skipSpace(text, end) + 1;
    if (strength === "bare") break;
  }
  return calls.length > 0 ? { calls, end } : undefined;
}

function nextValue(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === "," || text[at] === ";" ? skipSpace(text, at + 1) : at;
}
