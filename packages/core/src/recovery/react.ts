import { found, mended, plain, troubled, writtenCall } from "./finding.js";
import { readJson } from "./json.js";
import { isRecord } from "./signature.js";
import { find, matchAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** `Action: f` and `Action Input: ...`. What stands behind an observation was made up by the model and is passed over. */
export function readReact(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(action, text, start);
  if (!head) return undefined;
  const name = head[1] ?? "";
  const from = start + head[0].length;
  const observation = find(source, "\nObservation", from);
  const stop = inputEnd(source, from, observation);
  const end = observation >= 0 ? text.length : stop;
  // An answer beside the action: two readings, so none.
  if (observation < 0 && find(source, "\nFinal Answer:", from) >= 0)
    return troubled("react", "marked", start, end, "example");
  const raw = text.slice(from, stop).trim();
  const fence = matchAt(jsonFence, text, from);
  const at = skipSpace(text, from + (fence?.[0].length ?? 0));
  if (text[at] !== "{") {
    const call = writtenCall(name, raw.replace(/^(["'])([^"'\n]*)\1$/, "$2"), start, stop);
    return found("react", "marked", start, end, [call]);
  }
  const reading = readJson(source, at);
  if (reading.trouble !== undefined)
    return troubled("react", "marked", start, Math.max(stop, reading.end), reading.trouble);
  const { value, missing } = reading;
  if (missing > 0 || !isRecord(value)) return troubled("react", "marked", start, end, "cut-off");
  const call = writtenCall(name, value, start, Math.max(stop, reading.end), reading.isRepaired ? mended : plain);
  return found("react", "marked", start, Math.max(end, reading.end), [call]);
}

function inputEnd(source: Source, from: number, observation: number): number {
  const ends = [
    observation,
    find(source, "\nThought:", from),
    find(source, "\nAction:", from),
    find(source, "\nObs", from),
  ].filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) : source.text.length;
}

const action =
  /(?:\*\*)?Action(?: \d+)?\s*:(?:\*\*)?[ \t]*[`*"]{0,3}([\w.:-]{1,100})[`*"]{0,3}(?:\(\))?[ \t]*\r?\n+[ \t]*(?:\*\*)?Action[ _]?Input(?: \d+)?\s*:(?:\*\*)?[ \t]*/y;
const jsonFence = /\s*```(?:json)?\s*(?=\{)/y;
