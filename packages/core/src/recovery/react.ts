import { readJson } from "./json.js";
import { isRecord } from "./schema.js";
import { matchAt, skipSpace, type Source } from "./source.js";
import type { Finding } from "./types.js";

/** `Action: f` and `Action Input: ...`. What stands behind an observation was made up by the model and is passed over. */
export function readReact(source: Source, start: number): Finding | undefined {
  const { text } = source;
  const head = matchAt(action, text, start);
  if (!head) return undefined;
  const name = head[1] ?? "";
  const from = start + head[0].length;
  const observation = source.find("\nObservation", from);
  const stop = inputEnd(source, from, observation);
  const end = observation >= 0 ? text.length : stop;
  const base = { format: "react", strength: "marked", start, end } as const;
  // An answer beside the action: two readings, so none.
  if (observation < 0 && source.find("\nFinal Answer:", from) >= 0) return { ...base, calls: [], trouble: "example" };
  const raw = text.slice(from, stop).trim();
  const fence = matchAt(jsonFence, text, from);
  const at = skipSpace(text, from + (fence?.[0].length ?? 0));
  if (text[at] !== "{")
    return { ...base, calls: [{ name, input: raw.replace(/^(["'])([^"'\n]*)\1$/, "$2"), start, end: stop }] };
  const reading = readJson(source, at);
  if ("trouble" in reading) return { ...base, end: Math.max(stop, reading.end), calls: [], trouble: reading.trouble };
  const { value, isRepaired, missing } = reading;
  if (missing > 0 || !isRecord(value)) return { ...base, calls: [], trouble: "cut-off" };
  return {
    ...base,
    end: Math.max(end, reading.end),
    calls: [{ name, input: value, isRepaired, start, end: Math.max(stop, reading.end) }],
  };
}

function inputEnd(source: Source, from: number, observation: number): number {
  const ends = [
    observation,
    source.find("\nThought:", from),
    source.find("\nAction:", from),
    source.find("\nObs", from),
  ].filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) : source.text.length;
}

const action =
  /(?:\*\*)?Action(?: \d+)?\s*:(?:\*\*)?[ \t]*[`*"]{0,3}([\w.:-]{1,100})[`*"]{0,3}(?:\(\))?[ \t]*\r?\n+[ \t]*(?:\*\*)?Action[ _]?Input(?: \d+)?\s*:(?:\*\*)?[ \t]*/y;
const jsonFence = /\s*```(?:json)?\s*(?=\{)/y;
