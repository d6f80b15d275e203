/** A value as Python writes it. */
export function python(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, part]) => `${JSON.stringify(key)}: ${python(part)}`)
      .join(", ")}}`;
  return String(value as number);
}

/** A value in Gemma's notation: bare keys, strings between quote tokens. */
export function gemma(value: unknown, quote: string): string {
  if (typeof value === "string") return quote + value + quote;
  if (Array.isArray(value)) return `[${value.map((item) => gemma(item, quote)).join(",")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, part]) => `${key}:${gemma(part, quote)}`)
      .join(",")}}`;
  return String(value as number | boolean | null);
}

/** A value between XML tags: text as it is, everything else as JSON. */
export function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
