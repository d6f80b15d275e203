/** A value that JSON can hold. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** A value as Python writes it. */
export function python(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return String(value);
  if (isList(value)) return `[${value.map(python).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}: ${python(part)}`)
    .join(", ")}}`;
}

/** A value in Gemma's notation: bare keys, strings between quote tokens. */
export function gemma(value: Value, quote: string): string {
  if (typeof value === "string") return quote + value + quote;
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  if (isList(value)) return `[${value.map((item) => gemma(item, quote)).join(",")}]`;
  return `{${Object.entries(value)
    .map(([key, part]) => `${key}:${gemma(part, quote)}`)
    .join(",")}}`;
}

/** A value between XML tags: text as it is, everything else as JSON. */
export function plain(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
