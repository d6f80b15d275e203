import { parsed } from "./json.js";
import { readLenient } from "./lenient.js";
import { readElements } from "./xml-structure.js";
import { makeSource, noTools, skipSpace } from "./source.js";

/** The object or list that is written in a string, once or twice over, for `isExact` in well-formed JSON; `undefined`: there is none. */
export function structureIn(text: string, isExact = false): unknown {
  let value: unknown = text;
  for (let times = 0; times < 3 && typeof value === "string"; times += 1)
    value = isExact ? parsed(value) : readOnce(value);
  return typeof value === "object" && value !== null ? value : undefined;
}

/** The same for text out of XML, where elements are a structure too. */
export function structureInText(text: string, isText: boolean): unknown {
  return structureIn(text) ?? (isText && text.trimStart().startsWith("<") ? readElements(text) : undefined);
}

function readOnce(text: string): unknown {
  const value = parsed(text);
  if (value !== undefined) return value;
  const start = skipSpace(text, 0);
  if (text[start] !== "{" && text[start] !== "[") return undefined;
  // `[{\"id\": 1}]`: the inside of a JSON string without its quotes.
  const inner = parsed(`"${text}"`);
  if (typeof inner === "string" && inner !== text) return inner;
  const lenient = readLenient(makeSource(text, noTools), start);
  return lenient.trouble === undefined && lenient.missing === 0 && skipSpace(text, lenient.end) === text.length
    ? lenient.value
    : undefined;
}
