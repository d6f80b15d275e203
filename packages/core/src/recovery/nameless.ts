import { declaredBy } from "./named-children.js";
import { find, matchAt, type Source, spend } from "./source.js";
import { withoutFrame } from "./xml-values.js";

/** A parameter whose name stands between its tags and whose value stands behind them. */
export interface NamelessParameter {
  readonly name: string;
  readonly value: string;
  readonly end: number;
}

/** `<parameter>city</parameter>` and then the value, where the word is a parameter of the call; up to the next tag of the structure. */
export function readNameless(source: Source, at: number, call: string): NamelessParameter | undefined {
  const name = namelessAt(source, at, call);
  if (name === undefined) return undefined;
  const from = source.text.indexOf(">", at + "<parameter>".length) + 1;
  let end = -1;
  for (const mark of marks) {
    const place = find(source, mark, from);
    if (place >= 0 && (end < 0 || place < end)) end = place;
  }
  if (end < 0 || !spend(source, end - at)) return undefined;
  const value = withoutFrame(source.text.slice(from, end));
  return value.trim() === "" || value.includes("</parameter>") ? undefined : { name, value, end };
}

/** The parameter of a call that stands as a word in `<parameter>` at a place. */
export function namelessAt(source: Source, at: number, call: string): string | undefined {
  if (!source.text.startsWith("<parameter>", at)) return undefined;
  const word = matchAt(nameless, source.text, at)?.[1] ?? "";
  return declaredBy(source, call)?.has(word) ? word : undefined;
}

const nameless = /<parameter>\s*([\w.-]{1,80})\s*<\/parameter>/y;
const marks = ["<parameter>", "<parameter=", "</function>", "</tool_call>", "<function=", "<tool_call>"];
